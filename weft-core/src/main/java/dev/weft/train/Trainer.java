package dev.weft.train;

import dev.weft.architecture.ArchitectureSettings;
import dev.weft.architecture.ArchitectureStep;
import dev.weft.cost.DifferentiableCost;
import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.data.Dataset;
import dev.weft.data.Splits;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.loss.Distillation;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.BatchNorms;
import dev.weft.model.Family;
import dev.weft.model.ModelDefinition;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.NormStatistics;
import dev.weft.nn.RunningStatistics;
import dev.weft.ops.Devices;
import dev.weft.optim.WeightAverage;
import dev.weft.recipe.Base;
import dev.weft.recipe.DataProvenance;
import dev.weft.recipe.Phase;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.RunSettings;
import dev.weft.recipe.TrainSettings;
import dev.weft.run.Checkpoint;
import dev.weft.run.LatestCheckpoint;
import dev.weft.run.RunFolder;
import dev.weft.sample.MemberLoss;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.sample.StepListener;
import dev.weft.sample.StepReport;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.blend.BlendedWeights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Trains one family in one run folder, and can be stopped and resumed at any moment: a resumed run ends with the weights, bit for
 * bit, of one that never stopped. Holds native memory and the folder's lock until {@link #close}.
 */
public final class Trainer implements AutoCloseable {
    /** Kind of the event that says how many steps an epoch of the run has. */
    public static final String STEPS_PER_EPOCH = "stepsPerEpoch";

    /** Stands in place of a role where the table of numbers has a sampler's {@link Sampling#measures}. */
    public static final String SAMPLER = "sampler";

    private static final double RUNNING_MOMENTUM = 0.1;

    private final RunFolder run;
    private final RunSettings settings;
    private final Splits splits;
    private final Family family;
    private final WeightAverage average; // null where the weights themselves are shipped
    private final ShippedFamily shipped;
    private final RunningStatistics running;
    private final List<TrainSettings> rules; // of the phases; one where there are none
    private final ArchitectureStep architectureStep; // null where weights are not blended
    private final Dataset trained;
    private final Batches heldOut; // what architecture and sampler learn from; null where they need none
    private PhaseRun phase;
    private long step;
    private double seconds;
    private boolean closed;

    private Trainer(RunFolder run, RunSettings settings, Splits splits, Kinds kinds) {
        Recipe recipe = settings.recipe();
        TrainSettings train = recipe.train();
        this.rules = train.ofPhases();
        torch.set_num_threads(settings.threads());
        Devices.use(settings.device());
        this.run = run;
        this.settings = settings;
        this.splits = splits;
        this.family = Family.of(recipe.model(), settings.seed(), recipe.sharing(), kinds);
        this.running = train.runningStatistics() ? runningStatistics(recipe.model()) : null;
        if (train.heldOutPart() > 0) {
            Dataset.Halves halves = halves(recipe, splits, settings.seed());
            this.trained = halves.first();
            this.heldOut = recipe.data().batches(halves.second(), RandomStream.HELD_OUT_ORDER.bits(settings.seed()));
        } else {
            this.trained = splits.train();
            this.heldOut = null;
        }
        this.phase = phase(0);
        this.average = train.average() == null
                ? null
                : new WeightAverage(
                        train.average(),
                        family,
                        Family.of(recipe.model(), settings.seed(), recipe.sharing(), kinds),
                        family::hasOwnUpdate);
        this.shipped = new ShippedFamily(run, settings, splits, average == null ? family : average.family());
        this.architectureStep = train.architecture() == null
                ? null
                : new ArchitectureStep(
                        family,
                        train.architecture(),
                        train.loss(),
                        train.update(),
                        cost(recipe),
                        phase.step().optimizerState());
    }

