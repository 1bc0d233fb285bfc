package dev.weft.trust;

import dev.weft.io.InputException;
import java.util.List;

/**
 * What is computed of a ranking.
 *
 * @param topK how many of the best by score are looked at, each for a regret of its own
 * @param bootstrap for the intervals
 * @param margin the difference of two τ that counts as none: only where the whole interval of the difference lies within it, scores
 *     are said to rank as well as training does
 */
public record RankSettings(List<Integer> topK, Bootstrap bootstrap, double margin) {
    /** Five of a hundred pairs. */
    private static final double MARGIN = 0.1;

    public RankSettings {
        topK = List.copyOf(topK);
        if (topK.isEmpty() || topK.stream().anyMatch(k -> k < 1)) {
            throw new InputException("Regret must be of the top 1 or more, but got top " + topK + ".");
        }
        if (!(margin > 0 && margin < 1)) {
            throw new InputException("The margin of equivalence must be over 0 and under 1, but got " + margin + ".");
        }
    }

    /** Differences of τ up to 0.1 count as none. */
    public RankSettings(List<Integer> topK, Bootstrap bootstrap) {
        this(topK, bootstrap, MARGIN);
    }

    /** Regret of the top 1 and the top 5. */
    public static RankSettings of(long seed) {
        return new RankSettings(List.of(1, 5), Bootstrap.of(seed));
    }
}
