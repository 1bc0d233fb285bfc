package dev.weft.ops;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Named tensors that go together: the inputs of a model, its outputs, the targets of a batch. The examples lie along the first axis of
 * each. A bundle does not own its tensors: they belong to a {@code PointerScope}, or whoever keeps them closes it.
 *
 * @param tensors in the order of the ports
 */
public record Bundle(Map<String, Tensor> tensors) implements AutoCloseable {
    public Bundle {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /** A bundle of one. */
    public static Bundle of(String name, Tensor tensor) {
        return new Bundle(Map.of(name, tensor));
    }

    /** A bundle of two, in this order. */
    public static Bundle of(String name, Tensor tensor, String second, Tensor other) {
        Map<String, Tensor> both = new LinkedHashMap<>();
        both.put(name, tensor);
        both.put(second, other);
        return new Bundle(both);
    }

    /**
     * The tensor of a bundle that has one.
     *
     * @throws IllegalStateException when it has none or several: say which
     */
    public Tensor only() {
        if (tensors.size() != 1) {
            throw new IllegalStateException("One tensor is expected, but there are " + tensors.keySet() + ".");
        }
        return tensors.values().iterator().next();
    }

    /**
     * The tensor of that name.
     *
     * @throws IllegalArgumentException when there is none
     */
    public Tensor get(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(
                    "There must be a tensor called \"" + name + "\", but there are " + tensors.keySet() + ".");
        }
        return tensor;
    }

    /** How many examples its tensors have. */
    public long size() {
        return tensors.values().iterator().next().size(0);
    }

    /** The same names with other tensors. */
    public Bundle map(UnaryOperator<Tensor> change) {
        Map<String, Tensor> changed = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> changed.put(name, change.apply(tensor)));
        return new Bundle(changed);
    }

    /** Runs {@code body}, frees its temporaries, and hands its result to the caller's scope. */
    public static Bundle scoped(Supplier<Bundle> body) {
        Bundle result;
        try (PointerScope scope = new PointerScope()) {
            result = body.get().map(Tensors::keep);
        }
        PointerScope outer = PointerScope.getInnerScope();
        if (outer != null) {
            result.tensors().values().forEach(tensor -> {
                outer.attach(tensor);
                tensor.releaseReference();
            });
        }
        return result;
    }

    /** Does what {@link #scoped} does, without recording gradients. */
    public static Bundle withoutGradients(Supplier<Bundle> body) {
        return scoped(() -> {
            try (NoGradGuard guard = new NoGradGuard()) {
                return body.get();
            }
        });
    }

    /** Frees its tensors now rather than with their scope. */
    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
    }
}
