package org.example.outside;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.criterion.Criterion;
import dev.weft.criterion.Scene;
import dev.weft.io.InputException;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

// tag::criterion[]
/**
 * Half the squared error of small errors, and beyond {@code delta} a straight line, so that outliers pull less (Huber 1964).
 *
 * @param delta where the line begins
 */
@JsonTypeName("huber")
public record Huber(@JsonProperty(defaultValue = "1.0") double delta) implements Criterion {
    public Huber {
        if (!(delta > 0)) {
            throw new InputException("Huber must have a delta over 0, but got " + delta + ".");
        }
    }

    @Override
    public Tensor each(Scene scene) {
        Tensor error =
                scene.outputs().only().sub(scene.batch().targets().only()).abs();
        Tensor small = error.clamp_max(new Scalar(delta)); // its part that is squared; the rest counts in proportion
        Tensor loss = small.mul(error.sub(small.mul(new Scalar(0.5))));
        return loss.reshape(loss.size(0), -1).mean(1);
    }
}
// end::criterion[]
