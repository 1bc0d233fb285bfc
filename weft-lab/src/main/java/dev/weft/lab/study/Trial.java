package dev.weft.lab.study;

import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.data.Splits;
import dev.weft.io.Kinds;
import dev.weft.model.Family;
import dev.weft.model.Subspace;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Sampling;
import dev.weft.train.Trainer;
import dev.weft.train.UpdateShare;
import dev.weft.tree.TreeRecord;
import dev.weft.tree.TreeTrainer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One arm at work with one seed at one budget. Trainings and documents have names and are kept under them for this seed and budget: an
 * arm that asks for what another has done gets it, and a call that was stopped goes on. Whatever is asked for when the study was
 * stopped ends the work.
 */
public final class Trial {
    private final StudyFolder.Kept kept;
    private final int epochs;
    private final long seed;
    private final String arm;
    private final StudyClock clock;
    private final BooleanSupplier stop;
    private final Map<String, TrainingRecord> used = new LinkedHashMap<>(); // once, however often it was asked for

    Trial(StudyFolder.Kept kept, int epochs, long seed, String arm, StudyClock clock, BooleanSupplier stop) {
        this.kept = kept;
        this.epochs = epochs;
        this.seed = seed;
        this.arm = arm;
        this.clock = clock;
        this.stop = stop;
        // A call before may have been stopped after a document was kept, whose trainings are not asked for again.
        kept.document(usedName(), Used.class).ifPresent(before -> before.documents()
                .forEach(document -> used.put(
                        document, kept.document(document, TrainingRecord.class).orElseThrow())));
    }

    /** The trainings that an arm has asked for so far, by the names of their documents. */
    private record Used(List<String> documents) {}

    private String usedName() {
        return "used-" + arm;
    }

    public long seed() {
        return seed;
    }

    /** The budget. */
    public int epochs() {
        return epochs;
    }

    /** Asked between parts of long work: searches take it as it is. */
    public BooleanSupplier stop() {
        return stop;
    }

    /** Ends the work here when the study was stopped. */
    public void goOn() {
        if (stop.getAsBoolean()) {
            throw new Stopped();
        }
    }

    /** Shows how far work is that is not training: {@code update("search", 3, 20, "members")}. */
    public void progress(String phase, long done, long total, String unit) {
        clock.other(phase, done, total, unit, detail());
    }

    private String detail() {
        return "arm " + arm + ", seed " + seed;
    }

    /** A training to its end. */
    public Trained train(String name, Recipe recipe) {
        double weight = Arm.weight(recipe);
        if (!kept.runs().train(name, recipe, seed, stop, List.of(clock.listener(weight, detail())))) {
            throw new Stopped();
        }
        Trained trained = new Trained(name, recipe);
        note(document(name), () -> trained.measure(TrainingRecord::of));
        clock.done(weight);
        return trained;
    }

    /**
     * What is worked out of a training at the end of an epoch of it, before it goes on; kept as a document.
     *
     * @param epoch at most the recipe's last
     */
    public <T> T atEpoch(
            String name, Recipe recipe, int epoch, String document, Class<T> type, Function<Trainer, T> work) {
        return once(document, type, () -> kept.runs()
                .atEpoch(name, recipe, seed, epoch, stop, List.of(clock.listener(Arm.weight(recipe), detail())), work)
                .orElseThrow(Stopped::new));
    }

    /**
     * Grows a tree of supernets to the end.
     *
     * @param recipe which has a split
     * @return its record; the family with all leaves is {@link #family}
     */
    public TreeRecord grow(String name, Recipe recipe) {
        Path run = kept.runs().run(name);
        if (kept.runs().isBegun(name)) {
            kept.runs().requireSame(name, recipe, seed);
        }
        if (!kept.runs().isDone(name)) {
            goOn();
            try (TreeTrainer trainer = kept.runs().isBegun(name)
                    ? TreeTrainer.resume(run, Optional.of(recipe.data().source()))
                    : TreeTrainer.start(recipe, run, seed)) {
                if (!trainer.run(stop, List.of(clock.listener(Arm.weight(recipe), detail())))) {
                    throw new Stopped();
                }
            }
        }
        TreeRecord tree = tree(name);
        note(document(name), () -> of(tree, recipe));
        return tree;
    }

