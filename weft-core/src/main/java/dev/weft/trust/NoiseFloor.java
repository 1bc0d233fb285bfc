package dev.weft.trust;

import java.util.ArrayList;
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
 * @param tau the mean of τ over the pairs of trainings
 * @param scoreTau the mean of τ between the scores and each training
 * @param difference {@code scoreTau - tau}, over the same resamples
 * @param standardDeviation of one training around its member's mean, pooled over the members; in the unit of the truth
 */
public record NoiseFloor(Estimate tau, Estimate scoreTau, Estimate difference, double standardDeviation) {
    /** Empty where members were trained once, or are fewer than two. */
    static Optional<NoiseFloor> of(Ranking ranking, Bootstrap bootstrap) {
        int trainings = ranking.trainingsEach();
        if (trainings < 2 || ranking.size() < 2) {
            return Optional.empty();
        }
        List<RankedPairs> between = new ArrayList<>();
        List<RankedPairs> withScores = new ArrayList<>();
        for (int i = 0; i < trainings; i++) {
            withScores.add(RankedPairs.of(ranking.scores(), ranking.training(i)));
            for (int j = 0; j < i; j++) {
                between.add(RankedPairs.of(ranking.training(j), ranking.training(i)));
            }
        }
        ToDoubleFunction<int[]> floor = drawn -> mean(between, drawn);
        ToDoubleFunction<int[]> score = drawn -> mean(withScores, drawn);
        List<Estimate> found = bootstrap.estimates(
                ranking.size(),
                List.of(floor, score, drawn -> score.applyAsDouble(drawn) - floor.applyAsDouble(drawn)));
        int n = ranking.size();
        return Optional.of(new NoiseFloor(
                RankQuality.ofFew(found.get(0), n),
                RankQuality.ofFew(found.get(1), n),
                RankQuality.differenceOfFew(found.get(2), n),
                pooledDeviation(ranking)));
    }

    private static double mean(List<RankedPairs> pairs, int[] drawn) {
        return pairs.stream().mapToDouble(p -> p.kendall(drawn)).sum() / pairs.size();
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
