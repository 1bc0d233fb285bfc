package dev.weft.weight.blend;

import dev.weft.io.InputException;
import dev.weft.space.Member;

/**
 * The name of a draw of mixing weights, as a blend has it in its context: {@code @blend=SEED}.
 *
 * @param seed of whatever is random; 0 for the mean
 * @param isMean whether it is the draw without randomness, {@code @blend=mean}
 */
public record BlendDraw(long seed, boolean isMean) {
    /** The context entry that makes a member a blend: a seed, or {@link #MEAN}. */
    public static final String SEED = "blend";
    /** The context entry of a blend that picks the drawn options and runs nothing else: see {@link BlendedWeights#drawn}. */
    static final String DRAWN = "drawn";
    /** The draw of the expected mixing weights, without randomness. */
    public static final String MEAN = "mean";

    /** Whether a member is a blend of the options that it picks. */
    static boolean isDrawn(Member member) {
        return member.context().containsKey(DRAWN);
    }

    /** The draw that a blend names. */
    public static BlendDraw of(Member member) {
        String seed = member.context().get(SEED);
        try {
            boolean mean = seed.equals(MEAN);
            return new BlendDraw(mean ? 0 : Long.parseLong(seed), mean);
        } catch (NumberFormatException e) {
            throw new InputException(
                    "A blend must have a seed or \"" + MEAN + "\" as @" + SEED + ", but got @" + SEED + "=" + seed
                            + ".",
                    e);
        }
    }
}
