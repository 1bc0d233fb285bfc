package dev.weft.criterion;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.ops.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What a member is taught by: a loss of each example of a {@link Scene}. A criterion is pure, and owns its normalisation: how the
 * predictions of an example, and the examples of a batch, come to one number is said here and nowhere else.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Labels.class, name = "labels"),
    @JsonSubTypes.Type(value = SquaredError.class, name = "squared-error"),
    @JsonSubTypes.Type(value = Affinity.class, name = "affinity")
})
public interface Criterion {
    /** The loss of each example (B), in float32. */
    Tensor each(Scene scene);

    /**
     * The loss of the batch, a scalar: the mean over its examples. One that computes it in another order of sums than {@link #each}, and
     * so with other rounding, overrides this.
     */
    default Tensor of(Scene scene) {
        return each(scene).mean();
    }

    /** Whether it needs a {@linkplain Scene#teacher teacher}. */
    default boolean readsTeacher() {
        return false;
    }

    /**
     * The same with a part of every target spread over all classes.
     *
     * @param smoothing the recipe's; 0 changes nothing
     * @throws InputException where there is more of it, and the targets are no classes
     */
    default Criterion smoothed(double smoothing) {
        if (smoothing == 0) {
            return this;
        }
        throw new InputException("labelSmoothing must be 0, for the criterion \"" + Kinds.nameOf(this)
                + "\" has no classes to spread a target over, but got " + smoothing + ".");
    }

    /**
     * What a member learns by from a teacher's outputs in place of targets.
     *
     * @param temperature that logits are divided by
     * @throws InputException where nothing can be learned from a teacher
     */
    default Criterion ofTeacher(double temperature) {
        throw new InputException("The criterion \"" + Kinds.nameOf(this)
                + "\" must be learned from targets alone, so distillation must be none. Leave the distillation out.");
    }

    /**
     * The loss of a batch whose examples count differently: the mean of each one's loss times its weight.
     *
     * @param weights of the examples; empty for 1 each
     */
    default Tensor of(Scene scene, List<Double> weights) {
        if (weights.isEmpty()) {
            return of(scene);
        }
        float[] factors = new float[weights.size()];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = weights.get(i).floatValue();
        }
        Tensor each = each(scene);
        return each.mul(Tensors.like(each, factors, factors.length)).mean();
    }
}
