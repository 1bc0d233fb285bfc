package dev.weft.lab.cells;

import dev.weft.data.Splits;
import dev.weft.model.Family;
import dev.weft.nn.MemberStatistics;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import dev.weft.train.Recipe;
import dev.weft.trust.RankQuality;
import java.util.ArrayList;
import java.util.List;

/**
 * How well the weights of a family rank the anchors.
 *
 * @param scores accuracy with inherited weights, parts of 1 on the selection split, in the order of the anchors
 * @param quality of these scores against the truth; regret in points of accuracy
 */
public record AnchorRanking(List<Double> scores, RankQuality quality) {
    public AnchorRanking {
        scores = List.copyOf(scores);
    }

    /**
     * Measures every anchor with the weights that it inherits, batch norm recalibrated as after the anchors' own trainings.
     *
     * @param family of the same space; in a tree of supernets each member has the weights of its own leaf
     * @param splits those that the truth's recipe opens
     */
    public static AnchorRanking of(Family family, GroundTruth truth, Splits splits) {
        List<Double> scores = new ArrayList<>();
        for (Member member : truth.members()) {
            try (MemberStatistics statistics = calibrate(family, truth.recipe(), splits, member)) {
                scores.add(Evaluation.accuracy(family, member, statistics, splits.selection()));
            }
        }
        return of(scores, truth);
    }

    /** The same for scores that are known. */
    public static AnchorRanking of(List<Double> scores, GroundTruth truth) {
        List<Double> percent =
                truth.accuracies().stream().map(accuracy -> 100 * accuracy).toList();
        return new AnchorRanking(scores, RankQuality.of(scores, percent, 0));
    }

    /** A member's statistics as all members here get them; the caller closes them. */
    public static MemberStatistics calibrate(Family family, Recipe recipe, Splits splits, Member member) {
        return Evaluation.calibrate(
                family,
                member,
                splits.train(),
                recipe.train().calibrationBatches(),
                recipe.data().batchSize());
    }

    /** Part of 1. */
    public double meanInherited() {
        return scores.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    /** Kendall's τ-b over all anchors; NaN where all scores tie. */
    public double tau() {
        return quality.tau().value();
    }

    /** The best truth minus the best truth among the {@code k} anchors with the highest scores, in points; {@code k} is 1 or 5. */
    public double regret(int k) {
        return quality.regrets().stream()
                .filter(regret -> regret.k() == k)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("regret of the top " + k + " was not computed"))
                .loss()
                .value();
    }
}
