package org.example.outside;

import dev.weft.ops.Tensors;
import dev.weft.step.Step;
import dev.weft.step.Update;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

// tag::update[]
/**
 * Moves gains by a factor each, so that they stay above 0: {@code v = 0.9 v + 0.1 ∂L/∂g; g ← g · exp(-rate · tanh(v))}, where L is the
 * loss of the step's members. A gain that no member used has no gradient and waits.
 */
final class GainsUpdate implements Update {
    private final Map<String, Tensor> gains;
    private final double rate;
    private final Map<String, Tensor> velocity = new LinkedHashMap<>(); // kept, there from the start
    private Map<String, Double> measures = Map.of();

    /** @param gains of the family, by name; not closed here */
    GainsUpdate(Map<String, Tensor> gains, double rate) {
        this.gains = gains;
        this.rate = rate;
        gains.forEach((name, gain) -> velocity.put(name, Tensors.zerosLike(gain, gain.shape())));
    }

    @Override
    public String name() {
        return "gains";
    }

    @Override
    public boolean owns(String parameter) {
        return gains.containsKey(parameter);
    }

    @Override
    public void step(Step step) {
        Map<String, Tensor> gradients = step.members().all();
        double largest = 0;
        try (NoGradGuard guard = new NoGradGuard()) {
            for (Map.Entry<String, Tensor> gain : gains.entrySet()) {
                Tensor gradient = gradients.get(gain.getKey());
                if (gradient != null) {
                    Tensor v = velocity.get(gain.getKey());
                    v.lerp_(gradient, new Scalar(0.1));
                    gain.getValue().mul_(v.tanh().mul(new Scalar(-rate)).exp());
                }
                largest = Math.max(largest, gain.getValue().max().item_double());
            }
        }
        measures = Map.of("largestGain", largest);
    }

    @Override
    public Map<String, Tensor> state() {
        return velocity;
    }

    @Override
    public Map<String, Double> measures() {
        return measures;
    }

    @Override
    public void close() {
        velocity.values().forEach(Tensor::close);
    }
}
// end::update[]
