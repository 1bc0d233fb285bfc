package dev.weft.trust;

import java.util.List;

/** How alike two lists of values order the same things. */
public final class RankCorrelation {
    private RankCorrelation() {}

    /**
     * Kendall's rank correlation with ties (τ-b): pairs that both order alike minus pairs that they order in opposite ways, over
     * {@code √(pairs that the first orders · pairs that the second orders)}. 1 is the same order, -1 the opposite one, 0 says nothing.
     * There are n(n - 1)/2 pairs of n values: with three values τ can only be ±1 or ±1/3, unless some tie. In O(n log n).
     *
     * @return NaN where one of them has no two different values
     */
    public static double kendall(List<Double> first, List<Double> second) {
        return RankedPairs.of(first, second).kendall();
    }

    /**
     * Spearman's rank correlation: Pearson's correlation of the ranks, where values that tie share the mean of theirs.
     *
     * @return NaN where one of them has no two different values
     */
    public static double spearman(List<Double> first, List<Double> second) {
        return RankedPairs.of(first, second).spearman();
    }
}
