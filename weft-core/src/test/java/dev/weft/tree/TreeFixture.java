package dev.weft.tree;

import dev.weft.architecture.ArchitectureSettings;
import dev.weft.loss.Regularisation;
import dev.weft.model.ModelDefinition;
import dev.weft.model.Presets;
import dev.weft.optim.Averaging;
import dev.weft.optim.LearningRateSchedule;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.SplitSettings;
import dev.weft.recipe.SplitSettings.PartitionBy;
import dev.weft.recipe.SplitSettings.Restart;
import dev.weft.recipe.SplitSettings.RestartSchedule;
import dev.weft.recipe.SplitSettings.RestartWeights;
import dev.weft.recipe.SplitSettings.Rule;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Sampler;
import dev.weft.train.TinyTraining;
import dev.weft.weight.blend.SimplexMap;
import java.nio.file.Path;
import java.util.List;

/** Settings so small that a tree trains in seconds; tests change what they are about. */
final class TreeFixture {
    List<Integer> rounds = List.of(1, 2);
    List<Integer> groups;
    Integer minimumSize;
    List<String> choices;
    Rule rule;
    PartitionBy partition;
    int repeats = 2;
    Restart restart;
    RestartWeights weights;
    RestartSchedule schedule;
    int epochs = 4;
    Averaging average;
    boolean blended;
    int warmupEpochs;
    int checkpointEverySteps = 1000;
    ModelDefinition model = TinyTraining.model();

    /** A cell of four nodes with the five operations, as the benchmark has it, of four channels in two stages. */
    static ModelDefinition cells() {
        return Presets.named("cell-tiny").withInput(null);
    }

    static TrainSettings train() {
        return new TreeFixture().trainSettings();
    }

    TrainSettings trainSettings() {
        ArchitectureSettings architecture =
                TinyTraining.architecture(ArchitectureSettings.Order.FIRST).withWarmup(warmupEpochs);
        return TrainSettings.builder(epochs, new Optimizer.Sgd(0.05, 0.9, true, 1e-4))
                .sampler(blended ? new Sampler.Blend() : new Sampler.SinglePath(1))
                .schedule(new LearningRateSchedule.Cosine(0, 0))
                .regularisation(Regularisation.none())
                .calibrationBatches(2)
                .evaluateEveryEpochs(0)
                .checkpointEverySteps(checkpointEverySteps)
                .threads(1)
                .architecture(blended ? architecture : null)
                .average(average)
                .build();
    }

    SplitSettings split() {
        return SplitSettings.builder(rounds)
                .groups(groups)
                .minimumSize(minimumSize)
                .choices(choices)
                .rule(rule)
                .partition(partition)
                .repeats(repeats)
                .restart(restart)
                .weights(weights)
                .schedule(schedule)
                .build();
    }

    Recipe recipe(Path data) {
        return new Recipe(
                "tiny-tree",
                "for tests",
                model,
                blended ? TinyTraining.blended(new SimplexMap.Softmax()) : List.of(),
                null,
                null,
                TinyTraining.dataSettings(data),
                trainSettings(),
                split());
    }
}
