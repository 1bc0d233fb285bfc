package dev.weft.train;

import dev.weft.sample.MemberLoss;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** The weights: members' gradients, added or averaged, and one step of the recipe's optimiser. */
final class WeightsUpdate implements Update {
    private final TrainingStep step;
    private final int passes;
    private List<MemberLoss> losses = List.of();

    /** @param members of a step, each of which runs on every batch of it */
    WeightsUpdate(TrainingStep step, int members, int batches) {
        this.step = step;
        this.passes = members * batches;
    }

    @Override
    public boolean owns(String parameter) {
        return step.trains(parameter);
    }

    @Override
    public void step(Step now) {
        losses = step.run(
                now.batches(), now.members().get(), now.learningRate(), now.number(), now.seed(), now.listeners());
    }

    /** Those of the latest step's members, in the order in which they trained. */
    List<MemberLoss> losses() {
        return losses;
    }

    @Override
    public Map<String, Map<String, Tensor>> state() {
        return step.optimizerState();
    }

    @Override
    public int passes() {
        return passes;
    }

    @Override
    public void close() {
        step.close();
    }
}
