package dev.weft.delta;

import dev.weft.ops.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A change that is kept as the tensor after it, of any element type: its base becomes that tensor bit for bit, where adding a difference would
 * round. Whatever is computed of it is computed of the difference.
 */
public final class Replacement implements Delta {
    private final Tensor after;
    private final DenseDelta difference;

    private Replacement(Tensor kept, DenseDelta difference) {
        this.after = kept;
        this.difference = difference;
    }

    /**
     * A copy of {@code after} in place of the base's tensor.
     *
     * @param name of the tensor, for messages
     * @param before the base's, of the same shape; empty where the base has none, which counts as zero
     */
    public static Replacement of(String name, Optional<Tensor> before, Tensor after) {
        before.ifPresent(was -> Shapes.requireKept(name, was, after));
        DenseDelta difference = DenseDelta.computed(
                () -> before.map(was -> after.to(ScalarType.Float).sub(was.to(ScalarType.Float)))
                        .orElseGet(() -> after.to(ScalarType.Float).clone()));
        try (PointerScope scope = new PointerScope()) {
            return new Replacement(Tensors.keep(after.detach().clone()), difference);
        }
    }

    @Override
    public List<Long> shape() {
        return Arrays.stream(after.shape()).boxed().toList();
    }

    @Override
    public Tensor dense() {
        return difference.dense();
    }

    @Override
    public Tensor after(Optional<Tensor> base) {
        return after.clone();
    }

    @Override
    public Delta times(double factor) {
        return difference.times(factor);
    }

    @Override
    public Delta plus(Delta other) {
        return difference.plus(other);
    }

    @Override
    public double squaredNorm() {
        return difference.squaredNorm();
    }

    @Override
    public long elements() {
        return after.numel();
    }

    @Override
    public long bytes() {
        return after.numel() * after.element_size();
    }

    @Override
    public Map<String, Tensor> parts() {
        return Map.of("", after);
    }

    @Override
    public void close() {
        after.close();
        difference.close();
    }
}