    /** Sets a phase up, which the caller closes; of a run without phases the only one is the run. */
    private PhaseRun phase(int index) {
        Recipe recipe = settings.recipe();
        TrainSettings rule = rules.get(index);
        Batches uniform = recipe.data().batches(trained, settings.seed());
        long perEpoch = rule.stepsPerEpoch(uniform);
        long begin = perEpoch
                * rules.subList(0, index).stream()
                        .mapToLong(TrainSettings::epochs)
                        .sum();
        Phase own = recipe.train().phases().isEmpty()
                ? null
                : recipe.train().phases().get(index);
        Sampling sampling = own == null
                ? rule.sampler()
                        .start(new Sampling.Setup(
                                family,
                                rule.loss(),
                                rule.epochs(),
                                trained.size(),
                                heldOut,
                                perEpoch,
                                RandomStream.SAMPLER_ORDER.bits(settings.seed())))
                : PhaseRun.sampling((Sampler.Memoryless) rule.sampler(), own.within(family.space()), family.space());
        Batches batches = recipe.data().mixed(sampling.batches(uniform), settings.seed());
        Family teacher = null;
        String member = null;
        if (rule.distillation() instanceof Distillation.Teacher source) {
            teacher = source.open(recipe.model().input(), family.kinds());
            member = source.member();
        } else if (rule.distillation() instanceof Distillation.EarlierPhase earlier) {
            teacher = Family.open(run.phaseFamily(earlier.phase()), family.kinds());
            member = Family.EXTRACTED;
        }
        long labelSteps =
                rule.distillation() instanceof Distillation.Taught taught ? begin + taught.labelSteps(perEpoch) : 0;
        NormStatistics norm = running == null ? BatchStatistics.INSTANCE : running;
        return new PhaseRun(
                index,
                rule,
                own == null || own.learningRate() == null ? rule.optimizer().learningRate() : own.learningRate(),
                begin,
                begin + rule.epochs() * rule.stepsPerEpoch(batches),
                sampling,
                batches,
                teacher,
                new TrainingStep(family, rule, norm, PhaseRun.logits(teacher, member), sampling, labelSteps));
    }

    /**
     * Goes on to the next phase, as a run does that is resumed here: its largest member is kept, where a later phase learns from it, and
     * channels are sorted.
     */
    private void nextPhase() {
        List<Phase> phases = settings.recipe().train().phases();
        int next = phase.index() + 1;
        String done = phases.get(phase.index()).name();
        boolean teaches = rules.stream()
                .anyMatch(rule -> rule.distillation() instanceof Distillation.EarlierPhase teacher
                        && teacher.phase().equals(done));
        if (teaches) {
            Member largest = family.space().largest();
            try (MemberStatistics statistics = calibrate(largest);
                    Family alone = family.extract(largest, statistics)) {
                alone.save(run.phaseFamily(done));
            }
        }
        Set<String> sorting = phases.get(next).sorting(family.space());
        if (!sorting.isEmpty()) {
            ChannelSorting.sort(family, sorting, trainedUntil(next));
        }
        enter(next);
        run.database().event("phase", phases.get(next).name() + " after step " + step);
    }

    private void enter(int index) {
        PhaseRun next = phase(index);
        phase.close();
        phase = next;
    }

    /** The members that have trained before a phase. */
    private List<Space> trainedUntil(int next) {
        List<Space> trained = new ArrayList<>();
        for (int i = 0; i < next; i++) {
            Space part = settings.recipe().train().phases().get(i).within(family.space());
            trained.add(rules.get(i).sampler() instanceof Sampler.Largest ? Phase.largest(family.space()) : part);
        }
        return trained;
    }

    /**
     * Begins a run in a new or empty folder.
     *
     * @param recipe its model may leave the input open; it is taken from the data
     * @param seed of everything random
     * @throws InputException when the folder is in use or not empty, or recipe, data, teacher and machine do not fit: nothing
     *     is then written
     */
    public static Trainer start(Recipe recipe, Path folder, long seed) {
        return start(recipe, folder, seed, Kinds.builtIn());
    }

    /**
     * The same, of a recipe that may name more kinds.
     *
     * @throws InputException also when the recipe's settings could not be read back, because a class is of none of these kinds
     */
    public static Trainer start(Recipe recipe, Path folder, long seed, Kinds kinds) {
        requireWhole(recipe);
        return start(recipe, recipe.data().open(seed), folder, seed, kinds);
    }

    /**
     * The same, on data that is open.
     *
     * @param splits as the recipe's data gives them for this seed
     */
    public static Trainer start(Recipe recipe, Splits splits, Path folder, long seed, Kinds kinds) {
        requireWhole(recipe);
        RunSettings settings = RunSettings.of(recipe, splits, seed, kinds);
        String config = settings.yaml(kinds);
        requireFit(settings.recipe(), splits, kinds);
        RunFolder run = RunFolder.create(folder, config);
        Trainer trainer = opened(run, settings, splits, kinds);
        if (trainer.architectureStep != null) {
            trainer.shipped.recordBlend(trainer.step, trainer.seconds);
        }
        return trainer;
    }

