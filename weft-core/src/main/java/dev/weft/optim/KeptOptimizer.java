package dev.weft.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * An optimiser whose memory is there from the start, as the {@link dev.weft.sample.Sampling#state} of a sampler must be. Holds it until
 * {@link #close}.
 */
public final class KeptOptimizer implements AutoCloseable {
    private final Map<String, Tensor> parameters;
    private final Optimizer optimizer;
    private final Map<String, Map<String, Tensor>> slots = new LinkedHashMap<>();

    /** @param parameters by name; not closed here */
    public KeptOptimizer(Optimizer optimizer, Map<String, Tensor> parameters) {
        this.optimizer = optimizer;
        this.parameters = parameters;
        parameters.forEach((name, parameter) -> slots.put(name, fresh(optimizer, parameter)));
    }

    /** What the optimiser remembers before its first step: its own names and shapes, all zero. */
    private static Map<String, Tensor> fresh(Optimizer optimizer, Tensor parameter) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            optimizer.update(torch.zeros_like(parameter), torch.zeros_like(parameter), state, 0, 0);
            state.values().forEach(Tensor::zero_);
        }
        return state;
    }

    /** The memory by {@code PARAMETER/SLOT}. */
    public Map<String, Tensor> state() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        slots.forEach((name, state) -> state.forEach((slot, tensor) -> all.put(name + "/" + slot, tensor)));
        return all;
    }

    /** Moves the parameters that have a gradient, by the optimiser's own rate. */
    public void apply(Map<String, Tensor> gradients) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            gradients.forEach((name, gradient) -> optimizer.update(
                    parameters.get(name),
                    gradient,
                    slots.get(name),
                    optimizer.learningRate(),
                    optimizer.weightDecay()));
        }
    }

    @Override
    public void close() {
        slots.values().forEach(state -> state.values().forEach(Tensor::close));
    }
}
