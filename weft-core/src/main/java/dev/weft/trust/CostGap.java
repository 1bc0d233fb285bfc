package dev.weft.trust;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How much better members are alone than with inherited weights, and whether that depends on their cost: a gap that differs between
 * small and large members bends a ranking.
 *
 * @param mean of truth minus score over the members, in the unit of both
 * @param costCorrelation Spearman's, between gap and cost; NaN where all costs or all gaps tie
 * @param levels members in equal parts by cost, from the cheapest
 */
public record CostGap(Estimate mean, Estimate costCorrelation, List<Level> levels) {
    private static final int LEVELS = 3;

    /**
     * @param lowestCost of these members
     * @param highestCost of these members
     * @param members how many
     * @param mean of their gaps
     */
    public record Level(double lowestCost, double highestCost, int members, double mean) {}

    public CostGap {
        levels = List.copyOf(levels);
    }

    /**
     * @param ranking whose scores and truths have one unit
     * @param costs of its members
     */
    static CostGap of(Ranking ranking, List<Double> costs, Bootstrap bootstrap) {
        List<Double> truths = ranking.truths();
        List<Double> gaps = IntStream.range(0, ranking.size())
                .mapToObj(i -> truths.get(i) - ranking.scores().get(i))
                .toList();
        RankedPairs pairs = RankedPairs.of(costs, gaps);
        List<Estimate> found = bootstrap.estimates(
                ranking.size(), List.of(drawn -> mean(gaps, drawn), drawn -> pairs.spearman(drawn)));
        return new CostGap(found.get(0), RankQuality.spearmanOfFew(found.get(1), ranking.size()), levels(gaps, costs));
    }

    private static double mean(List<Double> gaps, int[] drawn) {
        double sum = 0;
        long count = 0;
        for (int i = 0; i < drawn.length; i++) {
            sum += drawn[i] * gaps.get(i);
            count += drawn[i];
        }
        return sum / count;
    }

    private static List<Level> levels(List<Double> gaps, List<Double> costs) {
        List<Integer> byCost = IntStream.range(0, costs.size())
                .boxed()
                .sorted(Comparator.comparing(costs::get))
                .toList();
        List<Level> levels = new ArrayList<>();
        for (int level = 0; level < LEVELS; level++) {
            List<Integer> part = byCost.subList(level * byCost.size() / LEVELS, (level + 1) * byCost.size() / LEVELS);
            levels.add(new Level(
                    costs.get(part.get(0)),
                    costs.get(part.get(part.size() - 1)),
                    part.size(),
                    part.stream().mapToDouble(gaps::get).average().orElseThrow()));
        }
        return levels;
    }
}
