package dev.weft.cli;

import dev.weft.data.ImageSplits;
import dev.weft.data.Splits;
import dev.weft.train.Recipe;

/**
 * The data of a recipe, opened for training.
 *
 * @param recipe fitted to the data, where it was written for other data
 * @param batchSize of the recipe as it was written
 */
record TrainingData(Recipe recipe, Splits splits, int batchSize) {
    /** @param other whether the data is not the recipe's own */
    static TrainingData open(Recipe recipe, boolean other, long seed) {
        Splits splits = recipe.data().open(seed);
        return new TrainingData(
                other ? recipe.fittedTo(splits) : recipe, splits, recipe.data().batchSize());
    }

    /** Says on standard error, before training starts, what will be trained on. */
    void say(GlobalOptions options) {
        say(splits, options);
        int fitted = recipe.data().batchSize();
        if (fitted < batchSize) {
            say(
                    "batches of " + fitted + " images, for an epoch to have four steps or more; the recipe's are of "
                            + batchSize,
                    options);
        }
    }

    /** How the data is shared out. */
    static void say(Splits splits, GlobalOptions options) {
        say(
                splits.source() + ": " + Text.count(splits.train().size())
                        + (splits instanceof ImageSplits ? " images" : " windows") + " to train, "
                        + Text.count(splits.selection().size()) + " to select, "
                        + Text.count(splits.report().size()) + " to report",
                options);
    }

    private static void say(String line, GlobalOptions options) {
        options.err().println("weft: " + line);
        options.err().flush();
    }
}
