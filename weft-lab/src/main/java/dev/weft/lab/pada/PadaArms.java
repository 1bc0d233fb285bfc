package dev.weft.lab.pada;

import dev.weft.lab.Arm;
import dev.weft.lab.cells.GroundTruth;
import dev.weft.model.CellNetwork;
import dev.weft.train.Clipping;
import dev.weft.train.DataSettings;
import dev.weft.train.FairSampler;
import dev.weft.train.GradientNormSampler;
import dev.weft.train.GradientNormSampler.Data;
import dev.weft.train.GradientNormSampler.Memory;
import dev.weft.train.GradientNormSampler.Paths;
import dev.weft.train.GradientNormSampler.Reweight;
import dev.weft.train.GradientNormSampler.Scope;
import dev.weft.train.LearningRateSchedule;
import dev.weft.train.Optimizer;
import dev.weft.train.Recipe;
import dev.weft.train.Sampler;
import dev.weft.train.TrainSettings;
import java.util.List;

/** The ways of drawing members and examples that are compared, in one supernet with one optimiser and equally many passes. */
final class PadaArms {
    static final String UNIFORM = "single-path";
    static final String FAIR = "fair";
    static final String PATHS = "paths";
    static final String DATA = "data";
    static final String BOTH = "paths-and-data";
    static final String CARRY = "paths-and-data-carry";
    static final String REWEIGHTED = "reweighted";

    static final List<String> ALL = List.of(UNIFORM, FAIR, PATHS, DATA, BOTH, CARRY, REWEIGHTED);

    private final PadaScale scale;
    private final GroundTruth truth;

    PadaArms(PadaScale scale, GroundTruth truth) {
        this.scale = scale;
        this.truth = truth;
    }

    static String description(String arm) {
        return switch (arm) {
            case UNIFORM -> "one uniformly random member a step (SPOS)";
            case FAIR ->
                "five members a step that share no operation (FairNAS, drawn anew at each step), a fifth of the steps";
            case PATHS -> "members by gradient norm, examples in turn (PA)";
            case DATA -> "uniform members, examples by gradient norm, forgotten after an epoch (DA)";
            case BOTH -> "both by gradient norm, as published (PA&DA)";
            case CARRY -> "the same, and examples that were not drawn keep their norm";
            case REWEIGHTED ->
                "the same, every loss divided by how likely its draw was, and a floor under the members'"
                        + " probabilities; not in the paper";
            default -> throw new IllegalArgumentException("no arm " + arm);
        };
    }

    int epochs(String arm) {
        return arm.equals(FAIR) ? scale.epochs() / 5 : scale.epochs();
    }

    Arm arm(String name) {
        Sampler sampler =
                switch (name) {
                    case UNIFORM -> new Sampler.SinglePath(1);
                    case FAIR -> new FairSampler(false);
                    case PATHS -> new GradientNormSampler(paths(0), null, Reweight.NONE, null);
                    case DATA -> new GradientNormSampler(null, new Data(Memory.RESET, null, 0), Reweight.NONE, null);
                    case BOTH ->
                        new GradientNormSampler(paths(0), new Data(Memory.RESET, null, 0), Reweight.NONE, null);
                    case CARRY ->
                        new GradientNormSampler(paths(0), new Data(Memory.CARRY, null, 0), Reweight.NONE, null);
                    case REWEIGHTED ->
                        new GradientNormSampler(
                                paths(scale.floor()),
                                new Data(Memory.CARRY, null, 0),
                                Reweight.BOTH,
                                scale.weightLimit());
                    default -> throw new IllegalArgumentException("no arm " + name);
                };
        TrainSettings train = truth.recipe().train();
        return new Arm(
                name,
                new Recipe(
                        "pa-da-" + name,
                        "",
                        everyCell(),
                        data(),
                        new TrainSettings(
                                epochs(name),
                                sampler,
                                train.distillation(),
                                0,
                                TrainSettings.Gradients.SUM,
                                new Clipping(Clipping.By.NORM, 5),
                                new Optimizer.Sgd(scale.learningRate(), 0.9, false, 2.5e-4),
                                new LearningRateSchedule.Cosine(0, 0),
                                train.regularisation(),
                                List.of(),
                                train.precision(),
                                train.calibrationBatches(),
                                0,
                                train.checkpointEverySteps(),
                                false,
                                train.threads(),
                                null,
                                null)));
    }

    private static Paths paths(double floor) {
        return new Paths(Scope.ALL_CHOICES, null, null, null, floor);
    }

    /** Includes cells that connect nothing, as published: reweighting knows the probability of a draw where none is refused. */
    private CellNetwork everyCell() {
        CellNetwork cells = (CellNetwork) truth.recipe().model();
        return new CellNetwork(
                cells.input(),
                cells.resolution(),
                cells.channels(),
                cells.stages(),
                cells.cellsPerStage(),
                cells.edges(),
                cells.bias(),
                cells.affine(),
                false,
                cells.initialisation());
    }

    private DataSettings data() {
        return truth.recipe().data().withBatchSize(scale.batchSize());
    }
}