    private static void requireWhole(Recipe recipe) {
        if (recipe.split() != null) {
            throw new IllegalArgumentException("A recipe with a split trains a tree of supernets: use TreeTrainer.");
        }
    }

    /**
     * Refuses, before anything is written, what could not train.
     *
     * @param recipe with its model bound to the data
     * @param kinds that the families may name from which it learns
     */
    public static void requireFit(Recipe recipe, Splits splits, Kinds kinds) {
        TrainSettings train = recipe.train();
        Dataset trained = splits.train();
        Batches heldOut = null;
        if (train.heldOutPart() > 0) {
            Dataset.Halves halves = halves(recipe, splits, 0);
            heldOut = recipe.data().batches(halves.second(), 0);
            trained = halves.first();
        }
        cost(recipe);
        Batches batches = recipe.data().batches(trained, 0);
        try (Family shapes = Family.ofShapes(recipe.model(), recipe.sharing(), kinds)) {
            for (Phase phase : train.phases()) {
                phase.within(shapes.space());
                if (!phase.sortChannels().isEmpty()) {
                    ChannelSorting.requireSortable(recipe.model(), recipe.sharing(), phase.sorting(shapes.space()));
                }
            }
            train.sampler()
                    .start(new Sampling.Setup(
                            shapes,
                            train.loss(),
                            train.epochs(),
                            trained.size(),
                            heldOut,
                            train.stepsPerEpoch(batches),
                            0))
                    .close();
            new TrainingStep(shapes, train).close();
            if (train.architecture() != null) {
                new ArchitectureStep(shapes, train.architecture(), train.loss(), train.update(), null).close();
            }
            if (recipe.start() != null) {
                recipe.start().requireFits(shapes, splits);
            }
        }
        for (TrainSettings rule : train.ofPhases()) {
            if (rule.distillation() instanceof Distillation.Teacher source) {
                source.open(recipe.model().input(), kinds).close();
            }
        }
    }

    private static Dataset.Halves halves(Recipe recipe, Splits splits, long seed) {
        return splits.train()
                .halves(
                        recipe.train().heldOutPart(),
                        RandomStream.HELD_OUT_SPLIT.bits(recipe.data().splitSeed(seed)));
    }

    private static DifferentiableCost cost(Recipe recipe) {
        ArchitectureSettings architecture = recipe.train().architecture();
        return architecture == null || architecture.cost() == null
                ? null
                : architecture.cost().of(recipe.model());
    }

    /**
     * Opens a run that was stopped, at its last intact checkpoint.
     *
     * @throws InputException when the folder holds no run, is in use, or its data has changed
     */
    public static Trainer resume(Path folder) {
        return resume(folder, Optional.empty());
    }

    /**
     * The same, with the run's data at another place, which the run remembers.
     *
     * @param data where it lies now; empty for where it was
     */
    public static Trainer resume(Path folder, Optional<String> data) {
        return resume(folder, data, Kinds.builtIn());
    }

    /** The same, of a run whose recipe may name more kinds. */
    public static Trainer resume(Path folder, Optional<String> data, Kinds kinds) {
        RunFolder run = RunFolder.open(folder);
        boolean done = false;
        try {
            RunSettings settings = settings(folder, kinds);
            requireWhole(settings.recipe());
            Splits splits = reopen(run, settings, data, kinds);
            Trainer trainer = opened(run, settings.at(splits), splits, kinds);
            trainer.load();
            done = true;
            return trainer;
        } finally {
            if (!done) {
                run.close();
            }
        }
    }

    /**
     * Opens the data of a run, and notes in its settings where it lies, when that is elsewhere.
     *
     * @param data where it lies now; empty for where it was
     * @param kinds that the settings may name
     * @throws InputException when it is not there, or does not hold what training had
     */
    public static Splits reopen(RunFolder run, RunSettings settings, Optional<String> data, Kinds kinds) {
        DataProvenance origin = settings.origin();
        String place = data.orElse(origin.data().source());
        Splits splits = origin.open(settings.recipe().model().input(), place);
        if (!place.equals(origin.data().source())) {
            run.saveConfig(settings.at(splits).yaml(kinds));
        }
        return splits;
    }

    /** The settings of the run in {@code folder}. */
    public static RunSettings settings(Path folder) {
        return settings(folder, Kinds.builtIn());
    }

