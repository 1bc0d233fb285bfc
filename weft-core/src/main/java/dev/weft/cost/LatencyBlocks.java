package dev.weft.cost;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What blocks of timed runs say of a latency, each block divided by how much slower the machine was while it ran. The median of the
 * blocks' medians is the latency; its 95 % interval comes from their order alone, which needs no shape of the noise: of n blocks each
 * is below the true median with probability 1/2, so that the k-th and the (n+1-k)-th enclose it but for
 * {@code 2 P(Binomial(n, 1/2) < k)}.
 *
 * @param p50Millis the median
 * @param halfWidthMillis half the width of its interval
 * @param p99Millis what 99 of 100 runs kept to, in the quieter half of the blocks
 * @param runs in all blocks
 */
record LatencyBlocks(double p50Millis, double halfWidthMillis, double p99Millis, int runs) {
    private static final double TAIL = 0.025;

    /**
     * @param blocks nanoseconds of each run of a block, sorted; one block or more
     * @param slowdown of the machine during each block: 1 where it was as at first, 2 where everything took twice as long
     * @param loads how often the model was loaded anew, after as many blocks each time: what differs between loads is noise too
     */
    static LatencyBlocks of(List<long[]> blocks, double[] slowdown, int loads) {
        double[] medians = new double[blocks.size()];
        for (int i = 0; i < medians.length; i++) {
            medians[i] = Latency.percentile(blocks.get(i), 50) / slowdown[i] / 1e6;
        }
        double[] sorted = medians.clone();
        Arrays.sort(sorted);
        int cut = cut(sorted.length);
        double halfWidth = Math.max((sorted[sorted.length - cut] - sorted[cut - 1]) / 2, spread(medians, loads));
        return new LatencyBlocks(
                median(sorted),
                halfWidth,
                tail(blocks, slowdown),
                blocks.stream().mapToInt(block -> block.length).sum());
    }

    /**
     * The distance from the least to the greatest of the loads' medians: the whole range, as from three loads little is known of how much others
     * would differ.
     */
    private static double spread(double[] medians, int loads) {
        int each = medians.length / loads;
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        for (int load = 0; load < loads; load++) {
            double[] own = Arrays.copyOfRange(medians, load * each, (load + 1) * each);
            Arrays.sort(own);
            least = Math.min(least, median(own));
            most = Math.max(most, median(own));
        }
        return most - least;
    }

    static double median(double[] sorted) {
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** The largest k of which the interval keeps 95 %; 1, the whole range, where there are too few blocks for that. */
    static int cut(int n) {
        double probability = Math.pow(0.5, n); // of Binomial(n, 1/2) = k - 1
        double below = probability;
        int k = 1;
        while (true) {
            probability *= (double) (n - k + 1) / k;
            if (below + probability > TAIL || k >= n / 2) {
                return k;
            }
            below += probability;
            k++;
        }
    }

    private static double tail(List<long[]> blocks, double[] slowdown) {
        List<Integer> quietest = new ArrayList<>();
        for (int i = 0; i < blocks.size(); i++) {
            quietest.add(i);
        }
        quietest.sort((a, b) -> Double.compare(slowdown[a], slowdown[b]));
        double[] runs = quietest.subList(0, (blocks.size() + 1) / 2).stream()
                .flatMapToDouble(i -> Arrays.stream(blocks.get(i)).mapToDouble(nanos -> nanos / slowdown[i] / 1e6))
                .sorted()
                .toArray();
        return runs[Math.max(0, (int) Math.ceil(runs.length * 0.99) - 1)];
    }
}
