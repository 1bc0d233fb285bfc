package dev.weft.tree;

import dev.weft.train.Distillation;
import dev.weft.train.LearningRateSchedule;
import dev.weft.train.Optimizer;
import dev.weft.train.Precision;
import dev.weft.train.Regularisation;
import dev.weft.train.Sampler;
import dev.weft.train.TrainSettings;
import java.util.List;

/** Settings so small that a tree trains in seconds. */
final class TreeFixture {
    private TreeFixture() {}

    static TrainSettings train() {
        return train(6, new Sampler.SinglePath(1));
    }

    static TrainSettings train(int epochs, Sampler sampler) {
        return new TrainSettings(
                epochs,
                sampler,
                new Distillation.None(),
                0,
                TrainSettings.Gradients.SUM,
                null,
                new Optimizer.Sgd(0.05, 0.9, true, 1e-4),
                new LearningRateSchedule.Cosine(0, 0),
                Regularisation.none(),
                List.of(),
                Precision.FLOAT32,
                2,
                0,
                1000,
                false,
                1,
                null,
                null);
    }
}
