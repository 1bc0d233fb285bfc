package dev.weft.train;

import dev.weft.data.Batches;
import dev.weft.data.Dataset;
import dev.weft.recipe.Recipe;
import dev.weft.seed.RandomStream;

/**
 * The training split, shared out between those who learn from it.
 *
 * @param weights what the weights train on
 * @param heldOut batches that the weights never see, for an architecture or a sampler; {@code null} where neither needs any
 */
record TrainingParts(Dataset weights, Batches heldOut) {
    /** @param train the training split of the recipe's data */
    static TrainingParts of(Recipe recipe, Dataset train, long seed) {
        double part = recipe.train().heldOutPart();
        if (part == 0) {
            return new TrainingParts(train, null);
        }
        Dataset.Halves halves = train.halves(
                part, RandomStream.HELD_OUT_SPLIT.bits(recipe.data().splitSeed(seed)));
        return new TrainingParts(
                halves.first(), recipe.data().batches(halves.second(), RandomStream.HELD_OUT_ORDER.bits(seed)));
    }
}
