package dev.weft.diagnose;

import dev.weft.ops.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Mean and total variance of one tensor's gradients, seen once each (Welford, 1962): the mean is kept in double precision, and of the
 * squares only their sum. Holds its tensors until {@link #close}.
 */
final class RunningVariance implements AutoCloseable {
    private final Tensor mean;
    private final Tensor previous;
    private final List<Double> pairs = new ArrayList<>();
    private int count;
    private double squares; // Σ over draws of ‖g − mean‖²

    RunningVariance(Tensor like) {
        this.previous = Tensors.zerosLike(like, like.shape());
        try (PointerScope scope = new PointerScope()) {
            this.mean = Tensors.keep(previous.to(ScalarType.Double));
        }
    }

    /** @param gradient {@code null} where the draw does not use the tensor: zero */
    void add(Tensor gradient) {
        count++;
        Tensor difference =
                gradient == null ? mean.neg() : gradient.to(ScalarType.Double).sub(mean);
        mean.add_(difference.div(new Scalar(count)));
        squares += (count - 1.0) / count * squaredNorm(difference);
        if (count % 2 == 0) {
            pairs.add(squaredNorm(gradient == null ? previous : gradient.sub(previous)) / 2);
        } else if (gradient == null) {
            previous.zero_();
        } else {
            previous.copy_(gradient);
        }
    }

    double squaredMean() {
        try (PointerScope scope = new PointerScope()) {
            return squaredNorm(mean);
        }
    }

    /** Summed over the tensor's entries. */
    double variance() {
        return squares / (count - 1);
    }

    /** Half the squared distance of draws 0 and 1, 2 and 3, …: independent of each other, and each right on average. */
    List<Double> pairs() {
        return pairs;
    }

    static double squaredNorm(Tensor tensor) {
        return tensor.to(ScalarType.Double).square().sum().item_double();
    }

    @Override
    public void close() {
        mean.close();
        previous.close();
    }
}
