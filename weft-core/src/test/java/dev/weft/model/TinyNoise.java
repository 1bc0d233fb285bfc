package dev.weft.model;

import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;

/** Numbers that no symmetry hides. */
final class TinyNoise {
    private TinyNoise() {}

    /** Noise of a vector's length, about 0.3 each; in the caller's scope. */
    static Tensor like(Tensor vector, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[(int) vector.numel()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.3 * random.nextGaussian());
        }
        return Tensor.create(values, values.length);
    }
}
