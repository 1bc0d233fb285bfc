package dev.weft.delta;

import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import dev.weft.seed.RandomStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Named changes of one base: an adapter, what a client of a federation sends, what a member has beside the weights it shares. It knows the
 * {@linkplain Fingerprint fingerprint} of its base and is refused by any other; a tensor that the base does not have is changed from zero.
 *
 * <p>A value: whatever is computed of it is a new set. Holds native memory until {@link #close}.
 */
public final class DeltaSet implements AutoCloseable {
    private final Fingerprint base;
    private final Map<String, Delta> deltas;

    private DeltaSet(Fingerprint base, Map<String, Delta> deltas) {
        this.base = base;
        this.deltas = Collections.unmodifiableMap(deltas);
    }

    /** @param deltas by the name of the tensor that each changes; now owned by this set */
    public static DeltaSet of(Fingerprint base, Map<String, ? extends Delta> deltas) {
        return new DeltaSet(base, new LinkedHashMap<>(deltas));
    }

    /**
     * What has changed: {@code after - before}, of every tensor that {@code after} has and whose bytes differ.
     *
     * @param before the base
     * @param after tensors of the same shapes; what the base does not have is changed from zero
     */
    public static DeltaSet difference(Map<String, Tensor> before, Map<String, Tensor> after) {
        return made(
                Fingerprint.of(before),
                deltas -> after.forEach((name, now) -> {
                    Tensor was = before.get(name);
                    if (was == null) {
                        deltas.put(name, DenseDelta.of(now.detach()));
                        return;
                    }
                    Shapes.requireKept(name, was, now);
                    if (!same(was, now)) {
                        deltas.put(name, DenseDelta.computed(() -> floats(now).sub(floats(was))));
                    }
                }));
    }

    /** What a body puts in by name. What it has put in is freed where it fails. */
    static DeltaSet made(Fingerprint base, Consumer<Map<String, Delta>> body) {
        Map<String, Delta> deltas = new LinkedHashMap<>();
        boolean done = false;
        try {
            body.accept(deltas);
            DeltaSet set = new DeltaSet(base, deltas);
            done = true;
            return set;
        } finally {
            if (!done) {
                deltas.values().forEach(Delta::close);
            }
        }
    }

    /** What {@link #difference} gives, with each change kept as the tensor after it: added to the base, it gives {@code after} bit for bit. */
    public static DeltaSet replacements(Map<String, Tensor> before, Map<String, Tensor> after) {
        return made(
                Fingerprint.of(before),
                deltas -> after.forEach((name, now) -> {
                    Optional<Tensor> was = Optional.ofNullable(before.get(name));
                    if (was.isEmpty() || !same(was.get(), now)) {
                        deltas.put(name, Replacement.of(name, was, now));
                    }
                }));
    }

    private static boolean same(Tensor was, Tensor now) {
        return was.scalar_type().intern() == now.scalar_type().intern()
                && Arrays.equals(was.shape(), now.shape())
                && Tensors.bytes(was).equals(Tensors.bytes(now));
    }

    private static Tensor floats(Tensor tensor) {
        return tensor.detach().to(ScalarType.Float);
    }

    /** The base that this set changes. */
    public Fingerprint base() {
        return base;
    }

    /** The changes by the name of the tensor, in the order in which they were put in. They belong to this set. */
    public Map<String, Delta> deltas() {
        return deltas;
    }

    /** This set times {@code factor}. */
    public DeltaSet times(double factor) {
        return mapped(delta -> delta.times(factor));
    }

    /** The sum of two sets of one base. */
    public DeltaSet plus(DeltaSet other) {
        requireBase(other.base);
        return made(base, sum -> {
            deltas.forEach((name, delta) -> sum.put(
                    name, other.deltas.containsKey(name) ? delta.plus(other.deltas.get(name)) : delta.times(1)));
            other.deltas.forEach((name, delta) -> {
                if (!sum.containsKey(name)) {
                    sum.put(name, delta.times(1));
                }
            });
        });
    }

    /** The difference of two sets of one base. */
    public DeltaSet minus(DeltaSet other) {
        try (DeltaSet negative = other.times(-1)) {
            return plus(negative);
        }
    }

    /**
     * The weighted mean of sets of one base; a set that lacks a change counts as zero there. Low-rank changes stay exact: the mean of the
     * products, and not of their factors.
     *
     * @param weights one a set, none negative and not all zero; they need not sum to 1
     */
    public static DeltaSet mean(List<DeltaSet> sets, List<Double> weights) {
        double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
        if (sets.isEmpty()
                || sets.size() != weights.size()
                || weights.stream().anyMatch(w -> !(w >= 0))
                || !(sum > 0)
                || Double.isInfinite(sum)) {
            throw new IllegalArgumentException(
                    "A mean must have one weight of 0 or more for each set, and a sum above 0, but got " + sets.size()
                            + " sets with weights " + weights + ".");
        }
        DeltaSet mean = sets.get(0).times(weights.get(0) / sum);
        for (int i = 1; i < sets.size(); i++) {
            try (DeltaSet before = mean;
                    DeltaSet part = sets.get(i).times(weights.get(i) / sum)) {
                mean = before.plus(part);
            }
        }
        return mean;
    }

    /** The Euclidean norm over all changes together. */
    public double norm() {
        return Math.sqrt(
                deltas.values().stream().mapToDouble(Delta::squaredNorm).sum());
    }

    /** This set, made shorter where its {@link #norm} is above {@code limit}. */
    public DeltaSet clip(double limit) {
        if (!(limit > 0)) {
            throw new IllegalArgumentException("A set must be clipped to a norm above 0, but got " + limit + ".");
        }
        double norm = norm();
        return times(norm > limit ? limit / norm : 1);
    }

    /**
     * This set plus Gaussian noise, each number's drawn on its own. Noise on a product is no product: give a client's factors as changes of
     * their own where these are what it sends.
     *
     * @param deviation the standard deviation, 0 or more
     * @param seed of the noise; each tensor has a stream of its own
     * @throws IllegalArgumentException when a change is not dense
     */
    public DeltaSet withNoise(double deviation, long seed) {
        if (!(deviation >= 0)) {
            throw new IllegalArgumentException("Noise must have a deviation of 0 or more, but got " + deviation + ".");
        }
        return made(
                base,
                noisy -> deltas.forEach((name, delta) -> {
                    if (delta instanceof LowRankDelta) {
                        throw new IllegalArgumentException(
                                "Noise must be added to dense changes, but " + name + " is a product of two matrices.");
                    }
                    SplittableRandom random = RandomStream.DELTA_NOISE.random(seed, name);
                    noisy.put(name, DenseDelta.computed(() -> {
                        float[] noise = new float[Math.toIntExact(delta.elements())];
                        for (int i = 0; i < noise.length; i++) {
                            noise[i] = (float) (deviation * random.nextGaussian());
                        }
                        return delta.dense()
                                .add(Tensors.like(
                                        delta.dense(), noise, delta.dense().shape()));
                    }));
                }));
    }

    private DeltaSet mapped(UnaryOperator<Delta> change) {
        return made(base, changed -> deltas.forEach((name, delta) -> changed.put(name, change.apply(delta))));
    }

    /** The bytes of its numbers: what is sent or kept of it, a file's header apart. */
    public long bytes() {
        return deltas.values().stream().mapToLong(Delta::bytes).sum();
    }

    /** The name of the first change with a number that is NaN or infinite. */
    public Optional<String> notFinite() {
        return deltas.entrySet().stream()
                .filter(entry -> entry.getValue().parts().values().stream().anyMatch(part -> {
                    try (PointerScope scope = new PointerScope()) {
                        return !part.isfinite().all().item_bool();
                    }
                }))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /**
     * The tensors of the base with the changes added: new ones, kept, which the caller closes, of the names that are changed alone.
     *
     * @throws InputException when it is another base, or a shape differs
     */
    public Map<String, Tensor> addedTo(Map<String, Tensor> of) {
        requireBase(Fingerprint.of(of));
        deltas.forEach((name, delta) -> {
            Tensor was = of.get(name);
            if (was != null && !Arrays.stream(was.shape()).boxed().toList().equals(delta.shape())) {
                throw new InputException("The change of " + name + " must have the shape of the base's, "
                        + Arrays.toString(was.shape()) + ", but has " + delta.shape() + ".");
            }
        });
        Map<String, Tensor> changed = new LinkedHashMap<>();
        deltas.forEach((name, delta) -> {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Optional<Tensor> was = Optional.ofNullable(of.get(name)).map(Tensor::detach);
                changed.put(name, Tensors.keep(delta.after(was)));
            }
        });
        return changed;
    }

    /** @throws InputException when this set does not belong to {@code other} */
    public void requireBase(Fingerprint other) {
        if (!base.equals(other)) {
            throw new InputException(
                    "A delta set must be used with its own base, which has the fingerprint " + base.brief()
                            + "…, but got a base with " + other.brief() + "…. Use the file that it was made from.");
        }
    }

    /** Writes the set as one safetensors file, which holds nothing of the base: see {@code docs/file-formats.md}. */
    public void write(Path file) {
        write(file, Map.of());
    }

    /** Does what {@link #write(Path)} does, with what else the file is to say, by keys of its metadata. */
    public void write(Path file, Map<String, String> metadata) {
        DeltaFile.write(this, file, metadata);
    }

    /** @throws InputException when the file is damaged, holds no delta set, or holds {@linkplain Replacement tensors in place of its base's} */
    public static DeltaSet read(Path file) {
        return DeltaFile.read(file, Optional.empty());
    }

    /**
     * Does what {@link #read(Path)} does, of any delta set.
     *
     * @param base the tensors that it changes, by name
     * @throws InputException when the file is damaged, holds no delta set, or one of another base
     */
    public static DeltaSet read(Path file, Map<String, Tensor> base) {
        return DeltaFile.read(file, Optional.of(base));
    }

    @Override
    public void close() {
        deltas.values().forEach(Delta::close);
    }
}
