package dev.weft.weight;

import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * One stored tensor a name, at the largest size; a member sees a slice of it, without a copy. With fixed sizes the slice is the
 * whole tensor: the same class serves the plain model. The gradient of a slice is zero outside it.
 *
 * <p>Holds its tensors until {@link #close}.
 */
public final class SharedWeights implements Weights, AutoCloseable {
    /** Gives the stored tensor that a model asks for by name and shape. */
    @FunctionalInterface
    private interface Source {
        Tensor get(String name, List<Integer> shape, Init init);
    }

    /** Gives the stored buffer that a strategy asks for by name. */
    @FunctionalInterface
    private interface Buffers {
        /** @param first of the type and shape that is asked for; kept, and closed unless it is what is returned */
        Tensor get(String name, Tensor first);
    }

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, Tensor> buffers = new LinkedHashMap<>();
    private final Source source;
    private final Buffers bufferSource;

    private SharedWeights(Source source, Buffers bufferSource) {
        this.source = source;
        this.bufferSource = bufferSource;
    }

    /** Fresh trainable weights in float32; each is drawn from {@code seed} and its own name. */
    public static SharedWeights initialised(long seed) {
        return initialised(seed, torch.ScalarType.Float);
    }

    /** The same values as elements of a type: float64 for exact checks. */
    public static SharedWeights initialised(long seed, torch.ScalarType type) {
        return new SharedWeights(
                (name, shape, init) -> {
                    float[] values = init.values(shape, RandomStream.WEIGHTS.random(seed, name));
                    Tensor tensor = Tensors.of(values, longs(shape));
                    if (type != torch.ScalarType.Float) {
                        try (Tensor drawn = tensor) {
                            tensor = Tensors.keep(drawn.to(type));
                        }
                    }
                    tensor.set_requires_grad(true);
                    return tensor;
                },
                (name, first) -> first);
    }

    /**
     * Weights that already exist, for instance those of a file. {@code stored} gives a kept tensor by name, now owned here, or
     * {@code null}; a name that is missing, or has another shape, is an {@link InputException} that starts with {@code where}; call {@link #requireAllUsed} after building.
     */
    public static SharedWeights of(Function<String, Tensor> stored, String where) {
        return new SharedWeights(
                (name, shape, init) -> {
                    return fitting(stored.apply(name), name, longs(shape), null, where);
                },
                (name, first) -> {
                    try (first) {
                        return fitting(
                                stored.apply(name),
                                name,
                                first.shape(),
                                first.scalar_type().intern(),
                                where);
                    }
                });
    }

    /** @param expected {@code null} for that of a weight: float32, or float64 in a family for exact checks */
    private static Tensor fitting(Tensor tensor, String name, long[] shape, torch.ScalarType expected, String where) {
        if (tensor == null) {
            throw new InputException(where + ": the model needs a tensor " + name + " " + Arrays.toString(shape)
                    + ", but there is none.");
        }
        torch.ScalarType found = tensor.scalar_type().intern();
        torch.ScalarType type = expected != null
                ? expected
                : found == torch.ScalarType.Double ? torch.ScalarType.Double : torch.ScalarType.Float;
        if (!Arrays.equals(tensor.shape(), shape) || found != type) {
            throw new InputException(where + ": tensor " + name + " must be " + Arrays.toString(shape) + " of "
                    + StoredTensors.inWords(type) + ", but is " + Arrays.toString(tensor.shape()) + " of " + found
                    + ".");
        }
        return tensor;
    }

    /** The type of the elements of the weights: float32, or float64; float32 where there are none. */
    public torch.ScalarType type() {
        return tensors.isEmpty()
                ? torch.ScalarType.Float
                : tensors.values().iterator().next().scalar_type().intern();
    }

    /** Trainable weights of a type without values: every one is to be written before it is read. */
    public static SharedWeights unset(torch.ScalarType type) {
        return new SharedWeights(
                (name, shape, init) -> {
                    Tensor tensor = Tensors.placed(
                            torch.empty(longs(shape), new TensorOptions(type), new MemoryFormatOptional()));
                    tensor.set_requires_grad(true);
                    return tensor;
                },
                (name, first) -> first);
    }

    /** Weights that have shapes and no data: for counting what a member costs without computing it. */
    public static SharedWeights shapesOnly() {
        return new SharedWeights((name, shape, init) -> Tensors.meta(longs(shape)), (name, first) -> {
            try (first) {
                return Tensors.meta(first.scalar_type().intern(), first.shape());
            }
        });
    }

    @Override
    public Weight weight(String name, Init init, Axis... axes) {
        List<Integer> stored = Arrays.stream(axes).map(Axis::stored).toList();
        if (buffers.containsKey(name)) {
            throw new IllegalArgumentException("A weight must have a name of its own, but " + name + " is a buffer.");
        }
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            tensor = source.get(name, stored, init);
            tensors.put(name, tensor);
        } else if (!Arrays.equals(tensor.shape(), longs(stored))) {
            throw new IllegalArgumentException("Weight " + name + " was asked for as " + stored + " and as "
                    + Arrays.toString(tensor.shape()) + ".");
        }
        return new Slice(tensor, List.of(axes));
    }

    @Override
    public Tensor buffer(String name, Supplier<Tensor> first) {
        if (tensors.containsKey(name)) {
            throw new IllegalArgumentException("A buffer must have a name of its own, but " + name + " is a weight.");
        }
        Tensor before = buffers.get(name);
        if (before == null) {
            Tensor made = Tensors.placed(Tensors.scoped(first));
            StoredTensors.dtype(made.scalar_type().intern()); // one that no file has is refused now
            before = bufferSource.get(name, made);
            buffers.put(name, before);
        }
        return before;
    }

    /** What is kept and never trained, by name, in the order in which it was asked for. Do not close the tensors. */
    public Map<String, Tensor> buffers() {
        return Collections.unmodifiableMap(buffers);
    }

    /** Everything that a file of these weights holds: trained tensors and buffers by name. Do not close them. */
    public Map<String, Tensor> stored() {
        Map<String, Tensor> all = new LinkedHashMap<>(tensors);
        all.putAll(buffers);
        return all;
    }

    /** The trained tensors by name, in the order in which the model asked for them. Do not close them. */
    public Map<String, Tensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /** Takes trained tensors from training: no gradient reaches them from now on. */
    public void freeze(Iterable<String> names) {
        names.forEach(name -> tensors.get(name).set_requires_grad(false));
    }

    /** Fails when {@code names} holds one that the model never asked for. */
    public void requireAllUsed(Iterable<String> names, String where) {
        TreeSet<String> unused = new TreeSet<>();
        names.forEach(unused::add);
        unused.removeAll(tensors.keySet());
        unused.removeAll(buffers.keySet());
        if (!unused.isEmpty()) {
            throw new InputException(where + ": the model has no tensor " + unused.first()
                    + (unused.size() > 1 ? " (and " + (unused.size() - 1) + " more)" : "") + ".");
        }
    }

    @Override
    public void close() {
        stored().values().forEach(Tensor::close);
    }

    private static long[] longs(List<Integer> shape) {
        return shape.stream().mapToLong(Integer::longValue).toArray();
    }

    /** A slice of one stored tensor. */
    private record Slice(Tensor stored, List<Axis> axes) implements Weight {
        @Override
        public Tensor tensor(Reading reading) {
            Member member = reading.member();
            Tensor view = stored;
            for (int i = 0; i < axes.size(); i++) {
                Axis axis = axes.get(i);
                int size = axis.size().size(member);
                if (size != axis.stored()) {
                    view = view.narrow(i, axis.offset(member), size);
                }
            }
            return view;
        }

        @Override
        public List<Integer> shape(Member member) {
            List<Integer> shape = new ArrayList<>();
            axes.forEach(axis -> shape.add(axis.size().size(member)));
            return shape;
        }
    }
}
