package dev.weft.recipe;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.architecture.ArchitectureSettings;
import dev.weft.criterion.Criterion;
import dev.weft.data.Batches;
import dev.weft.io.InputException;
import dev.weft.io.Yaml;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The training rule of a recipe. A document must give the epochs and the optimiser; the defaults of the other components are for it alone.
 *
 * @param epochs over the training split
 * @param sampler which members train at a step
 * @param distillation which members learn from logits
 * @param criterion what members learn by; absent for that of the input: labels of images and text
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
 * @param best which weights are the result, and when training stops early; absent for the last ones, after all epochs
 * @param phases parts of the run, in each of which some members train; their epochs add up to {@code epochs}. Absent for one that trains
 *     all of them
 */
public record TrainSettings(
        int epochs,
        @JsonProperty(defaultValue = "{kind: sandwich}") Sampler sampler,
        @JsonProperty(defaultValue = "{kind: none}") Distillation distillation,
        @JsonInclude(JsonInclude.Include.NON_NULL) Criterion criterion,
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
        @JsonInclude(JsonInclude.Include.NON_NULL) Best best,
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
        sampler.requireFits(architecture != null, reptile != null);
        if (distillation.learnsFromLargest() && !sampler.drawsLargest()) {
            throw new InputException(
                    "distillation in-place must have a sampler that draws the largest member, its teacher,"
                            + " but got sampler " + sampler
                            + ". Use sampler sandwich, or distillation none or teacher.");
        }
        if (distillation.afterEpochs() >= epochs) {
            throw new InputException("Distillation must have afterEpochs < epochs, or nobody is ever taught, but got"
                    + " afterEpochs=" + distillation.afterEpochs() + ", epochs=" + epochs + ".");
        }
        if (reptile != null) {
            requireReptile(accumulate, distillation, architecture);
        }
        if (best != null) {
            best.requireFits(epochs, evaluateEveryEpochs, architecture);
            if (runningStatistics) {
                throw new InputException("Training with train.best must have runningStatistics: false, for those are of"
                        + " the last weights.");
            }
        }
        if (!phases.isEmpty()) {
            refuseInPhases(best != null, "no best, for each of them trains other members");
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
            Optional<String> teacher = Optional.ofNullable(phase.distillation()).flatMap(Distillation::earlierPhase);
            if (teacher.isPresent() && !before.contains(teacher.get())) {
                throw new InputException("The teacher of phase " + phase.name() + " must be of an earlier phase, but \""
                        + teacher.get() + "\" is none of " + before + ".");
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
            Integer accumulate, Distillation distillation, ArchitectureSettings architecture) {
        refuse(accumulate != null && accumulate > 1, "accumulate absent, for its members step on one batch");
        refuse(
                distillation.learnsFromLargest(),
                "distillation none or teacher, for the largest member has moved before it could teach the others");
        refuse(architecture != null, "no architecture, whose logits train by the gradients of a blend");
    }

    private static void refuse(boolean given, String instead) {
        if (given) {
            throw new InputException("Training with train.reptile must have " + instead + ".");
        }
    }

    /** What the members of a step learn from. */
    public LossSettings loss() {
        return new LossSettings(criterion, distillation, labelSmoothing, regularisation, precision);
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
        return toBuilder().epochs(count).build();
    }

    /** The same rule with other members and teachers, throughout. */
    public TrainSettings with(Sampler otherSampler, Distillation otherDistillation) {
        return toBuilder()
                .sampler(otherSampler)
                .distillation(otherDistillation)
                .phases(List.of())
                .build();
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
        if (own.memoryless().isEmpty()) {
            throw new InputException("Phase " + phase.name()
                    + " must have a sampler that remembers nothing and draws from the phase's members, but got " + own
                    + ".");
        }
        return toBuilder()
                .epochs(phase.epochs())
                .sampler(own)
                .distillation(phase.distillation() == null ? distillation : phase.distillation())
                .schedule(phase.schedule() == null ? schedule : phase.schedule())
                .phases(List.of())
                .build();
    }

    /** The same rule with the logits of the blend trained otherwise. */
    public TrainSettings with(ArchitectureSettings other) {
        return toBuilder().architecture(other).build();
    }

    /** The same rule for a model that has one member. Its own losses teach it, or a frozen teacher. */
    TrainSettings ofOneModel() {
        return toBuilder()
                .sampler(new Sampler.Largest())
                .distillation(distillation.ofOneMember())
                .reptile(null)
                .architecture(null)
                .phases(List.of())
                .build();
    }

    /** A rule that is as a document has it that says no more than this. */
    public static Builder builder(int epochs, Optimizer optimizer) {
        return Builder.DEFAULTS.toBuilder().epochs(epochs).optimizer(optimizer);
    }

    /** A copy of this rule, to be changed. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Puts a rule together; {@link #build} checks it. Each setting is the component of that name. */
    public static final class Builder {
        // Defaults are said once, to documents; these epochs and this optimiser are always replaced.
        private static final TrainSettings DEFAULTS = Yaml.parse(
                "{epochs: 1, optimizer: {kind: sgd, learningRate: 1.0}}",
                "the defaults of training",
                TrainSettings.class);

        private int epochs;
        private Sampler sampler;
        private Distillation distillation;
        private Criterion criterion;
        private double labelSmoothing;
        private Gradients gradients;
        private Clipping clipping;
        private Optimizer optimizer;
        private LearningRateSchedule schedule;
        private Regularisation regularisation;
        private List<ParameterGroup> parameterGroups;
        private Precision precision;
        private int calibrationBatches;
        private int evaluateEveryEpochs;
        private int checkpointEverySteps;
        private boolean runningStatistics;
        private Integer threads;
        private Integer accumulate;
        private Reptile reptile;
        private ArchitectureSettings architecture;
        private Averaging average;
        private Best best;
        private List<Phase> phases;

        private Builder(TrainSettings from) {
            this.epochs = from.epochs;
            this.sampler = from.sampler;
            this.distillation = from.distillation;
            this.criterion = from.criterion;
            this.labelSmoothing = from.labelSmoothing;
            this.gradients = from.gradients;
            this.clipping = from.clipping;
            this.optimizer = from.optimizer;
            this.schedule = from.schedule;
            this.regularisation = from.regularisation;
            this.parameterGroups = from.parameterGroups;
            this.precision = from.precision;
            this.calibrationBatches = from.calibrationBatches;
            this.evaluateEveryEpochs = from.evaluateEveryEpochs;
            this.checkpointEverySteps = from.checkpointEverySteps;
            this.runningStatistics = from.runningStatistics;
            this.threads = from.threads;
            this.accumulate = from.accumulate;
            this.reptile = from.reptile;
            this.architecture = from.architecture;
            this.average = from.average;
            this.best = from.best;
            this.phases = from.phases;
        }

        public Builder epochs(int value) {
            epochs = value;
            return this;
        }

        public Builder sampler(Sampler value) {
            sampler = value;
            return this;
        }

        public Builder distillation(Distillation value) {
            distillation = value;
            return this;
        }

        public Builder criterion(Criterion value) {
            criterion = value;
            return this;
        }

        public Builder labelSmoothing(double value) {
            labelSmoothing = value;
            return this;
        }

        public Builder gradients(Gradients value) {
            gradients = value;
            return this;
        }

        public Builder clipping(Clipping value) {
            clipping = value;
            return this;
        }

        public Builder optimizer(Optimizer value) {
            optimizer = value;
            return this;
        }

        public Builder schedule(LearningRateSchedule value) {
            schedule = value;
            return this;
        }

        public Builder regularisation(Regularisation value) {
            regularisation = value;
            return this;
        }

        public Builder parameterGroups(List<ParameterGroup> value) {
            parameterGroups = value;
            return this;
        }

        public Builder precision(Precision value) {
            precision = value;
            return this;
        }

        public Builder calibrationBatches(int value) {
            calibrationBatches = value;
            return this;
        }

        public Builder evaluateEveryEpochs(int value) {
            evaluateEveryEpochs = value;
            return this;
        }

        public Builder checkpointEverySteps(int value) {
            checkpointEverySteps = value;
            return this;
        }

        public Builder runningStatistics(boolean value) {
            runningStatistics = value;
            return this;
        }

        public Builder threads(Integer value) {
            threads = value;
            return this;
        }

        public Builder accumulate(Integer value) {
            accumulate = value;
            return this;
        }

        public Builder reptile(Reptile value) {
            reptile = value;
            return this;
        }

        public Builder architecture(ArchitectureSettings value) {
            architecture = value;
            return this;
        }

        public Builder average(Averaging value) {
            average = value;
            return this;
        }

        public Builder best(Best value) {
            best = value;
            return this;
        }

        public Builder phases(List<Phase> value) {
            phases = value;
            return this;
        }

        public TrainSettings build() {
            return new TrainSettings(
                    epochs,
                    sampler,
                    distillation,
                    criterion,
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
                    best,
                    phases);
        }
    }
}
