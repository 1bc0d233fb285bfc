package dev.weft.cli;

import dev.weft.data.PassedOver;
import dev.weft.data.Splits;
import dev.weft.io.WeftCommand;
import dev.weft.recipe.Recipe;
import java.nio.file.Path;
import java.util.List;

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
                    "batches of " + fitted + " " + splits.train().noun()
                            + ", for an epoch to have four steps or more; the recipe's are of " + batchSize,
                    options);
        }
    }

    /** What is not read, and how the rest is shared out. */
    static void say(Splits splits, GlobalOptions options) {
        passedOver(splits.source(), splits.passedOver(), options);
        say(
                splits.source() + ": " + Text.count(splits.train().size())
                        + " " + splits.train().noun() + " to train, "
                        + Text.count(splits.selection().size()) + " to select, "
                        + Text.count(splits.report().size()) + " to report",
                options);
    }

    /** Files that lie in the data and are not read, in one line; nothing where there are none. */
    static void passedOver(String source, List<PassedOver> passedOver, GlobalOptions options) {
        String summary = PassedOver.summary(passedOver);
        if (!summary.isEmpty()) {
            say(summary + " (" + WeftCommand.of("data").path(Path.of(source)) + " lists them)", options);
        }
    }

    private static void say(String line, GlobalOptions options) {
        options.err().println("weft: " + line);
        options.err().flush();
    }
}
