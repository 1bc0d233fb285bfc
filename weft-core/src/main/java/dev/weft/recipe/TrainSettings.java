package dev.weft.recipe;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.architecture.ArchitectureSettings;
import dev.weft.data.Batches;
import dev.weft.io.InputException;
import dev.weft.loss.Distillation;
import dev.weft.loss.LossSettings;
import dev.weft.loss.Precision;
import dev.weft.loss.Regularisation;
import dev.weft.optim.Averaging;
import dev.weft.optim.Clipping;
import dev.weft.optim.LearningRateSchedule;
import dev.weft.optim.Optimizer;
import dev.weft.optim.ParameterGroup;
import dev.weft.optim.Reptile;
import dev.weft.optim.UpdateSettings;
import dev.weft.sample.Sampler;
import dev.weft.sample.level.CostLevelSampler;
import dev.weft.sample.level.LevelMembers;
import dev.weft.sample.norm.GradientNormSampler;
import java.util.ArrayList;
import java.util.List;

/**
 * The training rule of a recipe. A document must give the epochs and the optimiser; the defaults of the other components are for it alone.
 *
 * @param epochs over the training split
 * @param sampler which members train at a step
 * @param distillation which members learn from logits
 * @param labelSmoothing of losses against labels
 * @param gradients how the members' gradients are combined
 * @param clipping of gradients; absent for none
 * @param optimizer and its initial learning rate
 * @param schedule of the learning rate
 * @param regularisation and of which members
 * @param parameterGroups exceptions for the optimiser; may be empty
 * @param precision of forward and backward
 * @param calibrationBatches training batches, without augmentation, that recalibrate batch norm before an evaluation
 * @param evaluateEveryEpochs how often the largest and the smallest member are evaluated on the selection split; 0 for never
 * @param checkpointEverySteps how often a checkpoint is written; one is also written at the end and when interrupted
 * @param runningStatistics whether batch norm also keeps the averages over mixed members that recalibration is compared with
 * @param threads of libtorch; absent for one a core. Small models train about as fast with 1, and a machine that is busy with
 *     other work slows two threads that wait for each other far more than one
 * @param accumulate batches that make one update, all with the same members; absent for 1. Their losses are averaged, so an update
 *     is that of one batch as large as all of them
 * @param reptile steps that each member takes on its own before weights move towards where the members went; absent for gradients that
 *     are added
 * @param architecture how the logits of blended weights are trained; absent where weights are not blended
 * @param average of the weights, which is evaluated and saved in their place; absent for the weights as they are
 * @param phases parts of the run, in each of which some members train; their epochs add up to {@code epochs}. Absent for one that trains
 *     all of them
 */
