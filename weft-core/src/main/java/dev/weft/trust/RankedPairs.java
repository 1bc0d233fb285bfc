package dev.weft.trust;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Scores and truths of the same members, sorted once, so that statistics of many resamples cost no more sorting. A resample is how
 * often each member was drawn; a member that was drawn twice ties with itself in both, so τ does not hear of it.
 */
final class RankedPairs {
    private final int[] memberAt; // by place: members in the order of their scores, then of their truths
    private final int[] scoreEnds; // by place: the first place behind those that tie in score
    private final int[] truthRanks; // by place: 0 is the lowest truth, the same for those that tie
    private final int ranks;

    private RankedPairs(double[] scores, double[] byMember) {
        int n = scores.length;
        memberAt = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(m -> scores[m]).thenComparingDouble(m -> byMember[m]))
                .mapToInt(Integer::intValue)
                .toArray();
        scoreEnds = new int[n];
        for (int place = n - 1; place >= 0; place--) {
            boolean ties = place + 1 < n && scores[memberAt[place]] == scores[memberAt[place + 1]];
            scoreEnds[place] = ties ? scoreEnds[place + 1] : place + 1;
        }
        double[] distinct = Arrays.stream(byMember).sorted().distinct().toArray();
        ranks = distinct.length;
        truthRanks = Arrays.stream(memberAt)
                .map(m -> Arrays.binarySearch(distinct, byMember[m]))
                .toArray();
    }

    /** @throws IllegalArgumentException when the lists are not equally long, have fewer than two values or one that is not finite */
    static RankedPairs of(List<Double> scores, List<Double> truths) {
        if (scores.size() != truths.size() || scores.size() < 2) {
            throw new IllegalArgumentException("rank correlation needs two or more pairs, but got " + scores.size()
                    + " and " + truths.size() + " values");
        }
        return new RankedPairs(finite(scores), finite(truths));
    }

    private static double[] finite(List<Double> values) {
        return values.stream()
                .mapToDouble(value -> {
                    if (!Double.isFinite(value)) {
                        throw new IllegalArgumentException("ranked values must be finite, but one is " + value);
                    }
                    return value + 0.0; // -0.0 is 0.0
                })
                .toArray();
    }

    private int[] once() {
        int[] drawn = new int[memberAt.length];
        Arrays.fill(drawn, 1);
        return drawn;
    }

    double kendall() {
        return kendall(once());
    }

    double spearman() {
        return spearman(once());
    }

    /**
     * What τ-b is made of, over some pairs.
     *
     * @param balance pairs that both order alike minus pairs that they order in opposite ways
     * @param byScore pairs that the score orders
     * @param byTruth pairs that the truth orders
     */
    record Agreement(long balance, long byScore, long byTruth) {
        static final Agreement NONE = new Agreement(0, 0, 0);

        Agreement plus(Agreement other) {
            return new Agreement(balance + other.balance, byScore + other.byScore, byTruth + other.byTruth);
        }

        /** NaN where one of them orders no pair. */
        double tau() {
            double either = Math.sqrt((double) byScore * byTruth);
            return either == 0 ? Double.NaN : balance / either;
        }
    }

    double kendall(int[] drawn) {
        return agreement(drawn).tau();
    }

    /** Knight's way: pairs in opposite order are counted by a tree over the ranks of the truth, members coming by score. */
    Agreement agreement(int[] drawn) {
        long[] tree = new long[ranks + 1];
        long members = 0;
        long tiedByScore = 0;
        long tiedByBoth = 0;
        long opposite = 0;
        for (int from = 0; from < memberAt.length; from = scoreEnds[from]) {
            int to = scoreEnds[from];
            long group = 0;
            long both = 0;
            for (int place = from; place < to; place++) {
                int weight = drawn[memberAt[place]];
                if (weight > 0) {
                    opposite += weight * (members - upTo(tree, truthRanks[place]));
                }
                both = (place > from && truthRanks[place] == truthRanks[place - 1] ? both : 0) + weight;
                boolean ends = place + 1 == to || truthRanks[place + 1] != truthRanks[place];
                tiedByBoth += ends ? pairs(both) : 0;
                group += weight;
            }
            for (int place = from; place < to; place++) {
                add(tree, truthRanks[place], drawn[memberAt[place]]);
            }
            tiedByScore += pairs(group);
            members += group;
        }
        long tiedByTruth = 0;
        for (long weight : weightsByRank(drawn)) {
            tiedByTruth += pairs(weight);
        }
        long all = pairs(members);
        long ordered = all - tiedByScore - tiedByTruth + tiedByBoth;
        return new Agreement(ordered - 2 * opposite, all - tiedByScore, all - tiedByTruth);
    }

    double spearman(int[] drawn) {
        double[] truthMid = mids(weightsByRank(drawn));
        long members = 0;
        for (int weight : drawn) {
            members += weight;
        }
        double middle = (members + 1) / 2.0;
        double before = 0;
        double scoreSquares = 0;
        double truthSquares = 0;
        double products = 0;
        for (int from = 0; from < memberAt.length; from = scoreEnds[from]) {
            double group = 0;
            for (int place = from; place < scoreEnds[from]; place++) {
                group += drawn[memberAt[place]];
            }
            double score = before + (group + 1) / 2 - middle;
            for (int place = from; place < scoreEnds[from]; place++) {
                int weight = drawn[memberAt[place]];
                double truth = truthMid[truthRanks[place]] - middle;
                scoreSquares += weight * score * score;
                truthSquares += weight * truth * truth;
                products += weight * score * truth;
            }
            before += group;
        }
        double either = Math.sqrt(scoreSquares * truthSquares);
        return either == 0 ? Double.NaN : Math.max(-1, Math.min(1, products / either));
    }

    private long[] weightsByRank(int[] drawn) {
        long[] weights = new long[ranks];
        for (int place = 0; place < truthRanks.length; place++) {
            weights[truthRanks[place]] += drawn[memberAt[place]];
        }
        return weights;
    }

    /** The mean rank, counted from 1, of those that tie. */
    private static double[] mids(long[] weights) {
        double[] mids = new double[weights.length];
        long before = 0;
        for (int i = 0; i < weights.length; i++) {
            mids[i] = before + (weights[i] + 1) / 2.0;
            before += weights[i];
        }
        return mids;
    }

    private static long pairs(long count) {
        return count * (count - 1) / 2;
    }

    private static void add(long[] tree, int rank, long weight) {
        for (int i = rank + 1; i < tree.length; i += i & -i) {
            tree[i] += weight;
        }
    }

    private static long upTo(long[] tree, int rank) {
        long sum = 0;
        for (int i = rank + 1; i > 0; i -= i & -i) {
            sum += tree[i];
        }
        return sum;
    }
}
