package dev.weft.train;

import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.io.Yaml;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.RunSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Trainings that are done once and kept, each as a run in a folder of its own name: for whoever needs many of them, such as members
 * trained alone, or the arms of an experiment. One that is finished is never repeated, and one that was stopped or killed goes on from
 * its last checkpoint with the same numbers, so all of them can be ended at any moment and asked for again.
 *
 * <pre>{@code
 * KeptTrainings kept = new KeptTrainings(folder);
 * for (int i = 0; i < members.size(); i++) {
 *     if (!kept.train("anchor-" + i, recipe(i), seed, stop, listeners)) {
 *         return; // stopped: the same call goes on
 *     }
 * }
 * }</pre>
 *
 * @param folder that holds the folders of the runs; it need not be there yet
 * @param kinds that their recipes may name
 */
public record KeptTrainings(Path folder, Kinds kinds) {
    /** Trainings whose recipes name Weft's kinds only. */
    public KeptTrainings(Path folder) {
        this(folder, Kinds.builtIn());
    }

    /** The folder of a run, whether or not it was begun. */
    public Path run(String name) {
        return folder.resolve(name);
    }

    /** The file of the trained family, once {@link #isDone}. */
    public Path family(String name) {
        return run(name).resolve("family.safetensors").toAbsolutePath();
    }

    /** Whether the training has come to its end. */
    public boolean isDone(String name) {
        return Files.exists(family(name));
    }

    /** Whether the training was begun. */
    public boolean isBegun(String name) {
        return Files.exists(run(name).resolve("config.yaml"));
    }

    /**
     * Trains to the end, unless that was done before.
     *
     * @param stop asked between steps
     * @return whether it is done; {@code false} when it was stopped
     * @throws InputException as {@link #requireSame}
     * @throws dev.weft.io.CheckFailedException when it comes to numbers that are not finite
     */
    public boolean train(
            String name, Recipe recipe, long seed, BooleanSupplier stop, List<TrainingListener> listeners) {
        if (isDone(name)) {
            requireSame(name, recipe, seed);
            return true;
        }
        if (stop.getAsBoolean()) {
            return false;
        }
        try (Trainer trainer = open(name, recipe, seed)) {
            return trainer.run(stop, listeners);
        }
    }

    /**
     * Trains up to the end of an epoch, and works something out there.
     *
     * @param epoch at most the recipe's last
     * @return empty when it was stopped before
     * @throws InputException when it is past that epoch, or as {@link #requireSame}
     */
    public <T> Optional<T> atEpoch(
            String name,
            Recipe recipe,
            long seed,
            int epoch,
            BooleanSupplier stop,
            List<TrainingListener> listeners,
            Function<Trainer, T> work) {
        if (stop.getAsBoolean()) {
            return Optional.empty();
        }
        try (Trainer trainer = open(name, recipe, seed)) {
            long step = trainer.steps() / recipe.train().epochs() * epoch;
            if (trainer.stepsDone() > step) {
                throw new InputException(run(name) + " must not be past epoch " + epoch
                        + ", at whose end something is still to be worked out, but is at step " + trainer.stepsDone()
                        + " where that epoch ends with " + step + ". Delete that folder, and it is trained again.");
            }
            return trainer.runTo(step, stop, listeners) ? Optional.of(work.apply(trainer)) : Optional.empty();
        }
    }

    /**
     * The training where it stands, begun where it was not; the caller closes it. Its data is looked for where the recipe says.
     *
     * @throws InputException as {@link #requireSame}
     */
    public Trainer open(String name, Recipe recipe, long seed) {
        if (!isBegun(name)) {
            return Trainer.start(recipe, run(name), seed, kinds);
        }
        requireSame(name, recipe, seed);
        return Trainer.resume(run(name), Optional.of(recipe.data().source()), kinds);
    }

    /**
     * Holds that a training that was begun is the one that is asked for: weights of another recipe under its name would be taken for its own.
     *
     * @param recipe whose data may lie elsewhere than before
     * @throws InputException when it was begun with another recipe or seed
     */
    public void requireSame(String name, Recipe recipe, long seed) {
        RunSettings begun = StoredRun.settings(run(name), kinds);
        Recipe asked = recipe.with(
                        recipe.data().withSource(begun.recipe().data().source()), recipe.train())
                .on(begun.recipe().model().input(), kinds);
        if (begun.seed() != seed || !Yaml.write(asked).equals(Yaml.write(begun.recipe()))) {
            throw new InputException(run(name) + " must hold a training "
                    + (begun.seed() == seed
                            ? "with the settings that are asked for now, but its config.yaml has others."
                            : "with seed " + seed + ", but it was begun with seed " + begun.seed() + ".")
                    + " Give another folder, or delete that one, and it is trained again.");
        }
    }
}
