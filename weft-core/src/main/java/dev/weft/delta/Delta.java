package dev.weft.delta;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The change of one tensor of a base: what is added to it. A value: its methods return new ones, of kept tensors that the caller frees by
 * {@link #close}. Arithmetic is in float32 and records no gradients.
 */
public interface Delta extends AutoCloseable {
    /** The shape of the tensor that it changes. */
    List<Long> shape();

    /** The change as one tensor of {@link #shape}. It belongs to the caller's {@code PointerScope}, and may alias what the delta holds: do not write to it. */
    Tensor dense();

    /**
     * The tensor after the change, which aliases nothing. It belongs to the caller's {@code PointerScope}.
     *
     * @param base the tensor before, of {@link #shape}; empty where the base has none, which counts as zero
     */
    default Tensor after(Optional<Tensor> base) {
        return base.map(before -> before.add(dense().to(before.scalar_type()), new Scalar(1)))
                .orElseGet(() -> dense().clone());
    }

    /** The change times {@code factor}. */
    Delta times(double factor);

    /** The sum of both, exact but for rounding; the shapes must be equal. */
    Delta plus(Delta other);

    /** The squared Euclidean norm of the change. */
    double squaredNorm();

    /** The numbers that it stores: what is sent of it. */
    long elements();

    /** The bytes of those numbers. */
    default long bytes() {
        return Float.BYTES * elements();
    }

    /** What it stores, by the part's name ({@code ""} for the only one). Do not close them. */
    Map<String, Tensor> parts();

    /** Frees its tensors. */
    @Override
    void close();
}
