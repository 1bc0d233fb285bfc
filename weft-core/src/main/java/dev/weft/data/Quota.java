package dev.weft.data;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Shares a number of draws out over classes. */
final class Quota {
    private Quota() {}

    /**
     * Largest remainder: every class gets its proportional share rounded down, and what is left goes to the largest remainders
     * (ties to the first class). The result sums to {@code draws}, at most the sum of {@code counts}; no class gives more than it has.
     */
    static int[] proportional(int[] counts, int draws) {
        long total = IntStream.of(counts).asLongStream().sum();
        if (draws < 0 || draws > total) {
            throw new IllegalArgumentException("cannot draw " + draws + " of " + total);
        }
        int[] quota = new int[counts.length];
        long[] remainder = new long[counts.length];
        int given = 0;
        for (int i = 0; i < counts.length; i++) {
            long share = (long) counts[i] * draws;
            quota[i] = total == 0 ? 0 : (int) (share / total);
            remainder[i] = total == 0 ? 0 : share % total;
            given += quota[i];
        }
        // A remainder above 0 means that the class has more examples than its share rounded down: one more is there to
        // draw.
        IntStream.range(0, counts.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingLong(i -> -remainder[i]))
                .limit(draws - given)
                .forEach(i -> quota[i]++);
        return quota;
    }

    /**
     * Does what {@link #proportional} does, but every class that has examples gives one at least and keeps {@code kept} at least: then the result may
     * sum to a few more or fewer than {@code draws}.
     *
     * @param counts each 0, or more than {@code kept}
     */
    static int[] fromEveryClass(int[] counts, int draws, int kept) {
        int[] quota = proportional(counts, draws);
        int over = 0;
        for (int i = 0; i < counts.length; i++) {
            int bounded = counts[i] == 0 ? 0 : Math.max(1, Math.min(quota[i], counts[i] - kept));
            over += bounded - quota[i];
            quota[i] = bounded;
        }
        while (over > 0) { // what small classes have got, the one that gives most need not give
            int most = 0;
            for (int i = 1; i < quota.length; i++) {
                most = quota[i] > quota[most] ? i : most;
            }
            if (quota[most] <= 1) {
                break;
            }
            quota[most]--;
            over--;
        }
        return quota;
    }
}
