package dev.weft.trust;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What it costs to look only at the members with the highest scores. The best of them is found by one value of each member, and what it
 * is worth is said by another, which may be the same: see {@link CrossFit} for why it should not.
 */
final class TopByScore {
    private final int[] memberAt; // by place: members in the order of their scores, then of what chooses
    private final int[] groupFrom; // by place: the first place of those that tie in score
    private final double[] choosing; // by place
    private final double[] judging; // by place

    private TopByScore(List<Double> given, List<Double> choosing, List<Double> judging) {
        List<Double> scores = given.stream().map(score -> score + 0.0).toList(); // -0.0 is 0.0
        int n = scores.size();
        memberAt = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(scores::get).thenComparingDouble(choosing::get))
                .mapToInt(Integer::intValue)
                .toArray();
        this.choosing = Arrays.stream(memberAt).mapToDouble(choosing::get).toArray();
        this.judging = Arrays.stream(memberAt).mapToDouble(judging::get).toArray();
        groupFrom = new int[n];
        for (int place = 1; place < n; place++) {
            boolean ties = scores.get(memberAt[place]).doubleValue()
                    == scores.get(memberAt[place - 1]).doubleValue();
            groupFrom[place] = ties ? groupFrom[place - 1] : place;
        }
    }

    /** Members whose best are found and judged by the same truths. */
    static TopByScore of(List<Double> scores, List<Double> truths) {
        return new TopByScore(scores, truths, truths);
    }

    /**
     * @param scores one a member, all finite
     * @param choosing what says which member is the best of some
     * @param judging what it is worth
     */
    static TopByScore of(List<Double> scores, List<Double> choosing, List<Double> judging) {
        return new TopByScore(scores, choosing, judging);
    }

    /** The worth of a member that was found, and by which value it was. */
    private record Found(double by, double worth) {
        static final Found NONE = new Found(Double.NEGATIVE_INFINITY, Double.NaN);

        /** The better of two; of equal ones this one, whose score is higher. */
        Found or(Found other) {
            return other.by > by ? other : this;
        }
    }

    /** Does what {@link #regret(int, int[])} does, every member drawn once. */
    double regret(int k) {
        int[] once = new int[memberAt.length];
        Arrays.fill(once, 1);
        return regret(k, once);
    }

    /**
     * The worth of the best of all minus that of the best of the k members with the highest scores. Where members tie for the last
     * places, some are taken by chance: it is the mean over all ways to take them. A member that was drawn twice is there once.
     */
    double regret(int k, int[] drawn) {
        double best = bestOfAll(drawn);
        Found taken = Found.NONE;
        int left = k;
        int end = memberAt.length;
        while (left > 0 && end > 0) {
            int from = groupFrom[end - 1];
            int[] tied = places(from, end, drawn); // from the lowest of what chooses to the highest
            if (tied.length > left) {
                return best - expected(taken, tied, left);
            }
            taken = tied.length == 0 ? taken : taken.or(highest(tied, tied.length - 1));
            left -= tied.length;
            end = from;
        }
        return best - taken.worth();
    }

    private double bestOfAll(int[] drawn) {
        double by = Double.NEGATIVE_INFINITY;
        double sum = 0;
        int count = 0;
        for (int place = 0; place < memberAt.length; place++) {
            if (drawn[memberAt[place]] > 0 && choosing[place] >= by) {
                boolean same = choosing[place] == by;
                by = choosing[place];
                sum = (same ? sum : 0) + judging[place];
                count = (same ? count : 0) + 1;
            }
        }
        return sum / count;
    }

    private int[] places(int from, int to, int[] drawn) {
        return IntStream.range(from, to)
                .filter(place -> drawn[memberAt[place]] > 0)
                .toArray();
    }

    /** The worth of the best of {@code taken} and {@code count} of those that tie, fewer than all: the mean over all ways to draw them. */
    private double expected(Found taken, int[] tied, int count) {
        int t = tied.length;
        double mean = 0;
        double chance = (double) count / t; // that the j-th highest is the highest one drawn
        for (int j = 0; j < t && chance > 0; j++) {
            mean += chance * taken.or(highest(tied, t - 1 - j)).worth();
            chance *= (double) (t - j - count) / (t - j - 1);
        }
        return mean;
    }

    /** The member at {@code at} of places in the order of what chooses; those that it does not tell apart are worth their mean. */
    private Found highest(int[] ascending, int at) {
        double by = choosing[ascending[at]];
        int from = at;
        while (from > 0 && choosing[ascending[from - 1]] == by) {
            from--;
        }
        int to = at;
        while (to + 1 < ascending.length && choosing[ascending[to + 1]] == by) {
            to++;
        }
        double sum = 0;
        for (int i = from; i <= to; i++) {
            sum += judging[ascending[i]];
        }
        return new Found(by, sum / (to - from + 1));
    }
}