public record TrainSettings(
        int epochs,
        @JsonProperty(defaultValue = "{kind: sandwich}") Sampler sampler,
        @JsonProperty(defaultValue = "{kind: none}") Distillation distillation,
        @JsonProperty(defaultValue = "0.0") double labelSmoothing,
        @JsonProperty(defaultValue = "sum") Gradients gradients,
        Clipping clipping,
        Optimizer optimizer,
        @JsonProperty(defaultValue = "{kind: cosine}") LearningRateSchedule schedule,
        @JsonProperty(defaultValue = "{}") Regularisation regularisation,
        List<ParameterGroup> parameterGroups,
        @JsonProperty(defaultValue = "float32") Precision precision,
        @JsonProperty(defaultValue = "20") int calibrationBatches,
        @JsonProperty(defaultValue = "1") int evaluateEveryEpochs,
        @JsonProperty(defaultValue = "200") int checkpointEverySteps,
        @JsonProperty(defaultValue = "false") boolean runningStatistics,
        Integer threads,
        @JsonInclude(JsonInclude.Include.NON_NULL) Integer accumulate,
        @JsonInclude(JsonInclude.Include.NON_NULL) Reptile reptile,
        @JsonInclude(JsonInclude.Include.NON_NULL) ArchitectureSettings architecture,
        @JsonInclude(JsonInclude.Include.NON_NULL) Averaging average,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Phase> phases) {
    /** How the gradients of one step's members are combined. Published learning rates of BigNAS are tied to the sum. */
    public enum Gradients {
        @JsonProperty("sum")
        SUM,
        @JsonProperty("mean")
        MEAN
    }

    public TrainSettings {
        parameterGroups = parameterGroups == null ? List.of() : List.copyOf(parameterGroups);
        phases = phases == null ? List.of() : List.copyOf(phases);
        requireAtLeast(1, "epochs", epochs);
        requireAtLeast(1, "calibrationBatches", calibrationBatches);
        requireAtLeast(0, "evaluateEveryEpochs", evaluateEveryEpochs);
        requireAtLeast(1, "checkpointEverySteps", checkpointEverySteps);
        requireAtLeast(1, "threads", threads == null ? 1 : threads);
        requireAtLeast(1, "accumulate", accumulate == null ? 1 : accumulate);
        if (architecture == null && sampler instanceof Sampler.Blend) {
            throw new InputException(
                    "Training with sampler blend must have train.architecture, which says how the logits of the blend are"
                            + " trained, but has none.");
        }
        if (architecture != null && !(sampler instanceof Sampler.Blend)) {
            throw new InputException(
                    "Training with train.architecture must have sampler blend, but has sampler " + sampler + ".");
        }
        if (architecture != null && architecture.warmupEpochs() >= epochs) {
            throw new InputException(
                    "An architecture must have fewer warmupEpochs than training has epochs, or its logits"
                            + " never train, but got warmupEpochs=" + architecture.warmupEpochs() + ", epochs=" + epochs
                            + ".");
        }
        if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
            throw new InputException("labelSmoothing must be in [0, 1), but got " + labelSmoothing + ".");
        }
        if (optimizer == null) {
            throw new InputException("Training must have an optimizer with its learning rate, such as"
                    + " optimizer: {kind: adamw, learningRate: 1.0e-3}, but has none.");
        }
        for (Object setting :
                java.util.Arrays.asList(sampler, distillation, gradients, schedule, regularisation, precision)) {
            if (setting == null) {
                throw new InputException(
                        "Training must have sampler, distillation, gradients, schedule, regularisation and precision.");
            }
        }
        if (distillation instanceof Distillation.InPlace && !sampler.drawsLargest()) {
            throw new InputException(
                    "distillation in-place must have a sampler that draws the largest member, its teacher,"
                            + " but got sampler " + sampler
                            + ". Use sampler sandwich, or distillation none or teacher.");
        }
        if (distillation instanceof Distillation.Taught taught && taught.afterEpochs() >= epochs) {
            throw new InputException("Distillation must have afterEpochs < epochs, or nobody is ever taught, but got"
                    + " afterEpochs=" + taught.afterEpochs() + ", epochs=" + epochs + ".");
        }
        if (reptile != null) {
            requireReptile(accumulate, distillation, sampler, architecture);
        }
        if (!phases.isEmpty()) {
            requirePhases(epochs, phases);
            refuseInPhases(architecture != null, "no architecture");
            refuseInPhases(reptile != null, "no reptile");
            refuseInPhases(average != null, "no average of weights, for channels may change places");
            refuseInPhases(runningStatistics, "runningStatistics: false, for channels may change places");
        }
    }

    private static void requirePhases(int epochs, List<Phase> phases) {
        int sum = phases.stream().mapToInt(Phase::epochs).sum();
        if (sum != epochs) {
            throw new InputException("Training with phases must have as many epochs as they have together, " + sum
                    + ", but has epochs=" + epochs + ". Set both.");
        }
        List<String> before = new ArrayList<>();
        for (Phase phase : phases) {
            if (before.contains(phase.name())) {
                throw new InputException("Phases must differ in name, but two are " + phase.name() + ".");
            }
            if (phase.distillation() instanceof Distillation.EarlierPhase teacher
                    && !before.contains(teacher.phase())) {
                throw new InputException("The teacher of phase " + phase.name() + " must be of an earlier phase, but \""
                        + teacher.phase() + "\" is none of " + before + ".");
            }
            before.add(phase.name());
        }
    }

    private static void refuseInPhases(boolean given, String instead) {
        if (given) {
            throw new InputException("Training with train.phases must have " + instead + ".");
        }
    }

    /** Refuses what a step of {@link Reptile} would do otherwise than it says, or not at all. */
    private static void requireReptile(
            Integer accumulate, Distillation distillation, Sampler sampler, ArchitectureSettings architecture) {
        refuse(accumulate != null && accumulate > 1, "accumulate absent, for its members step on one batch");
        refuse(
                distillation instanceof Distillation.InPlace,
                "distillation none or teacher, for the largest member has moved before it could teach the others");
        refuse(architecture != null, "no architecture, whose logits train by the gradients of a blend");
        refuse(
                sampler instanceof GradientNormSampler,
                "another sampler than gradient-norm, whose norms are of gradients and not of moves");
        refuse(
                sampler instanceof CostLevelSampler levels && levels.members() instanceof LevelMembers.Generator,
                "a sampler without a generator, which trains by the gradients of the members");
    }

    private static void refuse(boolean given, String instead) {
        if (given) {
            throw new InputException("Training with train.reptile must have " + instead + ".");
        }
    }

    /** A rule whose members' gradients are added. */
    public TrainSettings(
            int epochs,
            Sampler sampler,
            Distillation distillation,
            double labelSmoothing,
            Gradients gradients,
            Clipping clipping,
            Optimizer optimizer,
            LearningRateSchedule schedule,
            Regularisation regularisation,
            List<ParameterGroup> parameterGroups,
            Precision precision,
            int calibrationBatches,
            int evaluateEveryEpochs,
            int checkpointEverySteps,
            boolean runningStatistics,
            Integer threads,
            Integer accumulate,
            ArchitectureSettings architecture) {
        this(
                epochs,
                sampler,
                distillation,
                labelSmoothing,
                gradients,
                clipping,
                optimizer,
                schedule,
                regularisation,
                parameterGroups,
                precision,
                calibrationBatches,
                evaluateEveryEpochs,
                checkpointEverySteps,
                runningStatistics,
                threads,
                accumulate,
                null,
                architecture,
                null);
    }

    /** A rule that trains all members throughout. */
    public TrainSettings(
            int epochs,
            Sampler sampler,
            Distillation distillation,
            double labelSmoothing,
            Gradients gradients,
            Clipping clipping,
            Optimizer optimizer,
            LearningRateSchedule schedule,
            Regularisation regularisation,
            List<ParameterGroup> parameterGroups,
            Precision precision,
            int calibrationBatches,
            int evaluateEveryEpochs,
            int checkpointEverySteps,
            boolean runningStatistics,
            Integer threads,
            Integer accumulate,
            Reptile reptile,
            ArchitectureSettings architecture,
            Averaging average) {
        this(
                epochs,
                sampler,
                distillation,
                labelSmoothing,
                gradients,
                clipping,
                optimizer,
                schedule,
                regularisation,
                parameterGroups,
                precision,
                calibrationBatches,
                evaluateEveryEpochs,
                checkpointEverySteps,
                runningStatistics,
                threads,
                accumulate,
                reptile,
                architecture,
                average,
                List.of());
    }

    /** What the members of a step learn from. */
    public LossSettings loss() {
        return new LossSettings(distillation, labelSmoothing, regularisation, precision);
    }

    /** How weights move by their gradients. */
    public UpdateSettings update() {
        return new UpdateSettings(optimizer, parameterGroups);
    }

    /** How many batches make one update. */
    public int batchesPerStep() {
        return accumulate == null ? 1 : accumulate;
    }

    /** How many updates see about as much as the data set holds; at least 1. */
    public long stepsPerEpoch(Batches batches) {
        return Math.max(1, batches.stepsPerEpoch() / batchesPerStep());
    }

    /** The part of the training split that is kept from the weights, for an architecture or a sampler to learn from; 0 for none. */
    public double heldOutPart() {
        return architecture == null ? sampler.heldOutPart() : architecture.validationPart();
    }

    private static void requireAtLeast(int least, String setting, int value) {
        if (value < least) {
            throw new InputException("Training must have " + setting + " >= " + least + ", but got " + value + ".");
        }
    }

    /**
     * The same rule for another number of epochs.
     *
     * @throws InputException when it has phases, each of which says its own
     */
    public TrainSettings withEpochs(int count) {
        if (!phases.isEmpty()) {
            throw new InputException("A recipe with phases has epochs in each of them: set those of train.phases, and"
                    + " their sum as train.epochs, in a file of the recipe.");
        }
        return with(count, sampler, distillation, schedule, reptile, architecture);
    }

    /** The same rule with other members and teachers, throughout. */
    public TrainSettings with(Sampler otherSampler, Distillation otherDistillation) {
        return with(epochs, otherSampler, otherDistillation, schedule, reptile, architecture);
    }

    /**
     * The rules of the phases, in each of which nothing is left to the phase; this one where there are none.
     *
     * @throws InputException when a phase cannot train
     */
    public List<TrainSettings> ofPhases() {
        return phases.isEmpty() ? List.of(this) : phases.stream().map(this::of).toList();
    }

    private TrainSettings of(Phase phase) {
        Sampler own = phase.sampler() == null ? sampler : phase.sampler();
        if (!(own instanceof Sampler.Memoryless)) {
            throw new InputException("Phase " + phase.name()
                    + " must have a sampler that remembers nothing and draws from the phase's members, but got " + own
                    + ".");
        }
        return with(
                phase.epochs(),
                own,
                phase.distillation() == null ? distillation : phase.distillation(),
                phase.schedule() == null ? schedule : phase.schedule(),
                null,
                null);
    }

    /** The same rule with the logits of the blend trained otherwise. */
    public TrainSettings with(ArchitectureSettings other) {
        return with(epochs, sampler, distillation, schedule, reptile, other);
    }

    /** The same rule for a model that has one member. Its own losses teach it, or a frozen teacher. */
    TrainSettings ofOneModel() {
        Distillation other = distillation instanceof Distillation.Teacher ? distillation : new Distillation.None();
        return with(epochs, new Sampler.Largest(), other, schedule, null, null);
    }

    /** What may differ in a copy; the rest is as it is here. */
    private TrainSettings with(
            int otherEpochs,
            Sampler otherSampler,
            Distillation otherDistillation,
            LearningRateSchedule otherSchedule,
            Reptile otherReptile,
            ArchitectureSettings otherArchitecture) {
        return new TrainSettings(
                otherEpochs,
                otherSampler,
                otherDistillation,
                labelSmoothing,
                gradients,
                clipping,
                optimizer,
                otherSchedule,
                regularisation,
                parameterGroups,
                precision,
                calibrationBatches,
                evaluateEveryEpochs,
                checkpointEverySteps,
                runningStatistics,
                threads,
                accumulate,
                otherReptile,
                otherArchitecture,
                average);
    }
}
