package dev.weft.ops;

import java.util.Arrays;
import org.assertj.core.api.AbstractAssert;
import org.bytedeco.pytorch.Tensor;

/** Assertions on tensors that report shapes, the largest difference and where it is. */
public final class TensorAssert extends AbstractAssert<TensorAssert, Tensor> {
    private TensorAssert(Tensor actual) {
        super(actual, TensorAssert.class);
    }

    public static TensorAssert assertThat(Tensor actual) {
        return new TensorAssert(actual);
    }

    /** Equal shapes and bits (but -0 equals 0). */
    public TensorAssert isBitEqualTo(Tensor expected) {
        return isCloseTo(expected, 0);
    }

    public TensorAssert isCloseTo(Tensor expected, double tolerance) {
        isNotNull();
        if (!Arrays.equals(actual.shape(), expected.shape())) {
            failWithMessage(
                    "Expected shape %s but was %s", Arrays.toString(expected.shape()), Arrays.toString(actual.shape()));
        }
        float[] a = Tensors.floats(actual);
        float[] e = Tensors.floats(expected);
        int worst = -1;
        for (int i = 0; i < a.length; i++) {
            boolean same = a[i] == e[i] || Math.abs((double) a[i] - e[i]) <= tolerance;
            if (!same && (worst < 0 || !(Math.abs(a[i] - e[i]) <= Math.abs(a[worst] - e[worst])))) {
                worst = i;
            }
        }
        if (worst >= 0) {
            failWithMessage(
                    "Expected %s within %s everywhere, but at %s it was %s where %s was expected",
                    Arrays.toString(actual.shape()), tolerance, Arrays.toString(index(worst)), a[worst], e[worst]);
        }
        return this;
    }

    public TensorAssert isAllZero() {
        for (float value : Tensors.floats(actual)) {
            if (value != 0) {
                failWithMessage("Expected all zeros, but found %s", value);
            }
        }
        return this;
    }

    private long[] index(int flat) {
        long[] shape = actual.shape();
        long[] index = new long[shape.length];
        for (int d = shape.length - 1; d >= 0; d--) {
            index[d] = flat % shape[d];
            flat /= (int) shape[d];
        }
        return index;
    }
}
