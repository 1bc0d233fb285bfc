package dev.weft.trust;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How well a baseline ranks the members that scores rank, and how much better the scores do.
 *
 * @param name of the {@link Baseline}
 * @param tau of the baseline and the truth; NaN where one of them has no two different values
 * @param difference the scores' τ minus the baseline's, over the same resamples
 */
public record BaselineTau(String name, Estimate tau, Estimate difference) {
    /** One for each baseline of the ranking; none for fewer than three members. */
    static List<BaselineTau> of(Ranking ranking, RankSettings settings) {
        if (ranking.size() < Anchors.FEWEST) {
            return List.of();
        }
        return ranking.baselines().stream()
                .map(baseline -> of(baseline, ranking, settings.bootstrap()))
                .toList();
    }

    private static BaselineTau of(Baseline baseline, Ranking ranking, Bootstrap bootstrap) {
        RankedPairs own = RankedPairs.of(baseline.values(), ranking.truths());
        RankedPairs scores = RankedPairs.of(ranking.scores(), ranking.truths());
        ToDoubleFunction<int[]> difference = drawn -> scores.kendall(drawn) - own.kendall(drawn);
        int n = ranking.size();
        List<Estimate> found = bootstrap.estimates(n, List.of(own::kendall, difference));
        return new BaselineTau(
                baseline.name(), RankQuality.ofFew(found.get(0), n), RankQuality.differenceOfFew(found.get(1), n));
    }
}
