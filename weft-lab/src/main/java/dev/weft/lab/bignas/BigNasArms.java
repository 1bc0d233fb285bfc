package dev.weft.lab.bignas;

import dev.weft.lab.Arm;
import dev.weft.lab.Experiment;
import dev.weft.model.ModelDefinition;
import dev.weft.train.DataSettings;
import dev.weft.train.Distillation;
import dev.weft.train.LearningRateSchedule;
import dev.weft.train.Optimizer;
import dev.weft.train.Precision;
import dev.weft.train.Recipe;
import dev.weft.train.Regularisation;
import dev.weft.train.Sampler;
import dev.weft.train.TrainSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The ways of training that are compared. Optimiser, schedule, data and label smoothing are the same for all. */
final class BigNasArms {
    static final String FULL = "A";
    static final String SINGLE_PATH = "B";
    static final String SINGLE_PATH_MATCHED = "B2";
    static final String WITHOUT_DISTILLATION = "C";
    static final String ALONE = "D";
    static final String ALONE_DISTILLED = "D-distilled";

    private static final int RANDOM_PER_STEP = 2;

    private final BigNasScale scale;
    private final String data;

    BigNasArms(BigNasScale scale, String data) {
        this.scale = scale;
        this.data = data;
    }

    /** The name of the arm that trains a member of one size alone. */
    static String alone(String size, boolean distilled) {
        return (distilled ? ALONE_DISTILLED : ALONE) + "-" + size;
    }

    /** All arms of one seed; those that need a teacher come after it. */
    List<Arm> all(Experiment experiment, long seed) {
        Regularisation largestOnly = new Regularisation(Regularisation.On.LARGEST, 0.2, 0, 1e-5, true);
        Sampler sandwich = new Sampler.Sandwich(RANDOM_PER_STEP);
        Sampler singlePath = new Sampler.SinglePath(1);
        Distillation none = new Distillation.None();
        ModelDefinition model = scale.model();
        List<Arm> arms = new ArrayList<>();
        // Batch norm's averages over mixed members are kept beside; they change nothing in training.
        arms.add(arm(FULL, model, train(scale.epochs(), sandwich, new Distillation.InPlace(), largestOnly, true)));
        arms.add(arm(SINGLE_PATH, model, train(scale.epochs(), singlePath, none, Regularisation.none(), false)));
        int matched = scale.epochs() * arms.get(0).membersPerStep();
        arms.add(arm(SINGLE_PATH_MATCHED, model, train(matched, singlePath, none, Regularisation.none(), false)));
        arms.add(arm(WITHOUT_DISTILLATION, model, train(scale.epochs(), sandwich, none, largestOnly, false)));
        Path teacher = experiment.family(alone(BigNasMembers.LARGEST, false), seed);
        for (boolean distilled : List.of(false, true)) {
            for (String size : BigNasMembers.SIZES) {
                // As in the supernet: what is smaller than the largest is not regularised.
                Regularisation regularisation =
                        size.equals(BigNasMembers.LARGEST) ? largestOnly : Regularisation.none();
                Distillation distillation =
                        distilled ? new Distillation.Teacher(teacher.toString(), BigNasMembers.LARGEST) : none;
                ModelDefinition plain = model.at(BigNasMembers.ofSize(size, model.space()));
                arms.add(arm(
                        alone(size, distilled),
                        plain,
                        train(scale.epochs(), new Sampler.Largest(), distillation, regularisation, false)));
            }
        }
        return arms;
    }

    /** What the table says of an arm. */
    static String description(String arm) {
        return switch (arm) {
            case FULL ->
                "the whole recipe: sandwich rule, in-place distillation, regularised on the largest only, recalibrated";
            case SINGLE_PATH -> "one random member a step, labels";
            case SINGLE_PATH_MATCHED -> "as B, with as many member-forwards as A";
            case WITHOUT_DISTILLATION -> "as A, every member learns from the labels";
            case ALONE -> "each size trained alone, labels";
            case ALONE_DISTILLED -> "each size trained alone, from the logits of D's largest";
            default -> throw new IllegalArgumentException("no arm " + arm);
        };
    }

    private Arm arm(String name, ModelDefinition model, TrainSettings train) {
        DataSettings settings = new DataSettings.Images(
                data, scale.selectionSize(), scale.batchSize(), scale.augmentation(), null, null);
        return new Arm(name, new Recipe("bignas-" + name, "", model, settings, train));
    }

    private TrainSettings train(
            int epochs,
            Sampler sampler,
            Distillation distillation,
            Regularisation regularisation,
            boolean runningStatistics) {
        return new TrainSettings(
                epochs,
                sampler,
                distillation,
                0.1,
                TrainSettings.Gradients.SUM,
                null,
                new Optimizer.RmsProp(scale.learningRate(), 0.9, 0.9, 1e-3, 0),
                schedule(epochs),
                regularisation,
                List.of(),
                Precision.FLOAT32,
                scale.calibrationBatches(),
                0,
                200,
                runningStatistics,
                1,
                null,
                null);
    }

    /**
     * The paper's decay by 0.97, spread so that the floor of 5 % is reached after two thirds of training, as 98.35 decays of 2.4
     * epochs are about two thirds of 360 epochs.
     */
    static LearningRateSchedule schedule(int epochs) {
        double decays = Math.log(0.05) / Math.log(0.97);
        double warmup = epochs / 12.0;
        return new LearningRateSchedule.Exponential(0.97, (epochs * 2 / 3.0 - warmup) / decays, 0.05, warmup, false);
    }
}
