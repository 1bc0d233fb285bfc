package dev.weft.delta;

import dev.weft.ops.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A change that has a number for every element. */
public final class DenseDelta implements Delta {
    private final Tensor values;

    private DenseDelta(Tensor kept) {
        this.values = kept;
    }

    /** A copy of {@code values}, as float32. */
    public static DenseDelta of(Tensor values) {
        return computed(() -> values.to(ScalarType.Float).clone());
    }

    /** What {@code body} computes; it must alias nothing. */
    static DenseDelta computed(Supplier<Tensor> body) {
        try (PointerScope scope = new PointerScope()) {
            return new DenseDelta(Tensors.keep(Tensors.withoutGradients(body)));
        }
    }

    @Override
    public List<Long> shape() {
        return Arrays.stream(values.shape()).boxed().toList();
    }

    @Override
    public Tensor dense() {
        return values.detach();
    }

    @Override
    public DenseDelta times(double factor) {
        return computed(() -> values.mul(new Scalar(factor)));
    }

    @Override
    public DenseDelta plus(Delta other) {
        Shapes.requireEqual(this, other);
        return computed(() -> values.add(other.dense()));
    }

    @Override
    public double squaredNorm() {
        try (PointerScope scope = new PointerScope()) {
            return Tensors.withoutGradients(
                            () -> values.to(ScalarType.Double).square().sum())
                    .item_double();
        }
    }

    @Override
    public long elements() {
        return values.numel();
    }

    @Override
    public Map<String, Tensor> parts() {
        return Map.of("", values);
    }

    @Override
    public void close() {
        values.close();
    }
}
