package dev.weft.train;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.data.Splits;
import dev.weft.data.SplitsRecord;
import org.bytedeco.pytorch.global.torch;

/**
 * What {@code config.yaml} of a run holds: everything that decides its numbers.
 *
 * @param seed of weights, splits, order of examples, sampling and dropout
 * @param splitsSeed of the splits where that is another one, as in the supernets of a tree, which all hold out the same; otherwise
 *     absent
 * @param threads of libtorch; the same number gives the same sums
 * @param recipe with the model's input filled in
 * @param splits what the data was cut into, to be found again on resume
 */
public record RunSettings(
        int formatVersion,
        long seed,
        @JsonInclude(JsonInclude.Include.NON_NULL) Long splitsSeed,
        int threads,
        Recipe recipe,
        SplitsRecord splits) {
    static final int FORMAT_VERSION = 1;

    /**
     * The settings of a run that is about to begin.
     *
     * @param recipe its model may leave the input open; it is taken from the data
     * @param splitsSeed that {@code splits} were cut by
     */
    public static RunSettings of(Recipe recipe, Splits splits, long seed, long splitsSeed) {
        Integer asked = recipe.train().threads();
        return new RunSettings(
                FORMAT_VERSION,
                seed,
                splitsSeed == seed ? null : splitsSeed,
                asked == null ? torch.get_num_threads() : asked,
                recipe.on(DataSettings.input(splits)),
                splits.record());
    }

    /** The seed that cut the data. */
    long cut() {
        return splitsSeed == null ? seed : splitsSeed;
    }
}
