package dev.weft.train;

import dev.weft.architecture.ArchitectureSettings;
import dev.weft.architecture.ArchitectureStep;
import dev.weft.data.Batches;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.step.MemberLoss;
import dev.weft.step.Step;
import dev.weft.step.Update;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** The logits of a blend, on batches that the weights never see, once the epochs that train the weights alone are over. */
final class ArchitectureUpdate implements Update {
    private final ArchitectureSettings settings;
    private final ArchitectureStep step;
    private final Batches heldOut;
    private Map<String, Double> measures = Map.of();

    ArchitectureUpdate(ArchitectureSettings settings, ArchitectureStep step, Batches heldOut) {
        this.settings = settings;
        this.step = step;
        this.heldOut = heldOut;
    }

    @Override
    public String name() {
        return Role.BLEND.toString();
    }

    @Override
    public boolean owns(String parameter) {
        return step.trains(parameter);
    }

    @Override
    public boolean readsMembers() {
        return false;
    }

    @Override
    public void step(Step now) {
        measures = Map.of();
        if (now.index() < settings.warmupEpochs() * now.stepsPerEpoch()) {
            return;
        }
        TrainingMember blend = now.others().get().get(0);
        double loss = step.run(
                heldOut.batch(now.index()),
                now.batches().get(0),
                blend,
                settings.optimizer().learningRate(),
                now.learningRate(),
                now.number());
        measures = Map.of("architectureLoss", loss);
        now.listeners().forEach(listener -> listener.updated(now.number(), name(), new MemberLoss(blend, loss)));
    }

    @Override
    public Map<String, Double> measures() {
        return measures;
    }

    @Override
    public Map<String, Tensor> state() {
        return step.remembered();
    }

    @Override
    public void restore(Map<String, Tensor> kept) {
        step.restore(kept);
    }

    @Override
    public int passes() {
        return settings.order().passes();
    }

    @Override
    public void close() {
        step.close();
    }
}
