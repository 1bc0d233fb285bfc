package dev.weft.lab.tanglenas;

import dev.weft.io.TemporaryFolder;
import dev.weft.lab.study.Trial;
import dev.weft.recipe.Recipe;
import dev.weft.train.Trainer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

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

    /** @param arms recipes by the name of their arm, each of more steps than {@code rounds} and those that warm up */
    static Measured measure(Map<String, Recipe> arms, int rounds, Trial trial) {
        Map<String, Trainer> trainers = new LinkedHashMap<>();
        Map<String, List<Double>> millis = new LinkedHashMap<>();
        Map<String, Long> weights = new LinkedHashMap<>();
        try (TemporaryFolder folder = TemporaryFolder.make("weft-steps")) {
            try {
                arms.forEach((name, recipe) -> {
                    Trainer trainer = Trainer.start(recipe, folder.path().resolve(name), 1);
                    trainers.put(name, trainer);
                    millis.put(name, new ArrayList<>());
                    weights.put(
                            name,
                            trainer.family().weights().tensors().values().stream()
                                    .mapToLong(Tensor::numel)
                                    .sum());
                });
                for (int round = -WARM_UP; round < rounds; round++) {
                    for (Map.Entry<String, Trainer> arm : trainers.entrySet()) {
                        trial.goOn();
                        double taken = stepMillis(arm.getValue());
                        if (round >= 0) {
                            millis.get(arm.getKey()).add(taken);
                        }
                    }
                }
                return new Measured(millis, weights);
            } finally {
                trainers.values().forEach(Trainer::close);
            }
        }
    }

    private static double stepMillis(Trainer trainer) {
        double before = trainer.seconds();
        trainer.runTo(trainer.stepsDone() + 1, () -> false, List.of());
        return 1e3 * (trainer.seconds() - before);
    }
}
