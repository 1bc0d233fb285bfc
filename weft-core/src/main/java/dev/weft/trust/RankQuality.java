package dev.weft.trust;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How well scores rank members of which the truth is known; more is better in both. Intervals are of drawing other members of the same
 * kind: see {@link Bootstrap}. Those of fewer than ten members are widened to what the standard error of independent orders gives,
 * because a bootstrap of few members that agree is too narrow.
 *
 * @param members how many
 * @param tau Kendall's τ-b, NaN where all scores or all truths tie
 * @param spearman NaN likewise
 * @param regrets one for each {@code k} that is at most half of the members; among more there is little left to miss
 */
public record RankQuality(int members, Estimate tau, Estimate spearman, List<Regret> regrets) {
    private static final int FEW = 10;
    private static final double NORMAL_95 = 1.96;

    public RankQuality {
        regrets = List.copyOf(regrets);
    }

    /**
     * What picking by score costs.
     *
     * @param k how many of the best by score are looked at, and the truly best of them picked
     * @param loss the best truth of all minus that of the one that is picked; in the unit of the truth. Where the truth is a noisy
     *     training, the best of it is so in part by luck, which is charged to the scores: see {@link CrossFit}
     */
    public record Regret(int k, Estimate loss) {}

    /** The quality with regret of the top 1 and the top 5; see {@link #of(List, List, RankSettings)}. */
    public static RankQuality of(List<Double> scores, List<Double> truths, long seed) {
        return of(scores, truths, RankSettings.of(seed));
    }

    /**
     * @param scores one a member
     * @param truths of the same members, in the same order
     * @throws IllegalArgumentException when the lists are not equally long, have fewer than two values, or one that is not finite
     */
    public static RankQuality of(List<Double> scores, List<Double> truths, RankSettings settings) {
        RankedPairs pairs = RankedPairs.of(scores, truths);
        List<Integer> tops = tops(scores.size(), settings);
        List<ToDoubleFunction<int[]>> statistics = new ArrayList<>(List.of(pairs::kendall, pairs::spearman));
        TopByScore top = TopByScore.of(scores, truths);
        tops.forEach(k -> statistics.add(drawn -> top.regret(k, drawn)));
        List<Estimate> found = settings.bootstrap().estimates(scores.size(), statistics);
        List<Regret> regrets = new ArrayList<>();
        for (int i = 0; i < tops.size(); i++) {
            regrets.add(new Regret(tops.get(i), found.get(2 + i).containing()));
        }
        int n = scores.size();
        return new RankQuality(n, ofFew(found.get(0), n), spearmanOfFew(found.get(1), n), regrets);
    }

    /** The values of k for which regret says something. */
    static List<Integer> tops(int members, RankSettings settings) {
        return settings.topK().stream().filter(k -> 2 * k <= members).toList();
    }

    /** The quality where there are so few members that there is nothing to compute. */
    static RankQuality undefined(int members) {
        return new RankQuality(members, Estimate.none(), Estimate.none(), List.of());
    }

    /** τ of few members: its standard error under independence is √(2(2n + 5) / 9n(n - 1)), Kendall 1938. */
    static Estimate ofFew(Estimate tau, int members) {
        return members >= FEW ? tau : tau.noNarrowerThan(NORMAL_95 * independent(members), 1);
    }

    /** The difference of two such τ. */
    static Estimate differenceOfFew(Estimate difference, int members) {
        return members >= FEW ? difference : difference.noNarrowerThan(NORMAL_95 * independent(members), 2);
    }

    /** τ over the pairs of groups with few members each: as {@link #ofFew}, from the variances of all groups together. */
    static Estimate ofFewInGroups(Estimate tau, List<int[]> groups) {
        int smallest = groups.stream().mapToInt(group -> group.length).min().orElseThrow();
        if (smallest >= FEW) {
            return tau;
        }
        double variance = 0;
        double pairs = 0;
        for (int[] group : groups) {
            double n = group.length;
            double own = n * (n - 1) / 2;
            variance += own * own * independent(n) * independent(n);
            pairs += own;
        }
        return tau.noNarrowerThan(NORMAL_95 * Math.sqrt(variance) / pairs, 1);
    }

    private static double independent(double n) {
        return Math.sqrt(2 * (2 * n + 5) / (9 * n * (n - 1)));
    }

    static Estimate spearmanOfFew(Estimate spearman, int members) {
        return members >= FEW ? spearman : spearman.noNarrowerThan(NORMAL_95 / Math.sqrt(members - 1.0), 1);
    }
}
