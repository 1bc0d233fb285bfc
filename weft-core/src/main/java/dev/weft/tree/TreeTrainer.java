package dev.weft.tree;

import dev.weft.architecture.ArchitectureSettings;
import dev.weft.data.Splits;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import dev.weft.io.Kinds;
import dev.weft.loss.Role;
import dev.weft.metric.Metric;
import dev.weft.model.Subspace;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.RunSettings;
import dev.weft.recipe.SplitSettings;
import dev.weft.recipe.TrainSettings;
import dev.weft.run.Checkpoint;
import dev.weft.run.RunFolder;
import dev.weft.sample.StepReport;
import dev.weft.seed.RandomStream;
import dev.weft.space.Choice;
import dev.weft.space.Space;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;
import dev.weft.weight.Sharing;
import dev.weft.weight.tree.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Trains a tree of supernets in one run folder, as the split of a recipe says: few-shot NAS by gradient matching (Hu et al. 2022).
 * Every supernet is an ordinary run of its own, {@code nodes/NAME}, over the {@link Subspace} of its members; {@value TreeRecord#FILE}
 * says how far the tree is; at the end its leaves are one family. Can be stopped, or killed, at any moment: a resumed tree repeats no
 * supernet and no probe of a choice that was finished. Holds the folder's lock until {@link #close}.
 */
public final class TreeTrainer implements AutoCloseable {
    private final RunFolder run;
    private final RunSettings settings;
    private final Kinds kinds;
    private final SplitSettings split;
    private final SplitChooser chooser;
    private final Space space;
    private final long stepsPerEpoch;
    private TreeRecord tree;

    private TreeTrainer(RunFolder run, RunSettings settings, Splits splits, Kinds kinds) {
        this.run = run;
        this.settings = settings;
        this.kinds = kinds;
        this.split = settings.recipe().split();
        this.space = settings.recipe().family().space();
        this.chooser = new SplitChooser(split, space, settings.seed());
        this.stepsPerEpoch = Trainer.stepsPerEpoch(settings.recipe(), splits);
        this.tree = TreeRecord.of(run.path())
                .orElseGet(() -> TreeRecord.begin(
                        settings.recipe().train().epochs(),
                        split.end(0, settings.recipe().train().epochs())));
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
        Trainer.requireFit(settings.recipe(), splits, kinds);
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

    /** Whether {@code folder} holds the run of a tree. */
    public static boolean isTree(Path folder, Kinds kinds) {
        return Files.exists(folder.resolve("config.yaml"))
                && Trainer.settings(folder, kinds).recipe().split() != null;
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
            RunSettings settings = Trainer.settings(folder, kinds);
            Splits splits = Trainer.reopen(run, settings, data, kinds);
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
                for (TreeRecord.Node node : level(level)) {
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
        new TreeFamily(settings, tree, this::folder, kinds).save(run.family());
        run.database().event("finished", "after " + stepsDone() + " steps");
        return true;
    }

    private boolean isComplete() {
        return tree.leaves().stream().allMatch(node -> node.training() != null && node.toEpoch() == tree.epochs())
                && Files.exists(run.family());
    }

    private List<TreeRecord.Node> level(int level) {
        return tree.nodes().stream().filter(node -> depth(node) == level).toList();
    }

    private static int depth(TreeRecord.Node node) {
        return node.parent().isEmpty() ? 0 : node.name().split("-").length;
    }

    /** Trains one supernet, and splits it if it is not of the last level. */
    private boolean grow(String name, int level, BooleanSupplier stop, TreeListener listener) {
        boolean last = level == split.rounds().size();
        if (tree.node(name).training() != null && (last || tree.node(name).split() != null)) {
            return true;
        }
        try (Trainer trainer = open(tree.node(name), level)) {
            if (tree.node(name).training() == null && !train(trainer, name, level, stop, listener)) {
                return false;
            }
            return last || split(trainer, name, level, stop, listener);
        }
    }

    private boolean train(Trainer trainer, String name, int level, BooleanSupplier stop, TreeListener listener) {
        long before = stepsDone();
        long planned = steps();
        long first = firstStep(level);
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
        if (!trainer.runTo(lastStep(level), stop, List.of(forward))) {
            return false;
        }
        long steps = lastStep(level) - first;
        double parent = first == 0 ? 0 : secondsUntil(tree.node(name).parent());
        keep(tree.node(name)
                .trained(new TreeRecord.Training(
                        steps, steps * trainer.passesPerStep(), Math.max(0, trainer.seconds() - parent))));
        return true;
    }

    /** The seconds of a chain of supernets that went on from one another. */
    private double secondsUntil(String name) {
        TreeRecord.Node node = tree.node(name);
        double own = node.training().seconds();
        return split.restarts(depth(node)) ? own : own + secondsUntil(node.parent());
    }

    private void keep(TreeRecord.Node changed) {
        tree = tree.with(changed);
        tree.write(run.path());
    }

    private boolean split(Trainer trainer, String name, int level, BooleanSupplier stop, TreeListener listener) {
        int splits =
                (int) tree.nodes().stream().filter(node -> node.split() != null).count();
        List<String> why = new ArrayList<>();
        List<Choice<?>> candidates =
                chooser.candidates(space.within(tree.node(name).options()), level, why);
        candidates = new ArrayList<>(candidates);
        while (!candidates.isEmpty()) {
            Map<Choice<?>, Partition> partitions = new LinkedHashMap<>();
            List<Choice<?>> probed = chooser.probed(candidates, level, splits);
            for (Choice<?> choice : probed) {
                if (known(name, choice).isEmpty() && stop.getAsBoolean()) {
                    return false;
                }
                Optional<TreeRecord.Probe> probe = probe(trainer, name, choice, level, splits, listener, why);
                if (probe.isEmpty()) {
                    candidates.remove(choice);
                } else {
                    partitions.put(choice, chooser.partition(choice, probe.get().matrix(), level, splits));
                }
            }
            if (candidates.isEmpty() || !probed.isEmpty() && partitions.isEmpty()) {
                continue;
            }
            Choice<?> chosen = chooser.choose(candidates, partitions, level, splits);
            int options = chosen.options().size();
            Partition partition = partitions.containsKey(chosen)
                    ? partitions.get(chosen)
                    : chooser.partition(chosen, new double[options][options], level, splits);
            if (become(name, chosen, partition, level, why, listener)) {
                return true;
            }
            candidates.remove(chosen);
        }
        keepWhole(name, level, why, listener);
        return true;
    }

    private Optional<TreeRecord.Probe> known(String name, Choice<?> choice) {
        return tree.node(name).probes().stream()
                .filter(probe -> probe.choice().equals(choice.name()))
                .findFirst();
    }

    /** The distances of a choice, measured unless they are known; empty where they cannot be. */
    private Optional<TreeRecord.Probe> probe(
            Trainer trainer,
            String name,
            Choice<?> choice,
            int level,
            int splits,
            TreeListener listener,
            List<String> why) {
        Optional<TreeRecord.Probe> known = known(name, choice);
        if (known.isPresent()) {
            return known;
        }
        long began = System.nanoTime();
        GradientProbe probe = new GradientProbe(
                trainer.family(), settings.recipe().train(), split, (double) trainer.stepsDone() / trainer.steps());
        long seed = seed(name + "/" + choice.name());
        double[][] distances;
        try {
            distances = probe.distances(choice, choice.options(), trainer.batches(seed), seed);
        } catch (InputException e) {
            why.add(e.getMessage());
            return Optional.empty();
        }
        Partition partition = chooser.partition(choice, distances, level, splits);
        TreeRecord.Probe found = new TreeRecord.Probe(
                choice.name(),
                choice.options().stream().map(Object::toString).toList(),
                TreeRecord.rows(distances),
                partition.groups(),
                partition.within(),
                partition.cut(),
                partition.candidates(),
                (long) split.repeats() * choice.options().size(),
                (System.nanoTime() - began) / 1e9);
        keep(tree.node(name).probed(found));
        listener.probed(name, found);
        return Optional.of(found);
    }

    /** Splits a supernet; leaves it as it is when a child would have no member. */
    private boolean become(
            String name, Choice<?> choice, Partition partition, int level, List<String> why, TreeListener listener) {
        List<List<String>> groups = partition.groups().stream()
                .map(group -> group.stream()
                        .map(i -> choice.options().get(i).toString())
                        .toList())
                .toList();
        List<Map<String, List<String>>> children = new ArrayList<>();
        for (List<String> group : groups) {
            Map<String, List<String>> options =
                    new LinkedHashMap<>(tree.node(name).options());
            options.put(choice.name(), group);
            if (!SplitChooser.hasMembers(space, options)) {
                why.add(choice.name() + " cannot split: no member that the space allows has one of " + group);
                return false;
            }
            children.add(options);
        }
        finish(name, new TreeRecord.Split(choice.name(), groups, text(why)), children, level, listener);
        return true;
    }

    private void keepWhole(String name, int level, List<String> why, TreeListener listener) {
        String reason = why.isEmpty() ? "every choice that may be split was split before" : text(why);
        finish(
                name,
                new TreeRecord.Split(null, List.of(), reason),
                List.of(tree.node(name).options()),
                level,
                listener);
    }

    private static String text(List<String> why) {
        return why.isEmpty() ? null : String.join("; ", why);
    }

    private void finish(
            String name,
            TreeRecord.Split by,
            List<Map<String, List<String>>> children,
            int level,
            TreeListener listener) {
        List<TreeRecord.Node> nodes = new ArrayList<>();
        for (int i = 0; i < children.size(); i++) {
            nodes.add(new TreeRecord.Node(
                    level == 0 ? Integer.toString(i) : name + "-" + i,
                    name,
                    split.begin(level + 1),
                    split.end(level + 1, tree.epochs()),
                    children.get(i),
                    null,
                    List.of(),
                    null));
        }
        tree = tree.with(tree.node(name).split(by)).with(nodes);
        tree.write(run.path()); // the split and its children at once
        run.database()
                .event(
                        "split",
                        by.choice() == null
                                ? name + " stays whole: " + by.why()
                                : name + " by " + by.choice() + " into " + by.groups());
        listener.split(name, by);
    }

    private Path folder(String name) {
        return run.path().resolve("nodes").resolve(name);
    }

    /** The run of a supernet, where it was, or begun. */
    private Trainer open(TreeRecord.Node node, int level) {
        Path folder = folder(node.name());
        if (lastCheckpoint(folder).isPresent()) {
            return Trainer.resume(folder, Optional.of(settings.recipe().data().source()), kinds);
        }
        delete(folder); // begun, and killed before anything was kept
        Trainer trainer = Trainer.start(recipe(node, level), folder, seed(node.name()), kinds);
        boolean done = false;
        try {
            boolean fresh = split.restarts(level);
            if (level > 0 && (!fresh || split.weights() == SplitSettings.RestartWeights.PARENT)) {
                Checkpoint parent = lastCheckpoint(folder(node.parent()))
                        .orElseThrow(() -> new InputException(
                                "The supernet that " + node.name() + " comes from must have" + " a checkpoint, but "
                                        + folder(node.parent()) + " has none. Begin the tree again."));
                if (fresh) {
                    trainer.inheritWeights(parent);
                } else {
                    trainer.continueFrom(parent);
                }
            }
            done = true;
            return trainer;
        } finally {
            if (!done) {
                trainer.close();
            }
        }
    }

    private static Optional<Checkpoint> lastCheckpoint(Path folder) {
        if (!Files.exists(folder.resolve("config.yaml"))) {
            return Optional.empty();
        }
        try (RunFolder node = RunFolder.open(folder)) {
            return node.latestCheckpoint().checkpoint();
        }
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new InputException("Cannot delete " + folder + ": " + IoReason.of(e) + ".", e);
        }
    }

    private Recipe recipe(TreeRecord.Node node, int level) {
        Recipe recipe = settings.recipe();
        int since = split.since(level);
        TrainSettings train = recipe.train().withEpochs(split.scheduled(level, tree.epochs()));
        ArchitectureSettings architecture = train.architecture();
        if (architecture != null) {
            train = train.with(architecture.withWarmup(Math.max(0, architecture.warmupEpochs() - since)));
        }
        return recipe.of(
                new Subspace(recipe.model(), node.options()), recipe.data().withSplitsOf(settings.seed()), train);
    }

    /** The seed of one supernet, or of a probe. */
    private long seed(String name) {
        return RandomStream.SUPERNET.bits(settings.seed(), name);
    }

    /** How many steps a run of a supernet of this level has behind it when it begins. */
    private long firstStep(int level) {
        return (split.begin(level) - split.since(level)) * stepsPerEpoch;
    }

    private long lastStep(int level) {
        return (split.end(level, tree.epochs()) - split.since(level)) * stepsPerEpoch;
    }

    /** Steps of all supernets that are done. */
    public long stepsDone() {
        return tree.nodes().stream()
                .filter(node -> node.training() != null)
                .mapToLong(node -> node.training().steps())
                .sum();
    }

    /** Steps of all supernets, if each that has not split yet splits into as many as asked for. */
    public long steps() {
        long steps = 0;
        for (TreeRecord.Node node : tree.nodes()) {
            int level = depth(node);
            long supernets = 1;
            steps += (node.toEpoch() - node.fromEpoch()) * stepsPerEpoch;
            for (int l = level; node.split() == null && l < split.rounds().size(); l++) {
                supernets *= split.groups() == null
                        ? chooser.usualOptions()
                        : split.groups().get(l);
                steps += supernets * (split.end(l + 1, tree.epochs()) - split.begin(l + 1)) * stepsPerEpoch;
            }
        }
        return steps;
    }

    /** How far the tree is. */
    public TreeRecord tree() {
        return tree;
    }

    public RunSettings settings() {
        return settings;
    }

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
