package dev.weft.examples;

import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.SharedWeights;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import dev.weft.weight.WrappedWeights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

// tag::weights[]
/**
 * Shared weights times a fixed 0/1 mask for each task: {@code w = shared ⊙ mask(@task)}. The member names its task in its context,
 * {@code width=16,@task=digits}. Masks are not trained. Vectors (biases, norms) are shared whole.
 *
 * <p>Holds its masks until {@link #close}; the shared weights belong to whoever made them.
 */
public final class MaskedWeights implements WrappedWeights, AutoCloseable {
    private final Weights shared;
    private final double kept;
    private final Map<String, SharedWeights> masks = new LinkedHashMap<>();

    /** @param kept the part of each matrix that a task keeps, over 0 to 1 */
    public MaskedWeights(Weights shared, List<String> tasks, double kept, long seed) {
        this.shared = shared;
        this.kept = kept;
        tasks.forEach(task -> masks.put(task, SharedWeights.initialised(seed + task.hashCode())));
    }

    @Override
    public Weight weight(String name, Init init, Axis... axes) {
        Weight weight = shared.weight(name, init, axes);
        if (axes.length < 2) {
            return weight;
        }
        Map<String, Weight> byTask = new LinkedHashMap<>(); // the same axes, so a mask is sliced as its weight is
        masks.forEach((task, stored) -> byTask.put(task, stored.weight(name, this::mask, axes)));
        return new MaskedWeight(weight, byTask);
    }

    @Override
    public Weights source() {
        return shared;
    }

    private float[] mask(List<Integer> shape, RandomGenerator random) {
        float[] values = new float[shape.stream().reduce(1, Math::multiplyExact)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextDouble() < kept ? 1 : 0;
        }
        return values;
    }

    @Override
    public void close() {
        masks.values().forEach(SharedWeights::close);
    }
}
// end::weights[]
