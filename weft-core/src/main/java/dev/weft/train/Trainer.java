package dev.weft.train;

import dev.weft.data.Batches;
import dev.weft.data.Dataset;
import dev.weft.data.Splits;
import dev.weft.io.CheckFailedException;
import dev.weft.io.Kinds;
import dev.weft.model.BatchNorms;
import dev.weft.model.Family;
import dev.weft.nn.MemberStatistics;
import dev.weft.ops.Devices;
import dev.weft.ops.Libtorch;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.RunSettings;
import dev.weft.run.Checkpoint;
import dev.weft.run.LatestCheckpoint;
import dev.weft.run.RunFolder;
import dev.weft.sample.Sampling;
import dev.weft.space.Member;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Trains one family in one run folder, and can be stopped and resumed at any moment: a resumed run ends with the weights, bit for
 * bit, of one that never stopped. Holds native memory and the folder's lock until {@link #close}.
 */
public final class Trainer implements TrainingRun {
    /** Kind of the event that says how many steps an epoch of the run has. */
    public static final String STEPS_PER_EPOCH = "stepsPerEpoch";

    /** Stands in place of a role where the table of numbers has a sampler's {@link Sampling#notes}. */
    public static final String SAMPLER = "sampler";

    private final RunFolder run;
    private final RunSettings settings;
    private final Splits splits;
    private final Loop loop;
    private final ShippedFamily shown;
    private final RunSteps steps;
    private boolean closed;

    private Trainer(RunFolder run, RunSettings settings, Splits splits, Kinds kinds) {
        Libtorch.useThreads(settings.threads());
        Devices.use(settings.device());
        this.run = run;
        this.settings = settings;
        this.splits = splits;
        this.loop = new Loop(
                settings.recipe(),
                splits.train(),
                settings.seed(),
                run.latestCheckpoint().checkpoint().isEmpty(),
                run::phaseFamily,
                kinds);
        this.shown = new ShippedFamily(run, settings, splits, loop.shown());
        this.steps = new RunSteps(run, settings.recipe(), loop, shown);
    }

    /**
     * Begins a run in a new or empty folder.
     *
     * @param recipe its model may leave the input open; it is taken from the data
     * @param seed of everything random
     * @throws dev.weft.io.InputException when the folder is in use or not empty, or recipe, data, teacher and machine do not fit: nothing
     *     is then written
     */
    public static Trainer start(Recipe recipe, Path folder, long seed) {
        return start(recipe, folder, seed, Kinds.builtIn());
    }

    /**
     * The same, of a recipe that may name more kinds.
     *
     * @throws dev.weft.io.InputException also when the recipe's settings could not be read back, because a class is of none of these kinds
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
        RecipeFit.require(settings.recipe(), splits, kinds);
        RunFolder run = RunFolder.create(folder, config);
        Trainer trainer = opened(run, settings, splits, kinds);
        if (trainer.loop.searches()) {
            trainer.shown.recordChosen(0, trainer.seconds());
        }
        return trainer;
    }

    private static void requireWhole(Recipe recipe) {
        if (recipe.split() != null) {
            throw new IllegalArgumentException("A recipe with a split trains a tree of supernets: use TreeTrainer.");
        }
    }

    /**
     * Opens a run that was stopped, at its last intact checkpoint.
     *
     * @throws dev.weft.io.InputException when the folder holds no run, is in use, or its data has changed
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
            RunSettings settings = StoredRun.settings(folder, kinds);
            requireWhole(settings.recipe());
            Splits splits = StoredRun.reopen(run, settings, data, kinds);
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

    private static Trainer opened(RunFolder run, RunSettings settings, Splits splits, Kinds kinds) {
        boolean done = false;
        try {
            Trainer trainer = new Trainer(run, settings, splits, kinds);
            if (run.database().events().stream().noneMatch(event -> event.kind().equals(STEPS_PER_EPOCH))) {
                run.database().event(STEPS_PER_EPOCH, String.valueOf(trainer.loop.stepsPerEpoch()));
            }
            if (settings.recipe().base() != null
                    && run.latestCheckpoint().checkpoint().isEmpty()) {
                trainer.loop.restartAverage();
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
        latest.checkpoint().ifPresent(steps::read);
        run.rewind(stepsDone());
        run.database().event("resumed", "after step " + stepsDone());
    }

    /**
     * Takes over what another run has come to, before the first step of this one, and keeps it as this run's checkpoint: its weights,
     * what its optimisers remember and how many steps it has done, so that this run goes on as that one would have.
     *
     * @param other of a run whose weights have the same names and shapes
     */
    public void continueFrom(Checkpoint other) {
        requireOpen();
        steps.read(other);
        steps.keep();
        run.database().event("continued", "from " + other.file() + ", after step " + stepsDone());
    }

