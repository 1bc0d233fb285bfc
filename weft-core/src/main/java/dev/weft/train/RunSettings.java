package dev.weft.train;

import dev.weft.data.Splits;
import dev.weft.data.SplitsRecord;
import dev.weft.ops.Libtorch;
import org.bytedeco.pytorch.global.torch;

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

    /**
     * The settings of a run that is about to begin.
     *
     * @param recipe its model may leave the input open; it is taken from the data
     */
    public static RunSettings of(Recipe recipe, Splits splits, long seed) {
        Libtorch.load(); // what cannot train here is refused before anything is written
        Integer asked = recipe.train().threads();
        return new RunSettings(
                FORMAT_VERSION,
                seed,
                asked == null ? torch.get_num_threads() : asked,
                recipe.on(DataSettings.input(splits)),
                splits.record());
    }
}