    /** The same, of a run whose recipe may name more kinds. */
    public static RunSettings settings(Path folder, Kinds kinds) {
        return RunSettings.read(folder.resolve("config.yaml"), kinds);
    }

    private static Trainer opened(RunFolder run, RunSettings settings, Splits splits, Kinds kinds) {
        boolean done = false;
        try {
            Trainer trainer = new Trainer(run, settings, splits, kinds);
            if (run.database().events().stream().noneMatch(event -> event.kind().equals(STEPS_PER_EPOCH))) {
                run.database().event(STEPS_PER_EPOCH, String.valueOf(trainer.stepsPerEpoch()));
            }
            Base from = settings.recipe().start();
            if (from != null && run.latestCheckpoint().checkpoint().isEmpty()) {
                from.into(trainer.family); // a checkpoint holds what has become of these weights
                trainer.restartAverage();
            }
            done = true;
            return trainer;
        } finally {
            if (!done) {
                run.close();
            }
        }
    }

    private void load() {
        LatestCheckpoint latest = run.latestCheckpoint();
        latest.warnings().forEach(warning -> run.database().event("warning", warning));
        latest.checkpoint().ifPresent(this::read);
        run.rewind(step);
        run.database().event("resumed", "after step " + step);
    }

    private void read(Checkpoint checkpoint) {
        while (phase.end() < checkpoint.step()) {
            enter(phase.index() + 1);
        }
        Map<String, Map<String, Tensor>> optimizers = new LinkedHashMap<>();
        seconds = Checkpoints.load(checkpoint, family.weights().tensors(), optimizers, rest());
        optimizers.forEach((name, slots) -> (family.hasOwnUpdate(name)
                        ? architectureStep.optimizerState()
                        : phase.step().optimizerState())
                .put(name, slots));
        step = checkpoint.step();
    }

    /**
     * Takes over what another run has come to, before the first step of this one, and keeps it as this run's checkpoint: its weights,
     * what its optimisers remember and how many steps it has done, so that this run goes on as that one would have.
     *
     * @param other of a run whose weights have the same names and shapes
     */
    public void continueFrom(Checkpoint other) {
        requireOpen();
        read(other);
        checkpoint();
        run.database().event("continued", "from " + other.file() + ", after step " + step);
    }

    /**
     * Takes over the weights of another run, before the first step of this one, and nothing else: the logits of a blend stay fresh.
     *
     * @param other of a run whose weights have the same names and shapes
     */
    public void inheritWeights(Checkpoint other) {
        requireOpen();
        Checkpoints.loadWeights(other, family.parameters());
        restartAverage();
        checkpoint();
        run.database().event("inherited", "weights of " + other.file());
    }

    /** Trains to the end, such as {@code run(TrainingLine.to(System.err))}; see {@link #run(BooleanSupplier, List)}. */
    public void run(TrainingListener... listeners) {
        run(() -> false, List.of(listeners));
    }

    /**
     * Trains to the end, or until {@code stop} says so, which is asked between steps. Either way a checkpoint is written; at the
     * end also the family, with its largest and smallest member named.
     *
     * @return whether training is complete
     * @throws CheckFailedException when a loss or a weight is no longer finite; the last good checkpoint is kept
     */
    public boolean run(BooleanSupplier stop, List<TrainingListener> listeners) {
        requireOpen();
        try {
            return train(stop, listeners);
        } catch (CheckFailedException e) {
            run.database().event("failed", e.getMessage());
            throw e;
        }
    }

    private boolean train(BooleanSupplier stop, List<TrainingListener> listeners) {
        if (step == steps() && Files.exists(run.family())) {
            return true; // the file may hold members that were named since
        }
        if (!trainTo(steps(), stop, listeners)) {
            return false;
        }
        shipped.save(step);
        run.database().event("finished", "after step " + step);
        return true;
    }

    /**
     * Trains until {@code end} steps are done, or until {@code stop} says so, and writes a checkpoint and nothing else: for a run that
     * another goes on from.
     *
     * @param end at most {@link #steps}
     * @return whether they are done
     * @throws CheckFailedException as {@link #run(BooleanSupplier, List)}
     */
    public boolean runTo(long end, BooleanSupplier stop, List<TrainingListener> listeners) {
        requireOpen();
        try {
            boolean done = trainTo(end, stop, listeners);
            if (done && end < steps()) {
                checkpoint();
            }
            return done;
        } catch (CheckFailedException e) {
            run.database().event("failed", e.getMessage());
            throw e;
        }
    }

