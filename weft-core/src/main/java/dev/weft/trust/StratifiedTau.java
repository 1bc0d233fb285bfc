package dev.weft.trust;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Kendall's τ-b among members of nearly equal parameters: members are put in order of their parameters and cut into groups of equally
 * many, and only pairs of one group are counted. More parameters are mostly better, so a high τ over all members may say no more than
 * that larger members are larger; this says what scores know beyond that.
 *
 * @param groups how many
 * @param spread by which part the largest member of a group has more parameters than the smallest; half of the groups have less
 * @param tau over the pairs of all groups together
 */
public record StratifiedTau(int groups, double spread, Estimate tau) {
    private static final int FEWEST_OF_GROUP = 5;
    private static final int MOST_GROUPS = 20;
    private static final int FEWEST = 2 * FEWEST_OF_GROUP;

    /** Empty where parameters are not known, are all equal or not positive, or members are fewer than ten. */
    static Optional<StratifiedTau> of(Ranking ranking, Bootstrap bootstrap) {
        int n = ranking.size();
        return ranking.baselines().stream()
                .filter(baseline -> baseline.name().equals(Baseline.PARAMS))
                .map(Baseline::values)
                .filter(params -> n >= FEWEST
                        && params.stream().distinct().count() > 1
                        && params.stream().allMatch(value -> value > 0))
                .findFirst()
                .map(params -> of(ranking, params, bootstrap));
    }

    private static StratifiedTau of(Ranking ranking, List<Double> params, Bootstrap bootstrap) {
        List<int[]> groups = groups(params);
        List<RankedPairs> pairs = groups.stream()
                .map(ranking::only)
                .map(group -> RankedPairs.of(group.scores(), group.truths()))
                .toList();
        Estimate tau = bootstrap
                .estimates(ranking.size(), List.of(drawn -> pooled(groups, pairs, drawn)))
                .get(0);
        return new StratifiedTau(groups.size(), spread(groups, params), RankQuality.ofFewInGroups(tau, groups));
    }

    private static List<int[]> groups(List<Double> params) {
        int n = params.size();
        int count = Math.min(n / FEWEST_OF_GROUP, MOST_GROUPS);
        int[] ordered = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparing(params::get))
                .mapToInt(Integer::intValue)
                .toArray();
        List<int[]> groups = new ArrayList<>();
        for (int g = 0; g < count; g++) {
            int from = (int) ((long) g * n / count);
            int to = (int) ((long) (g + 1) * n / count);
            groups.add(IntStream.range(from, to).map(at -> ordered[at]).toArray());
        }
        return groups;
    }

    private static double pooled(List<int[]> groups, List<RankedPairs> pairs, int[] drawn) {
        RankedPairs.Agreement sum = RankedPairs.Agreement.NONE;
        for (int g = 0; g < groups.size(); g++) {
            int[] members = groups.get(g);
            int[] here = new int[members.length];
            for (int i = 0; i < members.length; i++) {
                here[i] = drawn[members[i]];
            }
            sum = sum.plus(pairs.get(g).agreement(here));
        }
        return sum.tau();
    }

    /** The median over the groups, whose members are in order of their parameters. */
    private static double spread(List<int[]> groups, List<Double> params) {
        double[] spreads = groups.stream()
                .mapToDouble(group -> params.get(group[group.length - 1]) / params.get(group[0]) - 1)
                .sorted()
                .toArray();
        int middle = spreads.length / 2;
        return spreads.length % 2 == 1 ? spreads[middle] : (spreads[middle - 1] + spreads[middle]) / 2;
    }
}
