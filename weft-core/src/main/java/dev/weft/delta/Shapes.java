package dev.weft.delta;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/** What has to fit before deltas are added. */
final class Shapes {
    private Shapes() {}

    static void requireEqual(Delta one, Delta other) {
        if (!one.shape().equals(other.shape())) {
            throw new IllegalArgumentException("Deltas that are added must have the same shape, but have " + one.shape()
                    + " and " + other.shape() + ".");
        }
    }

    static void requireKept(String name, Tensor before, Tensor after) {
        if (!Arrays.equals(before.shape(), after.shape())) {
            throw new IllegalArgumentException("Tensor " + name + " must keep its shape, but was "
                    + Arrays.toString(before.shape()) + " and is " + Arrays.toString(after.shape()) + ".");
        }
    }
}