    private boolean trainTo(long end, BooleanSupplier stop, List<TrainingListener> listeners) {
        List<TrainingListener> told = List.copyOf(listeners);
        run.database().onTrouble(line -> told.forEach(listener -> listener.warned(line)));
        TrainSettings train = settings.recipe().train();
        long perEpoch = stepsPerEpoch();
        long steps = steps();
        long began = System.nanoTime();
        double before = seconds;
        while (step < end) {
            if (stop.getAsBoolean()) {
                checkpoint();
                run.database().event("interrupted", "after step " + step);
                return false;
            }
            if (step == phase.end()) {
                nextPhase();
            }
            oneStep(perEpoch, steps, listeners);
            seconds = before + (System.nanoTime() - began) / 1e9;
            long epoch = step / perEpoch;
            boolean epochEnds = step % perEpoch == 0;
            if (epochEnds && architectureStep != null) {
                shipped.recordBlend(step, seconds);
            }
            if (epochEnds && train.evaluateEveryEpochs() > 0 && epoch % train.evaluateEveryEpochs() == 0) {
                shipped.evaluate(step, seconds, listeners);
            }
            if (step % train.checkpointEverySteps() == 0 || step == phase.end()) {
                checkpoint();
            }
        }
        return true;
    }

    private void oneStep(long perEpoch, long steps, List<TrainingListener> listeners) {
        TrainSettings train = phase.train();
        double rate = phase.learningRate() * train.schedule().factor(phase.epoch(step, perEpoch), train.epochs());
        SplittableRandom random = RandomStream.MEMBERS.random(settings.seed(), step);
        List<StepListener> all = new ArrayList<>(listeners);
        all.add(0, phase.sampling());
        List<MemberLoss> losses;
        try (PointerScope scope = new PointerScope()) {
            List<Batch> trained = new ArrayList<>();
            for (int i = 0; i < train.batchesPerStep(); i++) {
                trained.add(phase.batches().batch(step * train.batchesPerStep() + i));
            }
            List<TrainingMember> draws = drawn(trained.get(0), random, (double) step / steps);
            if (architectureStep != null && step >= train.architecture().warmupEpochs() * perEpoch) {
                TrainingMember blend = running(drawn(trained.get(0), random, (double) step / steps))
                        .get(0);
                double loss = architectureStep.run(
                        heldOut.batch(step),
                        trained.get(0),
                        blend,
                        train.architecture().optimizer().learningRate(),
                        rate,
                        step + 1);
                all.forEach(listener -> listener.architectureTrained(step + 1, blend.member(), loss));
                run.database().metric(step + 1, Role.BLEND.toString(), "architectureLoss", loss, seconds);
            }
            losses = phase.step()
                    .run(
                            trained,
                            running(draws),
                            rate,
                            step + 1,
                            RandomStream.DROPOUT.bits(settings.seed(), step),
                            all);
        }
        step++;
        if (average != null) {
            average.update(step);
        }
        Map<Role, double[]> sums = new EnumMap<>(Role.class);
        for (MemberLoss loss : losses) {
            double[] sum = sums.computeIfAbsent(loss.trained().role(), r -> new double[2]);
            sum[0] += loss.loss();
            sum[1]++;
        }
        sums.forEach((role, sum) -> run.database().metric(step, role.toString(), "loss", sum[0] / sum[1], seconds));
        StepReport report = new StepReport(step, steps, rate, losses);
        all.forEach(listener -> listener.stepDone(report));
        if (step % perEpoch == 0) {
            phase.sampling().measures().forEach((name, value) -> run.database()
                    .metric(step, SAMPLER, name, value, seconds));
        }
    }

    /** The members of a step, at the temperature that its place in the run has. */
    private List<TrainingMember> drawn(Batch batch, RandomGenerator random, double progress) {
        List<TrainingMember> draws = phase.sampling().draw(step, batch, random);
        return family.strategy(BlendedWeights.class)
                .map(blend -> blend.settings().map().temperature().at(progress))
                .map(temperature -> draws.stream()
                        .map(draw -> new TrainingMember(draw.role(), draw.member(), temperature))
                        .toList())
                .orElse(draws);
    }

