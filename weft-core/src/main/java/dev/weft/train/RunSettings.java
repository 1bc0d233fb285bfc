package dev.weft.train;

import dev.weft.data.SplitsRecord;

/**
 * What {@code config.yaml} of a run holds: everything that decides its numbers.
 *
 * @param seed of weights, splits, order of examples, sampling and dropout
 * @param threads of libtorch; the same number gives the same sums
 * @param recipe with the model's input filled in
 * @param splits what the data was cut into, to be found again on resume
 */
public record RunSettings(int formatVersion, long seed, int threads, Recipe recipe, SplitsRecord splits) {
    static final int FORMAT_VERSION = 1;
}