    /**
     * Takes over the weights of another run, before the first step of this one, and nothing else: the logits of a blend stay fresh.
     *
     * @param other of a run whose weights have the same names and shapes
     */
    public void inheritWeights(Checkpoint other) {
        requireOpen();
        Checkpoints.loadWeights(other, loop.family().parameters());
        loop.restartAverage();
        steps.keep();
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
    @Override
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
        if (loop.isOver() && Files.exists(run.family())) {
            return true; // the file may hold members that were named since
        }
        if (!steps.to(steps(), stop, listeners)) {
            return false;
        }
        new ShippedFamily(run, settings, splits, loop.shipped()).save(stepsDone());
        loop.bestInWords().ifPresent(best -> run.database().event("best", best));
        run.database().event("finished", "after step " + stepsDone());
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
            boolean done = steps.to(end, stop, listeners);
            if (done && end < steps()) {
                steps.keep();
            }
            return done;
        } catch (CheckFailedException e) {
            run.database().event("failed", e.getMessage());
            throw e;
        }
    }

    /** Statistics of a member over the training split, as the recipe says; the caller closes them. */
    public MemberStatistics calibrate(Member member) {
        requireOpen();
        return shown.calibrate(member);
    }

    /** The part of {@code data}, 0 to 1, in which a member is right, with statistics that are {@linkplain #calibrate worked out} for it. */
    public double accuracy(Member member, Dataset data) {
        try (MemberStatistics statistics = calibrate(member)) {
            return Evaluation.accuracy(family(), member, statistics, data);
        }
    }

    /** Batches of what the weights train on, in another order: for measurements that must not change what is trained on. */
    public Batches batches(long seed) {
        return settings.recipe().data().batches(loop.data().weights(), seed);
    }

    /** How many forward and backward passes a step has on average, those of a blend's logits included. */
    public int passesPerStep() {
        return loop.passesPerStep();
    }

    /** The time that the steps have taken so far, those of a run that this one goes on from included. */
    public double seconds() {
        return steps.seconds();
    }

    /** How many steps the whole run has. */
    @Override
    public long steps() {
        return loop.steps();
    }

    /** How many are done. */
    @Override
    public long stepsDone() {
        return loop.stepsDone();
    }

    /**
     * The family in its present state of training, as it would be saved: of the averages of its weights, or those of the best evaluation so
     * far, where the recipe keeps them. Closed with this trainer.
     */
    public Family family() {
        return loop.shipped();
    }

    @Override
    public Optional<Family> inMemory() {
        return Optional.of(family());
    }

    @Override
    public boolean isOver() {
        return loop.isOver();
    }

    @Override
    public String place() {
        return "step " + stepsDone() + " of " + steps();
    }

    /** What draws members, and perhaps examples; closed with this trainer. */
    public Sampling sampling() {
        return loop.phase().sampling();
    }

    @Override
    public Splits splits() {
        return splits;
    }

    @Override
    public RunSettings settings() {
        return settings;
    }

    @Override
    public RunFolder folder() {
        return run;
    }

    /** The averages over mixed members, where the recipe keeps them, for {@code member}: a copy that the caller closes. */
    public MemberStatistics runningStatistics(Member member) {
        requireOpen();
        if (loop.runningStatistics() == null) {
            throw new IllegalStateException("This recipe keeps no running statistics: set train.runningStatistics.");
        }
        return loop.runningStatistics().of(BatchNorms.channels(settings.recipe().model(), member));
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
        loop.close();
    }
}
