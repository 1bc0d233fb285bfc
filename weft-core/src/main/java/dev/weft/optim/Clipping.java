package dev.weft.optim;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Clipping of gradients between backward and the optimiser.
 *
 * @param by the norm of all gradients together, or each entry's absolute value
 * @param limit the largest norm or value that is left alone
 */
public record Clipping(@JsonProperty(defaultValue = "norm") By by, double limit) {
    /** What is limited. */
    public enum By {
        @JsonProperty("norm")
        NORM,
        @JsonProperty("value")
        VALUE
    }

    public Clipping {
        if (by == null || !(limit > 0)) {
            throw new InputException("Clipping must have by (norm or value) and limit > 0, but got by="
                    + (by == null ? null : by.name().toLowerCase(java.util.Locale.ROOT)) + ", limit=" + limit + ".");
        }
    }

    /** Clips gradients in place, all together; the caller switches gradient recording off. */
    public void apply(Map<String, Tensor> gradients) {
        if (by == By.VALUE) {
            gradients
                    .values()
                    .forEach(g ->
                            g.clamp_(new ScalarOptional(new Scalar(-limit)), new ScalarOptional(new Scalar(limit))));
            return;
        }
        double squares = 0;
        for (Tensor gradient : gradients.values()) {
            double norm = gradient.norm().item_double();
            squares += norm * norm;
        }
        double scale = limit / (Math.sqrt(squares) + 1e-6);
        if (scale < 1) {
            gradients.values().forEach(g -> g.mul_(new Scalar(scale)));
        }
    }
}
