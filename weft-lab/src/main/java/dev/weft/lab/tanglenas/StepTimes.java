package dev.weft.lab.tanglenas;

import dev.weft.architecture.ArchitectureStep;
import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.data.Dataset;
import dev.weft.lab.study.Trial;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.recipe.Recipe;
import dev.weft.sample.Sampling;
import dev.weft.seed.RandomStream;
import dev.weft.train.TrainingStep;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What a step of each way of training costs, measured in turn so that a busy machine slows all of them: one round is a step of each. A
 * step of a search by gradient is one of the logits and one of the weights.
 */
final class StepTimes {
    private static final int WARM_UP = 2;

    private StepTimes() {}

    /**
     * @param millis of each round, by arm
     * @param weights entries of all stored weights, logits included, by arm
     */
    record Measured(Map<String, List<Double>> millis, Map<String, Long> weights) {
        Measured {
            millis = Collections.unmodifiableMap(new LinkedHashMap<>(millis));
            weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
        }

        /** The median over the rounds. */
        double medianMillis(String arm) {
            List<Double> sorted = millis.get(arm).stream().sorted().toList();
            int middle = sorted.size() / 2;
            return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        }
    }

    /** @param arms recipes by the name of their arm */
    static Measured measure(Map<String, Recipe> arms, int rounds, Trial trial) {
        int threads = torch.get_num_threads();
        torch.set_num_threads(1);
        List<Stepper> steppers = new ArrayList<>();
        try {
            arms.forEach((name, recipe) -> steppers.add(new Stepper(name, recipe)));
            Map<String, List<Double>> millis = new LinkedHashMap<>();
            Map<String, Long> weights = new LinkedHashMap<>();
            steppers.forEach(s -> {
                millis.put(s.name, new ArrayList<>());
                weights.put(s.name, s.weights());
            });
            for (int round = -WARM_UP; round < rounds; round++) {
                for (Stepper stepper : steppers) {
                    trial.goOn();
                    double taken = stepper.step();
                    if (round >= 0) {
                        millis.get(stepper.name).add(taken);
                    }
                }
            }
            return new Measured(millis, weights);
        } finally {
            steppers.forEach(Stepper::close);
            torch.set_num_threads(threads);
        }
    }

    /** The steps of one arm, without a run's folder. */
    private static final class Stepper implements AutoCloseable {
        private final String name;
        private final Recipe recipe;
        private final Family family;
        private final TrainingStep weightStep;
        private final ArchitectureStep logitStep; // null where nothing is blended
        private final Batches batches;
        private final Sampling sampling;
        private final SplittableRandom random = RandomStream.EXPERIMENT.random(1);
        private long step;

        Stepper(String name, Recipe recipe) {
            this.name = name;
            this.recipe = recipe;
            Dataset train = recipe.data().open(1).train();
            family = Family.of(
                    recipe.model().withInput(recipe.data().input(recipe.data().open(1))), 1, recipe.sharing());
            weightStep = new TrainingStep(family, recipe.train());
            logitStep = recipe.train().architecture() == null
                    ? null
                    : new ArchitectureStep(
                            family,
                            recipe.train().architecture(),
                            recipe.train().loss(),
                            recipe.train().update(),
                            null);
            batches = recipe.data().batches(train, 1);
            sampling = recipe.train()
                    .sampler()
                    .start(new Sampling.Setup(
                            family,
                            recipe.train().loss(),
                            recipe.train().epochs(),
                            train.size(),
                            null,
                            batches.stepsPerEpoch(),
                            1));
        }

        /** Milliseconds. */
        double step() {
            try (PointerScope scope = new PointerScope()) {
                Batch first = batches.batch(2 * step);
                Batch second = batches.batch(2 * step + 1);
                step++;
                long began = System.nanoTime();
                double rate = recipe.train().optimizer().learningRate();
                if (logitStep != null) {
                    logitStep.run(
                            second,
                            first,
                            draws(first).get(0),
                            recipe.train().architecture().optimizer().learningRate(),
                            rate,
                            step);
                }
                weightStep.run(first, draws(first), rate, step, step, List.of());
                return (System.nanoTime() - began) / 1e6;
            }
        }

        private List<TrainingMember> draws(Batch first) {
            return sampling.draw(step, first, random);
        }

        long weights() {
            return family.weights().tensors().values().stream()
                    .mapToLong(Tensor::numel)
                    .sum();
        }

        @Override
        public void close() {
            weightStep.close();
            sampling.close();
            if (logitStep != null) {
                logitStep.close();
            }
            family.close();
        }
    }
}
