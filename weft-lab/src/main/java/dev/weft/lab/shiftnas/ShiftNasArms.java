package dev.weft.lab.shiftnas;

import dev.weft.data.Augmentation;
import dev.weft.lab.Arm;
import dev.weft.train.Clipping;
import dev.weft.train.CostLevelSampler;
import dev.weft.train.DataSettings;
import dev.weft.train.Distillation;
import dev.weft.train.LearningRateSchedule;
import dev.weft.train.LevelDistribution;
import dev.weft.train.LevelMembers;
import dev.weft.train.Optimizer;
import dev.weft.train.Precision;
import dev.weft.train.Recipe;
import dev.weft.train.Regularisation;
import dev.weft.train.Sampler;
import dev.weft.train.TrainSettings;
import dev.weft.weight.Sharing;
import java.util.List;

/** The ways of training that are compared: equally many updates, one member each. Only the draw of that member differs. */
final class ShiftNasArms {
    static final String OPERATIONS = "A";
    static final String LEVELS = "B";
    static final String LEARNED = "C";
    static final String PATHWISE = "C-pathwise";
    static final String REJECTION = "D";
    static final List<String> NAMES = List.of(OPERATIONS, LEVELS, LEARNED, PATHWISE, REJECTION);
    static final List<String> WITH_GENERATOR = List.of(LEVELS, LEARNED, PATHWISE);
    static final List<String> WITH_LEARNED_LEVELS = List.of(LEARNED, PATHWISE);

    private static final String METRIC = "macs";
    private static final int HIDDEN = 64;

    private final ShiftNasScale scale;
    private final String data;
    private final int images; // that every arm trains on, and those held out

    /** @param images of the training part but for those that members are chosen by */
    ShiftNasArms(ShiftNasScale scale, String data, int images) {
        this.scale = scale;
        this.data = data;
        this.images = images;
    }

    /** The data, with so many images that nothing trains on. */
    static DataSettings.Images data(ShiftNasScale scale, String data, int selectionSize) {
        return new DataSettings.Images(data, selectionSize, scale.batchSize(), Augmentation.none(), null, null);
    }

    Arm arm(String name) {
        boolean learned = WITH_LEARNED_LEVELS.contains(name);
        // Arms whose levels do not learn leave as many images out, so that all train on equally many.
        int apart = scale.selectionSize() + (learned ? 0 : scale.heldOutSize());
        List<Sharing> sharing = WITH_GENERATOR.contains(name)
                ? List.of(new Sharing.Generator(METRIC, HIDDEN, null, Sharing.View.SLICE))
                : List.of();
        return new Arm(
                name,
                new Recipe(
                        "shiftnas-" + name,
                        "",
                        scale.model(),
                        sharing,
                        null,
                        data(scale, data, apart),
                        train(sampler(name))));
    }

    private Sampler sampler(String name) {
        return switch (name) {
            case OPERATIONS -> new Sampler.SinglePath(1);
            case LEVELS -> levels(new LevelDistribution.Uniform(), generator());
            case LEARNED -> levels(learned(LevelDistribution.Mode.SURROGATE), generator());
            case PATHWISE -> levels(learned(LevelDistribution.Mode.PATHWISE), generator());
            case REJECTION -> levels(new LevelDistribution.Uniform(), new LevelMembers.Rejection(scale.draws()));
            default -> throw new IllegalArgumentException("no arm " + name);
        };
    }

    private CostLevelSampler levels(LevelDistribution distribution, LevelMembers members) {
        return new CostLevelSampler(
                METRIC, new CostLevelSampler.Levels(scale.levels(), null), distribution, members, 1);
    }

    private LevelMembers generator() {
        return new LevelMembers.Generator(scale.lambda(), adam(scale.generatorRate()));
    }

    private LevelDistribution learned(LevelDistribution.Mode mode) {
        return new LevelDistribution.Learned(
                adam(scale.levelRate()),
                scale.interval(),
                scale.warmPart() * scale.epochs(),
                mode,
                null,
                (double) scale.heldOutSize() / images);
    }

    static Optimizer adam(double rate) {
        return new Optimizer.Adam(rate, 0.9, 0.999, 1e-8, 0);
    }

    private TrainSettings train(Sampler sampler) {
        return new TrainSettings(
                scale.epochs(),
                sampler,
                new Distillation.None(),
                0,
                TrainSettings.Gradients.SUM,
                new Clipping(Clipping.By.NORM, 5),
                new Optimizer.Sgd(scale.learningRate(), 0.9, true, 1e-4),
                new LearningRateSchedule.Cosine(0.01, 0),
                Regularisation.none(),
                List.of(),
                Precision.FLOAT32,
                scale.calibrationBatches(),
                0,
                200,
                false,
                1,
                null,
                null);
    }

    /** What the table says of an arm. */
    static String description(String name) {
        return switch (name) {
            case OPERATIONS -> "every decision uniform (single path)";
            case LEVELS -> "cost levels uniform, members of the generator";
            case LEARNED ->
                "ShiftNAS: levels learn from what their loss changed by (surrogate), members of the generator";
            case PATHWISE -> "as C, levels learn by the gradient through the generator, as the paper writes it";
            case REJECTION -> "cost levels uniform, members by uniform draws until one is of the level";
            default -> throw new IllegalArgumentException("no arm " + name);
        };
    }
}
