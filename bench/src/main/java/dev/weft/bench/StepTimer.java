package dev.weft.bench;

import dev.weft.criterion.Losses;
import dev.weft.data.Batch;
import dev.weft.loss.Distillation;
import dev.weft.loss.Regularisation;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.optim.LearningRateSchedule;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Sampler;
import dev.weft.step.MemberLoss;
import dev.weft.train.TrainingListener;
import dev.weft.train.TrainingStep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Trains with Weft's own training step and looks at the clock. */
final class StepTimer {
    private static final double NANOS = 1e-9;

    private final Family family;
    private final TrainingStep trainingStep;
    private final List<List<TrainingMember>> draws;
    private final double rate;
    private long done;
    private long gradientsAt;
    private double optimiser;

    private final TrainingListener clock = new TrainingListener() {
        @Override
        public void gradientsReady(long step, Map<String, Tensor> gradients) {
            gradientsAt = System.nanoTime();
        }
    };

    /** @param draws the members of each step, again from the front after the last */
    StepTimer(Family family, List<List<TrainingMember>> draws, double momentum, double rate) {
        this(family, draws, new Optimizer.Sgd(rate, momentum, false, 0));
    }

    /** This is the same with another optimiser. */
    StepTimer(Family family, List<List<TrainingMember>> draws, Optimizer optimizer) {
        this.family = family;
        this.trainingStep = new TrainingStep(family, settings(optimizer));
        this.draws = draws;
        this.rate = optimizer.learningRate();
    }

    /** A plain step is one with the largest member alone: in-place distillation then has no student. */
    static TrainSettings settings(Optimizer optimizer) {
        return TrainSettings.builder(1, optimizer)
                .sampler(new Sampler.Sandwich(2))
                .distillation(new Distillation.InPlace())
                .schedule(new LearningRateSchedule.Constant())
                .regularisation(Regularisation.none())
                .calibrationBatches(1)
                .evaluateEveryEpochs(0)
                .checkpointEverySteps(1)
                .build();
    }

    /** Trains {@code count} steps on {@code batch}. */
    StepWorker.Steps train(Batch batch, int count) {
        List<Double> seconds = new ArrayList<>();
        List<Double> processor = new ArrayList<>();
        List<Double> losses = List.of();
        optimiser = 0;
        for (int i = 0; i < count; i++) {
            long computed = Machine.threadNanos();
            long start = System.nanoTime();
            List<MemberLoss> members = trainingStep.run(batch, draws(done), rate, done + 1, done, List.of(clock));
            long end = System.nanoTime();
            seconds.add((end - start) * NANOS);
            processor.add((Machine.threadNanos() - computed) * NANOS);
            optimiser += (end - gradientsAt) * NANOS;
            losses = members.stream().map(MemberLoss::loss).toList();
            done++;
        }
        return new StepWorker.Steps(seconds, processor, losses, Map.of());
    }

    /**
     * Where the time of the steps just trained went. Forward passes are run once more and timed alone, backward is what remains.
     */
    StepWorker.Steps withPhases(StepWorker.Steps steps, Batch batch) {
        int count = steps.seconds().size();
        double forward = 0;
        for (long step = done - count; step < done; step++) {
            try (PointerScope scope = new PointerScope()) {
                long start = System.nanoTime();
                for (TrainingMember draw : draws(step)) {
                    Pass pass = new Pass(draw.member(), BatchStatistics.INSTANCE, 0, 0);
                    Losses.labels(family.forward(batch.inputs().only(), pass), batch.labels(), 0);
                }
                forward += (System.nanoTime() - start) * NANOS;
            }
        }
        double total = steps.seconds().stream().mapToDouble(Double::doubleValue).sum();
        Map<String, Double> phases = new LinkedHashMap<>();
        phases.put("forward", forward);
        phases.put("backward", total - optimiser - forward);
        phases.put("optimiser", optimiser);
        return new StepWorker.Steps(steps.seconds(), steps.processor(), steps.losses(), phases);
    }

    private List<TrainingMember> draws(long step) {
        return draws.get((int) (step % draws.size()));
    }
}