    /** What runs of the members of a step, by the logits as they are now. */
    private List<TrainingMember> running(List<TrainingMember> draws) {
        return family.strategy(BlendedWeights.class)
                .map(blend -> draws.stream()
                        .map(draw -> new TrainingMember(draw.role(), blend.drawn(draw.member()), draw.temperature()))
                        .toList())
                .orElse(draws);
    }

    private void checkpoint() {
        Checkpoints.save(run, step, seconds, family.weights().tensors(), optimizerStates(), rest());
    }

    /** What a checkpoint holds beside weights and optimisers. */
    private Map<String, Tensor> rest() {
        Map<String, Tensor> rest = new LinkedHashMap<>();
        if (running != null) {
            running.tensors().forEach((name, tensor) -> rest.put(Checkpoints.STATISTICS + name, tensor));
        }
        family.weights().buffers().forEach((name, tensor) -> rest.put(Checkpoints.BUFFER + name, tensor));
        phase.sampling().state().forEach((name, tensor) -> rest.put(Checkpoints.SAMPLER + name, tensor));
        if (average != null) {
            average.tensors().forEach((name, tensor) -> rest.put(Checkpoints.AVERAGE + name, tensor));
        }
        return rest;
    }

    private void restartAverage() {
        if (average != null) {
            average.restart();
        }
    }

    /** Statistics of a member over the training split, as the recipe says; the caller closes them. */
    public MemberStatistics calibrate(Member member) {
        requireOpen();
        return shipped.calibrate(member);
    }

    private Map<String, Map<String, Tensor>> optimizerStates() {
        Map<String, Map<String, Tensor>> states =
                new LinkedHashMap<>(phase.step().optimizerState());
        if (architectureStep != null) {
            states.putAll(architectureStep.optimizerState());
        }
        return states;
    }

    /** Batches of what the weights train on, in another order: for measurements that must not change what is trained on. */
    public Batches batches(long seed) {
        return settings.recipe().data().batches(trained, seed);
    }

    /** How many forward and backward passes a step has on average, those of a blend's logits included. */
    public int passesPerStep() {
        TrainSettings train = phase.train();
        int passes = train.sampler().membersPerStep(family.space()) * train.batchesPerStep();
        return architectureStep == null
                ? passes
                : passes + train.architecture().order().passes();
    }

    /** The time that the steps have taken so far, those of a run that this one goes on from included. */
    public double seconds() {
        return seconds;
    }

    private long stepsPerEpoch() {
        return phase.train().stepsPerEpoch(phase.batches());
    }

    /** How many steps an epoch of a recipe has on its data. */
    public static long stepsPerEpoch(Recipe recipe, Splits splits) {
        TrainSettings train = recipe.train();
        Dataset trained = train.heldOutPart() > 0 ? halves(recipe, splits, 0).first() : splits.train();
        return train.stepsPerEpoch(recipe.data().batches(trained, 0));
    }

    /** How many steps the whole run has. */
    public long steps() {
        return settings.recipe().train().epochs() * stepsPerEpoch();
    }

    /** How many are done. */
    public long stepsDone() {
        return step;
    }

    /**
     * The family in its present state of training, as it is evaluated and saved: of the averages of its weights, where the recipe keeps
     * them. Closed with this trainer.
     */
    public Family family() {
        return shipped.family();
    }

    /** What draws members, and perhaps examples; closed with this trainer. */
    public Sampling sampling() {
        return phase.sampling();
    }

    public Splits splits() {
        return splits;
    }

    public RunSettings settings() {
        return settings;
    }

    public RunFolder folder() {
        return run;
    }

    /** The averages over mixed members, where the recipe keeps them, for {@code member}: a copy that the caller closes. */
    public MemberStatistics runningStatistics(Member member) {
        requireOpen();
        if (running == null) {
            throw new IllegalStateException("This recipe keeps no running statistics: set train.runningStatistics.");
        }
        return running.of(BatchNorms.channels(settings.recipe().model(), member));
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(
                    "This trainer is closed. Open its run again: Trainer.resume(" + run.path() + ").");
        }
    }

    /** A second call does nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        run.close();
        family.close();
        if (running != null) {
            running.close();
        }
        phase.close();
        if (average != null) {
            average.close();
        }
        if (architectureStep != null) {
            architectureStep.close();
        }
    }

    static RunningStatistics runningStatistics(ModelDefinition model) {
        return new RunningStatistics(RUNNING_MOMENTUM, BatchNorms.channelsOfAll(model));
    }
}
