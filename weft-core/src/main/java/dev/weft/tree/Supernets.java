package dev.weft.tree;

import dev.weft.architecture.ArchitectureSettings;
import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import dev.weft.io.Kinds;
import dev.weft.model.Subspace;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.RunSettings;
import dev.weft.recipe.SplitSettings;
import dev.weft.recipe.TrainSettings;
import dev.weft.run.Checkpoint;
import dev.weft.run.RunFolder;
import dev.weft.seed.RandomStream;
import dev.weft.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The supernets of a tree as trainings: each is a run of its own, {@code nodes/NAME}, over the {@link Subspace} of its members, which
 * begins with what the recipe's split says.
 */
final class Supernets {
    private final Path run;
    private final RunSettings settings;
    private final SplitSettings split;
    private final long stepsPerEpoch;
    private final int epochs;
    private final Kinds kinds;

    /**
     * @param run of the tree
     * @param epochs of the whole tree
     */
    Supernets(Path run, RunSettings settings, long stepsPerEpoch, int epochs, Kinds kinds) {
        this.run = run;
        this.settings = settings;
        this.split = settings.recipe().split();
        this.stepsPerEpoch = stepsPerEpoch;
        this.epochs = epochs;
        this.kinds = kinds;
    }

    /** The run of a supernet. */
    Path folder(String name) {
        return run.resolve("nodes").resolve(name);
    }

    /** A supernet in training, where it was, or begun; the caller closes it. */
    Trainer open(TreeRecord.Node node, int level) {
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
        TrainSettings train = recipe.train().withEpochs(split.scheduled(level, epochs));
        ArchitectureSettings architecture = train.architecture();
        if (architecture != null) {
            train = train.with(architecture.withWarmup(Math.max(0, architecture.warmupEpochs() - since)));
        }
        return recipe.of(
                new Subspace(recipe.model(), node.options()), recipe.data().withSplitsOf(settings.seed()), train);
    }

    /** The seed of one supernet, or of a probe. */
    long seed(String name) {
        return RandomStream.SUPERNET.bits(settings.seed(), name);
    }

    /** How many steps a run of a supernet of this level has behind it when it begins. */
    long firstStep(int level) {
        return (split.begin(level) - split.since(level)) * stepsPerEpoch;
    }

    /** How many it has when it ends. */
    long lastStep(int level) {
        return (split.end(level, epochs) - split.since(level)) * stepsPerEpoch;
    }
}
