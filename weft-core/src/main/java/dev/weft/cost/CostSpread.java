package dev.weft.cost;

import dev.weft.seed.RandomStream;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * How costs are spread when every decision is drawn uniformly: why single-path training seldom sees the cheapest and the dearest
 * members. Additive costs have an Irwin-Hall distribution of as many terms as there are decisions, close to normal; that of products, as
 * the multiply-adds of a network are, leans to the low side.
 */
public final class CostSpread {
    private CostSpread() {}

    /**
     * The part of uniform draws that falls into each level: exactly, where there are no constraints and at most {@code limit}
     * combinations of options, otherwise of {@code limit} draws. Costs outside count in the nearest level.
     */
    public static List<Double> shares(
            Space space, CostLevels levels, ToDoubleFunction<Member> cost, int limit, long seed) {
        BigInteger combinations = space.choices().stream()
                .map(choice -> BigInteger.valueOf(choice.options().size()))
                .reduce(BigInteger.ONE, BigInteger::multiply);
        double[] counts = new double[levels.count()];
        if (space.constraints().isEmpty() && combinations.compareTo(BigInteger.valueOf(limit)) <= 0) {
            count(space, new ArrayList<>(), levels, cost, counts);
        } else {
            SplittableRandom random = RandomStream.COSTS.random(seed);
            for (int i = 0; i < limit; i++) {
                counts[levels.of(cost.applyAsDouble(space.sample(random)))]++;
            }
        }
        double all = Arrays.stream(counts).sum();
        return Arrays.stream(counts).mapToObj(count -> count / all).toList();
    }

    /** Every combination once, also those that only differ in decisions that mean nothing: a draw is of these. */
    private static void count(
            Space space, List<Integer> picked, CostLevels levels, ToDoubleFunction<Member> cost, double[] counts) {
        if (picked.size() == space.choices().size()) {
            counts[levels.of(cost.applyAsDouble(space.decode(picked)))]++;
            return;
        }
        Choice<?> choice = space.choices().get(picked.size());
        for (int i = 0; i < choice.options().size(); i++) {
            picked.add(i);
            count(space, picked, levels, cost, counts);
            picked.remove(picked.size() - 1);
        }
    }

    /**
     * The exact probability of every total of additive costs, by convolution.
     *
     * @param costs of each decision, one an option, each as likely as the others
     * @return probabilities by total
     */
    public static SortedMap<Double, Double> additive(List<List<Double>> costs) {
        TreeMap<Double, Double> sums = new TreeMap<>();
        sums.put(0.0, 1.0);
        for (List<Double> options : costs) {
            TreeMap<Double, Double> next = new TreeMap<>();
            sums.forEach((sum, probability) ->
                    options.forEach(option -> next.merge(sum + option, probability / options.size(), Double::sum)));
            sums = next;
        }
        return sums;
    }
}
