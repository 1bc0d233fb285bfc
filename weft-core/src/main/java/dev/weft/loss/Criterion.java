package dev.weft.loss;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What a member is taught by: a loss of each example of a {@link Scene}. A criterion is pure, and owns its normalisation: how the
 * predictions of an example, and the examples of a batch, come to one number is said here and nowhere else.
 */
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
        return each(scene).mul(Tensor.create(factors, factors.length)).mean();
    }
}
