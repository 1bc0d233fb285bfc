package dev.weft.trust;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * How well two trainings of the same members rank each other. No score can be shown to rank better than that, and where two trainings
 * do not agree there is no ranking to be claimed: the members differ by less than the noise of training.
 *
 * <p>Scores are compared with single trainings here, not with their mean, which is less noisy: only then is a second training the
 * measure.
 *
 * <p>Among the best, each pair of trainings is compared on members that the mean of the <em>other</em> trainings has cut. Members that
 * two trainings have cut themselves have a high sum of both: where one noise is low, the other had to be high, which makes τ between
 * the two too low, often half of what it is. So a floor among the best takes three trainings.
 *
 * @param tau the mean of τ over the pairs of trainings
 * @param scoreTau the mean of τ between the scores and each training of the pairs, on the same members
 * @param difference {@code scoreTau - tau}, over the same resamples
 * @param standardDeviation of one training around its member's mean, pooled over the members; in the unit of the truth
 */
public record NoiseFloor(Estimate tau, Estimate scoreTau, Estimate difference, double standardDeviation) {
    /** Two trainings, and the members that are compared by them. */
    private record Pair(int[] members, RankedPairs between, RankedPairs first, RankedPairs second) {
        double floor(int[] drawn) {
            return between.kendall(here(drawn));
        }

        double score(int[] drawn) {
            int[] here = here(drawn);
            return (first.kendall(here) + second.kendall(here)) / 2;
        }

        private int[] here(int[] drawn) {
            return Arrays.stream(members).map(member -> drawn[member]).toArray();
        }
    }

    /** The fewest trainings that give a floor among all members. */
    static final int FEWEST = 2;

    /** The fewest trainings that give one among the best, which a further training cuts. */
    static final int FEWEST_OF_BEST = 3;

    /**
     * The floor among the best members.
     *
     * @param ranking all members
     * @param fraction of them that are kept, 1 for all
     * @return empty where members have too few trainings, or fewer than two are kept
     */
    static Optional<NoiseFloor> of(Ranking ranking, double fraction, Bootstrap bootstrap) {
        int trainings = ranking.trainingsEach();
        if (trainings < (fraction < 1 ? FEWEST_OF_BEST : FEWEST) || ranking.size() < 2) {
            return Optional.empty();
        }
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < trainings; i++) {
            for (int j = 0; j < i; j++) {
                Optional<Pair> pair = pair(ranking, fraction, j, i);
                if (pair.isEmpty()) {
                    return Optional.empty();
                }
                pairs.add(pair.get());
            }
        }
        ToDoubleFunction<int[]> floor =
                drawn -> pairs.stream().mapToDouble(pair -> pair.floor(drawn)).sum() / pairs.size();
        ToDoubleFunction<int[]> score =
                drawn -> pairs.stream().mapToDouble(pair -> pair.score(drawn)).sum() / pairs.size();
        List<Estimate> found = bootstrap.estimates(
                ranking.size(),
                List.of(floor, score, drawn -> score.applyAsDouble(drawn) - floor.applyAsDouble(drawn)));
        int n = pairs.stream().mapToInt(pair -> pair.members().length).min().orElseThrow();
        if (n < Bootstrap.FEWEST) {
            found = found.stream()
                    .map(estimate -> Estimate.alone(estimate.value()))
                    .toList();
        }
        return Optional.of(new NoiseFloor(
                RankQuality.ofFew(found.get(0), n),
                RankQuality.ofFew(found.get(1), n),
                RankQuality.differenceOfFew(found.get(2), n),
                pooledDeviation(ranking.best(fraction))));
    }

    private static Optional<Pair> pair(Ranking ranking, double fraction, int first, int second) {
        List<Double> by = fraction < 1 ? ranking.truths(other -> other != first && other != second) : ranking.truths();
        int[] members = ranking.best(fraction, by);
        if (members.length < 2) {
            return Optional.empty();
        }
        Ranking kept = ranking.only(members);
        List<Double> one = kept.training(first);
        List<Double> two = kept.training(second);
        return Optional.of(new Pair(
                members,
                RankedPairs.of(one, two),
                RankedPairs.of(kept.scores(), one),
                RankedPairs.of(kept.scores(), two)));
    }

    /** Whether there are enough members to say something: an interval, or none because a training does not order them at all. */
    boolean isKnown() {
        return tau.isBounded() || Double.isNaN(tau.value());
    }

    private static double pooledDeviation(Ranking ranking) {
        List<Double> means = ranking.truths();
        double squares = 0;
        for (int i = 0; i < ranking.size(); i++) {
            for (double value : ranking.trainings().get(i)) {
                squares += (value - means.get(i)) * (value - means.get(i));
            }
        }
        return Math.sqrt(squares / ((double) ranking.size() * (ranking.trainingsEach() - 1)));
    }
}
