package dev.weft.lab.cells;

import dev.weft.data.Splits;
import dev.weft.model.Family;
import dev.weft.nn.MemberStatistics;
import dev.weft.recipe.Recipe;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import java.util.ArrayList;
import java.util.List;

/**
 * What members reach with the weights that they inherit, on the selection split, batch norm recalibrated as after the trainings of the
 * anchors: a kept document. In a tree of supernets each member has the weights of its own leaf.
 */
public record CellScores(List<Score> scores) {
    public CellScores {
        scores = List.copyOf(scores);
    }

    /**
     * One member.
     *
     * @param cell as the benchmark writes it
     * @param leaf empty in a supernet that stayed whole
     * @param accuracy in percent
     * @param loss in nats
     */
    public record Score(String cell, String leaf, double accuracy, double loss) {}

    /**
     * @param recipe of the truth, which says how statistics are recalibrated
     * @param splits those that the truth's recipe opens
     */
    public static CellScores of(Family family, Recipe recipe, Splits splits, List<Member> members) {
        List<Score> scores = new ArrayList<>();
        for (Member member : members) {
            try (MemberStatistics statistics = calibrate(family, recipe, splits, member)) {
                scores.add(new Score(
                        recipe.family().space().print(member),
                        family.leaf(member).orElse(""),
                        100 * Evaluation.accuracy(family, member, statistics, splits.selection()),
                        Evaluation.loss(family, member, statistics, splits.selection())));
            }
        }
        return new CellScores(scores);
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

    /** The mean over all members, in percent. */
    public double meanAccuracy() {
        return scores.stream().mapToDouble(Score::accuracy).average().orElseThrow();
    }
}
