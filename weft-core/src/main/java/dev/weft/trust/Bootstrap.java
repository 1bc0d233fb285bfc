package dev.weft.trust;

import dev.weft.io.InputException;
import dev.weft.seed.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Intervals by drawing members again: as many as there are, with replacement, and looking how far the number moves. The interval holds
 * the middle part of all resamples (Efron's percentile method). Resamples come from the seed and their own number, so the same seed
 * gives the same interval on any number of threads, and two statistics of the same members see the same resamples.
 *
 * @param resamples how often members are drawn again
 * @param confidence over 0 and under 1
 * @param seed of the draws
 */
public record Bootstrap(int resamples, double confidence, long seed) {
    /** Fewer members have no interval: even a perfect order of four happens by chance once in 24 times. */
    static final int FEWEST = 5;

    public Bootstrap {
        if (resamples < 100 || !(confidence > 0 && confidence < 1)) {
            throw new InputException(
                    "A bootstrap must have resamples >= 100 and confidence over 0 and under 1, but got resamples="
                            + resamples + ", confidence=" + confidence + ".");
        }
    }

    /** A thousand resamples, 95 percent. */
    public static Bootstrap of(long seed) {
        return new Bootstrap(1000, 0.95, seed);
    }

    /** This one with fewer or more resamples. */
    Bootstrap withResamples(int count) {
        return new Bootstrap(count, confidence, seed);
    }

    /**
     * Statistics with their intervals, all over the same resamples.
     *
     * @param members how many there are to draw from
     * @param statistics of how often each member was drawn; called from several threads
     * @return an estimate each; without an interval for fewer than {@value #FEWEST} members, and where the statistic is undefined in
     *     more than half of the resamples
     */
    List<Estimate> estimates(int members, List<ToDoubleFunction<int[]>> statistics) {
        int[] once = new int[members];
        Arrays.fill(once, 1);
        if (members < FEWEST) {
            return statistics.stream()
                    .map(s -> Estimate.alone(s.applyAsDouble(once)))
                    .toList();
        }
        double[][] found = IntStream.range(0, resamples)
                .parallel()
                .mapToObj(i -> {
                    int[] drawn = drawn(members, i);
                    return statistics.stream()
                            .mapToDouble(s -> s.applyAsDouble(drawn))
                            .toArray();
                })
                .toArray(double[][]::new);
        return IntStream.range(0, statistics.size())
                .mapToObj(s -> estimate(
                        statistics.get(s).applyAsDouble(once),
                        Arrays.stream(found)
                                .mapToDouble(f -> f[s])
                                .filter(v -> !Double.isNaN(v))
                                .sorted()
                                .toArray()))
                .toList();
    }

    private int[] drawn(int members, int resample) {
        SplittableRandom random = RandomStream.BOOTSTRAP.random(seed, resample);
        int[] drawn = new int[members];
        for (int i = 0; i < members; i++) {
            drawn[random.nextInt(members)]++;
        }
        return drawn;
    }

    private Estimate estimate(double value, double[] sorted) {
        if (Double.isNaN(value) || 2 * sorted.length < resamples) {
            return Estimate.alone(value);
        }
        double tail = (1 - confidence) / 2;
        return new Estimate(value, quantile(sorted, tail), quantile(sorted, 1 - tail));
    }

    private static double quantile(double[] sorted, double part) {
        double at = part * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
