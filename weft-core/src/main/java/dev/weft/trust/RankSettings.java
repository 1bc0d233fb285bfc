package dev.weft.trust;

import dev.weft.io.InputException;
import java.util.List;

/**
 * What is computed of a ranking.
 *
 * @param topK how many of the best by score are looked at, each for a regret of its own
 * @param bootstrap for the intervals
 */
public record RankSettings(List<Integer> topK, Bootstrap bootstrap) {
    public RankSettings {
        topK = List.copyOf(topK);
        if (topK.isEmpty() || topK.stream().anyMatch(k -> k < 1)) {
            throw new InputException("Regret must be of the top 1 or more, but got top " + topK + ".");
        }
    }

    /** Regret of the top 1 and the top 5. */
    public static RankSettings of(long seed) {
        return new RankSettings(List.of(1, 5), Bootstrap.of(seed));
    }
}
