package dev.weft.train;

import dev.weft.architecture.ArchitectureSettings;
import dev.weft.architecture.ArchitectureStep;
import dev.weft.data.Batches;
import dev.weft.loss.TrainingMember;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** The logits of a blend, on batches that the weights never see, once the epochs that train the weights alone are over. */
final class ArchitectureUpdate implements Update {
    private final ArchitectureSettings settings;
    private final ArchitectureStep step;
    private final Batches heldOut;

    ArchitectureUpdate(ArchitectureSettings settings, ArchitectureStep step, Batches heldOut) {
        this.settings = settings;
        this.step = step;
        this.heldOut = heldOut;
    }

    @Override
    public boolean owns(String parameter) {
        return step.trains(parameter);
    }

    @Override
    public void step(Step now) {
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
        now.listeners().forEach(listener -> listener.architectureTrained(now.number(), blend.member(), loss));
    }

    @Override
    public Map<String, Map<String, Tensor>> state() {
        return step.optimizerState();
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
