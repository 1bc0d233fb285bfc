package dev.weft.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * One optimiser and the parameters it moves: clips their gradients, then moves those that have one. What the optimiser remembers
 * lives here until {@link #close}.
 */
public final class ParameterUpdate implements AutoCloseable {
    private final Map<String, Tensor> parameters;
    private final Optimizer optimizer;
    private final Clipping clipping;
    private final Map<String, ParameterGroup> groups;
    private final Map<String, Map<String, Tensor>> state = new LinkedHashMap<>();

    /**
     * @param parameters by name
     * @param clipping {@code null} for none
     * @param groups exceptions
     */
    public ParameterUpdate(
            Map<String, Tensor> parameters, Optimizer optimizer, Clipping clipping, List<ParameterGroup> groups) {
        this.parameters = parameters;
        this.optimizer = optimizer;
        this.clipping = clipping;
        this.groups = ParameterGroup.byParameter(groups, parameters.keySet());
    }

    public Map<String, Tensor> parameters() {
        return parameters;
    }

    /** What the optimiser remembers, by parameter and slot: kept tensors that change with every step. */
    public Map<String, Map<String, Tensor>> state() {
        return state;
    }

    /** The same as {@code SLOT/PARAMETER}, as checkpoints have it. */
    public Map<String, Tensor> remembered() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        state.forEach((name, slots) -> slots.forEach((slot, tensor) -> all.put(slot + "/" + name, tensor)));
        return all;
    }

    /** Goes on from what was {@link #remembered}; the tensors are closed here from now on. */
    public void restore(Map<String, Tensor> kept) {
        kept.forEach((name, tensor) -> {
            int slash = name.indexOf('/');
            state.computeIfAbsent(name.substring(slash + 1), n -> new LinkedHashMap<>())
                    .put(name.substring(0, slash), tensor);
        });
    }

    /** Remembers nothing any more. */
    public void forget() {
        close();
        state.clear();
    }

    /**
     * Moves the parameters that have a gradient; the others, and their state, are left alone.
     *
     * @param gradients by name; clipped in place
     * @param clipped told the gradients that are about to be applied
     */
    public void apply(Map<String, Tensor> gradients, double learningRate, Consumer<Map<String, Tensor>> clipped) {
        try (NoGradGuard guard = new NoGradGuard()) {
            Map<String, Tensor> moving = new LinkedHashMap<>(gradients);
            moving.keySet().removeIf(name -> groups.get(name).learningRateFactor() == 0);
            if (clipping != null) {
                clipping.apply(moving);
            }
            clipped.accept(moving);
            moving.forEach((name, gradient) -> move(name, gradient, learningRate));
        }
    }

    private void move(String name, Tensor gradient, double learningRate) {
        ParameterGroup group = groups.get(name);
        optimizer.update(
                parameters.get(name),
                gradient,
                state.computeIfAbsent(name, n -> new LinkedHashMap<>()),
                learningRate * group.learningRateFactor(),
                optimizer.weightDecay() * group.weightDecayFactor());
    }

    @Override
    public void close() {
        state.values().forEach(slots -> slots.values().forEach(Tensor::close));
    }
}
