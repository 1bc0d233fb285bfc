package dev.weft.tree;

import dev.weft.data.Splits;
import dev.weft.io.Kinds;
import dev.weft.recipe.Recipe;
import dev.weft.train.StoredRun;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Begins and resumes the run that a recipe asks for: a tree of supernets where it has a split, otherwise one training. */
public final class TrainingRuns {
    private TrainingRuns() {}

    /**
     * Begins a run in a new or empty folder.
     *
     * @param splits as the recipe's data gives them for this seed
     * @param kinds that the recipe may name
     * @throws dev.weft.io.InputException when something does not fit: nothing is then written
     */
    public static TrainingRun start(Recipe recipe, Splits splits, Path folder, long seed, Kinds kinds) {
        return recipe.split() == null
                ? Trainer.start(recipe, splits, folder, seed, kinds)
                : TreeTrainer.start(recipe, splits, folder, seed, kinds);
    }

    /**
     * Opens a run that was stopped, or killed.
     *
     * @param data where its data lies now; empty for where it was
     * @throws dev.weft.io.InputException when the folder holds no run, is in use, or its data has changed
     */
    public static TrainingRun resume(Path folder, Optional<String> data, Kinds kinds) {
        boolean tree = Files.exists(folder.resolve("config.yaml"))
                && StoredRun.settings(folder, kinds).recipe().split() != null;
        return tree ? TreeTrainer.resume(folder, data, kinds) : Trainer.resume(folder, data, kinds);
    }
}