    /** The part of a leaf's weights that one of its steps trains. */
    private double share(TreeRecord.Node leaf, Recipe recipe, Splits splits) {
        TrainSettings train = recipe.train();
        Batches batches = splits.train().batches(recipe.data().batchSize(), seed);
        Batches heldOut =
                train.sampler().heldOutPart() > 0 ? batches : null; // what it would learn from is not asked for
        try (Family family = Family.of(new Subspace(recipe.model(), leaf.options()), seed, recipe.sharing());
                Batch batch = batches.batch(0);
                Sampling sampling = train.sampler()
                        .start(new Sampling.Setup(
                                family,
                                train.loss(),
                                train.epochs(),
                                splits.train().size(),
                                heldOut,
                                1,
                                seed))) {
            return UpdateShare.of(family, sampling, 0, batch, new SplittableRandom(1));
        }
    }

    /** The record of a tree that was grown. */
    public TreeRecord tree(String name) {
        return TreeRecord.of(kept.runs().run(name))
                .orElseThrow(() -> new IllegalStateException("arm " + name + ", seed " + seed + " has no tree"));
    }

    private TrainingRecord of(TreeRecord tree, Recipe recipe) {
        Splits splits = recipe.data().open(seed);
        Recipe bound = recipe.on(recipe.data().input(splits), Kinds.builtIn());
        double seconds = 0;
        double passes = 0;
        for (TreeRecord.Node node : tree.nodes()) {
            seconds += node.training().seconds();
            passes += node.training().passes();
            for (TreeRecord.Probe probe : node.probes()) {
                seconds += probe.seconds();
                passes += probe.passes();
            }
        }
        double updates = tree.leaves().stream()
                .mapToDouble(leaf -> leaf.training().steps() * share(leaf, bound, splits))
                .average()
                .orElse(0);
        return new TrainingRecord(seconds, passes, updates, Map.of());
    }

    /** The file of a family that was trained under this name; it need not be there yet, as a teacher of a recipe need not. */
    public Path family(String name) {
        return kept.runs().family(name);
    }

    /** A file of this seed and budget for a listener's own records. */
    public Path file(String name) {
        return kept.file(name);
    }

    /** A document that is worked out once and then kept under its name; {@link Findings#kept} reads it again. */
    public <T> T once(String name, Class<T> type, Supplier<T> work) {
        return kept.once(name, type, work);
    }

    private void note(String document, Supplier<TrainingRecord> record) {
        TrainingRecord known = once(document, TrainingRecord.class, record);
        if (used.put(document, known) == null) {
            kept.write(usedName(), new Used(List.copyOf(used.keySet())));
        }
    }

    /** The training that has the arm's name, or else the first: what it trains alone afterwards, to judge what it chose, shares nothing. */
    private Optional<TrainingRecord> own() {
        return Optional.ofNullable(used.get(document(arm)))
                .or(() -> used.values().stream().findFirst());
    }

    private static String document(String training) {
        return "training-" + training;
    }

    ArmResult result(Map<String, Double> values) {
        return new ArmResult(
                arm,
                epochs,
                seed,
                used.values().stream().mapToDouble(TrainingRecord::seconds).sum(),
                used.values().stream().mapToDouble(TrainingRecord::passes).sum(),
                own().map(TrainingRecord::updates).orElse(0.0),
                values,
                own().map(TrainingRecord::curves).orElse(Map.of()));
    }

    /** A training that has ended. */
    public final class Trained {
        private final String name;
        private final Recipe recipe;

        private Trained(String name, Recipe recipe) {
            this.name = name;
            this.recipe = recipe;
        }

        /** The file of the trained family. */
        public Path family() {
            return Trial.this.family(name);
        }

        /** Works something out of it; the trainer is closed afterwards. */
        public <T> T measure(Function<Trainer, T> work) {
            try (Trainer trainer = kept.runs().open(name, recipe, seed)) {
                return work.apply(trainer);
            }
        }

        /** A document that is worked out of it {@linkplain Trial#once once}. */
        public <T> T once(String document, Class<T> type, Function<Trainer, T> work) {
            return Trial.this.once(document, type, () -> measure(work));
        }
    }
}
