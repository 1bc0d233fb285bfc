package dev.weft.tree;

import dev.weft.data.Splits;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.loss.Role;
import dev.weft.metric.Metric;
import dev.weft.model.Family;
import dev.weft.model.Subspace;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.RunSettings;
import dev.weft.recipe.SplitSettings;
import dev.weft.run.RunFolder;
import dev.weft.step.StepReport;
import dev.weft.train.RecipeFit;
import dev.weft.train.StoredRun;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;
import dev.weft.train.TrainingRun;
import dev.weft.weight.Sharing;
import dev.weft.weight.tree.Tree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Trains a tree of supernets in one run folder, as the split of a recipe says: few-shot NAS by gradient matching (Hu et al. 2022).
 * Every supernet is an ordinary run of its own, {@code nodes/NAME}, over the {@link Subspace} of its members; {@value TreeRecord#FILE}
 * says how far the tree is; at the end its leaves are one family. Can be stopped, or killed, at any moment: a resumed tree repeats no
 * supernet and no probe of a choice that was finished. Holds the folder's lock until {@link #close}.
 */
public final class TreeTrainer implements TrainingRun {
    private final RunFolder run;
    private final RunSettings settings;
    private final Splits splits;
    private final Kinds kinds;
    private final SplitSettings split;
    private final SplitChooser chooser;
    private final long stepsPerEpoch;
    private final GrowingTree tree;
    private final Supernets supernets;

    private TreeTrainer(RunFolder run, RunSettings settings, Splits splits, Kinds kinds) {
        this.run = run;
        this.settings = settings;
        this.splits = splits;
        this.kinds = kinds;
        this.split = settings.recipe().split();
        this.chooser = new SplitChooser(split, settings.recipe().family().space(), settings.seed());
        this.stepsPerEpoch = RecipeFit.stepsPerEpoch(settings.recipe(), splits);
        this.tree = new GrowingTree(run, split, settings.recipe().train().epochs());
        this.supernets =
                new Supernets(run.path(), settings, stepsPerEpoch, tree.record().epochs(), kinds);
    }

    /**
     * Begins a tree in a new or empty folder.
     *
     * @param recipe with a split
     * @param seed of everything random
     * @throws InputException when recipe, data and machine do not fit, or nothing can be split: nothing is then written
     */
    public static TreeTrainer start(Recipe recipe, Path folder, long seed) {
        return start(recipe, folder, seed, Kinds.builtIn());
    }

    /** The same, of a recipe that may name more kinds. */
    public static TreeTrainer start(Recipe recipe, Path folder, long seed, Kinds kinds) {
        return start(recipe, recipe.data().open(seed), folder, seed, kinds);
    }

    /**
     * The same, on data that is open.
     *
     * @param splits as the recipe's data gives them for this seed
     */
    public static TreeTrainer start(Recipe recipe, Splits splits, Path folder, long seed, Kinds kinds) {
        if (recipe.split() == null) {
            throw new IllegalArgumentException("A recipe without a split trains one supernet: use Trainer.");
        }
        RunSettings settings = RunSettings.of(recipe, splits, seed, kinds);
        String config = settings.yaml(kinds);
        requireFit(settings.recipe(), seed);
        RecipeFit.require(settings.recipe(), splits, kinds);
        RunFolder run = RunFolder.create(folder, config);
        return opened(run, settings, splits, kinds);
    }

    /**
     * Whether a tree can grow as a recipe says, as far as its model tells.
     *
     * @throws InputException when it cannot
     */
    public static void requireFit(Recipe recipe, long seed) {
        new SplitChooser(recipe.split(), recipe.family().space(), seed);
    }

    /**
     * Opens a tree that was stopped.
     *
     * @throws InputException when the folder holds none, is in use, or its data has changed
     */
    public static TreeTrainer resume(Path folder) {
        return resume(folder, Optional.empty());
    }

    /**
     * The same, with the data of the tree at another place, which its run remembers.
     *
     * @param data where it lies now; empty for where it was
     */
    public static TreeTrainer resume(Path folder, Optional<String> data) {
        return resume(folder, data, Kinds.builtIn());
    }

    /** The same, of a run whose recipe may name more kinds. */
    public static TreeTrainer resume(Path folder, Optional<String> data, Kinds kinds) {
        RunFolder run = RunFolder.open(folder);
        boolean done = false;
        try {
            RunSettings settings = StoredRun.settings(folder, kinds);
            Splits splits = StoredRun.reopen(run, settings, data, kinds);
            TreeTrainer trainer = opened(run, settings.at(splits), splits, kinds);
            run.database().event("resumed", "after " + trainer.stepsDone() + " steps");
            done = true;
            return trainer;
        } finally {
            if (!done) {
                run.close();
            }
        }
    }

    private static TreeTrainer opened(RunFolder run, RunSettings settings, Splits splits, Kinds kinds) {
        boolean done = false;
        try {
            TreeTrainer trainer = new TreeTrainer(run, settings, splits, kinds);
            done = true;
            return trainer;
        } finally {
            if (!done) {
                run.close();
            }
        }
    }

    /**
     * Trains all supernets, splits them, and writes the family of the leaves; or until {@code stop} says so, which is asked between
     * steps and between choices that are probed.
     *
     * @return whether the tree is complete
     * @throws CheckFailedException when a loss or a weight is no longer finite; what was finished is kept
     */
    public boolean run(BooleanSupplier stop, TreeListener listener) {
        if (isComplete()) {
            return true;
        }
        run.database().onTrouble(listener::warned);
        try {
            for (int level = 0; level <= split.rounds().size(); level++) {
                for (TreeRecord.Node node : tree.level(level)) {
                    if (!grow(node.name(), level, stop, listener)) {
                        run.database().event("interrupted", "after " + stepsDone() + " steps");
                        return false;
                    }
                }
            }
        } catch (CheckFailedException e) {
            run.database().event("failed", e.getMessage());
            throw e;
        }
        new TreeFamily(settings, tree(), supernets::folder, kinds).save(run.family());
        run.database().event("finished", "after " + stepsDone() + " steps");
        listener.grown(tree());
        return true;
    }

    /** Does what {@link #run(BooleanSupplier, TreeListener)} does; the steps that listeners hear of are those of all supernets. */
    @Override
    public boolean run(BooleanSupplier stop, List<TrainingListener> listeners) {
        return run(stop, new ToldRun(listeners));
    }

    private boolean isComplete() {
        return tree().leaves().stream().allMatch(node -> node.training() != null && node.toEpoch() == tree().epochs())
                && Files.exists(run.family());
    }

    /** Trains one supernet, and splits it if it is not of the last level. */
    private boolean grow(String name, int level, BooleanSupplier stop, TreeListener listener) {
        boolean last = level == split.rounds().size();
        if (tree.node(name).training() != null && (last || tree.node(name).split() != null)) {
            return true;
        }
        try (Trainer trainer = supernets.open(tree.node(name), level)) {
            if (tree.node(name).training() == null && !train(trainer, name, level, stop, listener)) {
                return false;
            }
            return last
                    || new SupernetSplit(run, settings, chooser, tree, supernets, trainer, name, level, listener)
                            .split(stop);
        }
    }

    private boolean train(Trainer trainer, String name, int level, BooleanSupplier stop, TreeListener listener) {
        long before = stepsDone();
        long planned = steps();
        long first = supernets.firstStep(level);
        TrainingListener forward = new TrainingListener() {
            @Override
            public void stepDone(StepReport report) {
                listener.stepDone(name, before + report.step() - first, planned, report);
            }

            @Override
            public void warned(String line) {
                listener.warned(line);
            }

            @Override
            public void evaluated(long steps, Role role, Map<Metric, Double> values) {
                listener.evaluated(name, steps, role, values);
            }
        };
        if (!trainer.runTo(supernets.lastStep(level), stop, List.of(forward))) {
            return false;
        }
        long steps = supernets.lastStep(level) - first;
        double parent = first == 0 ? 0 : secondsUntil(tree.node(name).parent());
        tree.keep(tree.node(name)
                .trained(new TreeRecord.Training(
                        steps, steps * trainer.passesPerStep(), Math.max(0, trainer.seconds() - parent))));
        return true;
    }

    /** The seconds of a chain of supernets that went on from one another. */
    private double secondsUntil(String name) {
        TreeRecord.Node node = tree.node(name);
        double own = node.training().seconds();
        return split.restarts(GrowingTree.depth(node)) ? own : own + secondsUntil(node.parent());
    }

    /** Steps of all supernets that are done. */
    @Override
    public long stepsDone() {
        return tree().nodes().stream()
                .filter(node -> node.training() != null)
                .mapToLong(node -> node.training().steps())
                .sum();
    }

    /** Steps of all supernets, if each that has not split yet splits into as many as asked for. */
    @Override
    public long steps() {
        long steps = 0;
        for (TreeRecord.Node node : tree().nodes()) {
            int level = GrowingTree.depth(node);
            long supernets = 1;
            steps += (node.toEpoch() - node.fromEpoch()) * stepsPerEpoch;
            for (int l = level; node.split() == null && l < split.rounds().size(); l++) {
                supernets *= split.groups() == null
                        ? chooser.usualOptions()
                        : split.groups().get(l);
                steps += supernets * (split.end(l + 1, tree().epochs()) - split.begin(l + 1)) * stepsPerEpoch;
            }
        }
        return steps;
    }

    /** How far the tree is. */
    public TreeRecord tree() {
        return tree.record();
    }

    @Override
    public Splits splits() {
        return splits;
    }

    /** Empty: the leaves train one after another, and are one family in the file. */
    @Override
    public Optional<Family> inMemory() {
        return Optional.empty();
    }

    @Override
    public boolean isOver() {
        return stepsDone() == steps();
    }

    @Override
    public String place() {
        return stepsDone() + " of " + steps() + " steps of finished supernets";
    }

    @Override
    public RunSettings settings() {
        return settings;
    }

    @Override
    public RunFolder folder() {
        return run;
    }

    /** What a family of such a tree shares, as data. */
    static Tree sharing(TreeRecord tree, List<Sharing> within) {
        return new Tree(
                tree.leaves().stream()
                        .map(node -> new Tree.Leaf(node.name(), node.options()))
                        .toList(),
                within);
    }

    @Override
    public void close() {
        run.close();
    }
}
