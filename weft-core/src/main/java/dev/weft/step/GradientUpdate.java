package dev.weft.step;

import dev.weft.optim.Optimizer;
import dev.weft.optim.ParameterUpdate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * Parameters that move by the gradients of a step's members, as the weights do, but by an optimiser of their own at a rate that follows no
 * schedule: a generator of members, for instance.
 */
public final class GradientUpdate implements Update {
    private final String name;
    private final Optimizer optimizer;
    private final ParameterUpdate update;

    /** @param parameters of the family, by name; not closed here */
    public GradientUpdate(String name, Map<String, Tensor> parameters, Optimizer optimizer) {
        this.name = name;
        this.optimizer = optimizer;
        this.update = new ParameterUpdate(parameters, optimizer, null, List.of());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean owns(String parameter) {
        return update.parameters().containsKey(parameter);
    }

    @Override
    public void step(Step step) {
        Map<String, Tensor> own = new LinkedHashMap<>(step.members().all());
        own.keySet().retainAll(update.parameters().keySet());
        update.apply(own, optimizer.learningRate(), clipped -> {});
    }

    @Override
    public Map<String, Tensor> state() {
        return update.remembered();
    }

    @Override
    public void restore(Map<String, Tensor> kept) {
        update.restore(kept);
    }

    @Override
    public void close() {
        update.close();
    }
}
