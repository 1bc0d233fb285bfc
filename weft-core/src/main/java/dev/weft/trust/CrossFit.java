package dev.weft.trust;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Regret without the luck of a training: one training chooses, the others judge.
 *
 * <p>The best of many noisy truths is best in part by luck, so even a perfect scorer falls short of it: by 0.85 standard deviations
 * of a training among thirty members that differ by as much as trainings do. Here one training chooses the best of all members, and the
 * best of the k with the highest scores, and the mean of the other trainings says what both are worth: whatever luck chose is not there
 * again. It is the mean over all trainings that may choose.
 *
 * <p>So it compares choosing among the k by a training with choosing among all of them by a training, which is all that anybody can do.
 * Under 0, scores choose better than a training. On average the regret of the top 1 against the truly best member is no less than
 * this, and no more than {@link RankQuality.Regret#loss}.
 */
final class CrossFit {
    private CrossFit() {}

    /** Empty where members were trained once. */
    static List<RankQuality.Regret> regrets(Ranking ranking, RankSettings settings) {
        int trainings = ranking.trainingsEach();
        if (trainings < NoiseFloor.FEWEST) {
            return List.of();
        }
        List<TopByScore> folds = new ArrayList<>();
        for (int i = 0; i < trainings; i++) {
            int chooses = i;
            folds.add(TopByScore.of(
                    ranking.scores(), ranking.training(i), ranking.truths(training -> training != chooses)));
        }
        List<Integer> tops = RankQuality.tops(ranking.size(), settings);
        List<Estimate> found = settings.bootstrap()
                .estimates(
                        ranking.size(),
                        tops.stream()
                                .<ToDoubleFunction<int[]>>map(k -> drawn -> mean(folds, k, drawn))
                                .toList());
        return IntStream.range(0, tops.size())
                .mapToObj(i -> new RankQuality.Regret(tops.get(i), found.get(i).containing()))
                .toList();
    }

    private static double mean(List<TopByScore> folds, int k, int[] drawn) {
        return folds.stream().mapToDouble(fold -> fold.regret(k, drawn)).sum() / folds.size();
    }
}
