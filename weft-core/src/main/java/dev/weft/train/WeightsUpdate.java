package dev.weft.train;

import dev.weft.optim.ParameterUpdate;
import dev.weft.step.Step;
import dev.weft.step.Update;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** The weights: one step of the recipe's optimiser by the gradients of all members. */
final class WeightsUpdate implements Update {
    static final String NAME = "weights";

    private final ParameterUpdate update;

    /** @param update closed here */
    WeightsUpdate(ParameterUpdate update) {
        this.update = update;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean owns(String parameter) {
        return update.parameters().containsKey(parameter);
    }

    @Override
    public void step(Step now) {
        Map<String, Tensor> own = new LinkedHashMap<>(now.members().all());
        own.keySet().retainAll(update.parameters().keySet());
        move(now, own);
    }

    /** Moves them by gradients, or by what is taken for such; listeners hear of it. */
    void move(Step now, Map<String, Tensor> gradients) {
        now.listeners().forEach(listener -> listener.gradientsReady(now.number(), gradients));
        update.apply(gradients, now.learningRate(), clipped -> now.listeners()
                .forEach(listener -> listener.gradientsClipped(now.number(), clipped)));
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
