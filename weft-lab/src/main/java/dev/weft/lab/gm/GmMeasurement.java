package dev.weft.lab.gm;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.weft.data.Splits;
import dev.weft.lab.cells.AnchorRanking;
import dev.weft.lab.cells.GroundTruth;
import dev.weft.model.Family;
import dev.weft.nn.MemberStatistics;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import dev.weft.trust.RankCorrelation;
import dev.weft.weight.TreeWeights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What members reach with the weights of an arm, each with those of its own leaf, batch norm recalibrated, on the selection split: a
 * document of the results.
 *
 * @param anchors in the order of the truth
 * @param random the fixed random members, in their order
 */
record GmMeasurement(String arm, long seed, List<Inherited> anchors, List<Inherited> random) {
    /** Fewer anchors in a leaf have too few pairs to be ranked: three have three. */
    static final int RANKED = 5;

    /**
     * One member.
     *
     * @param leaf empty in a supernet that stayed whole
     * @param accuracy part of 1
     * @param loss in nats; absent for anchors
     */
    record Inherited(String member, String leaf, double accuracy, Double loss) {}

    static GmMeasurement of(
            String arm, long seed, Family family, GroundTruth truth, List<Member> random, Splits splits) {
        return new GmMeasurement(
                arm,
                seed,
                truth.members().stream()
                        .map(m -> inherited(family, truth, m, splits, false))
                        .toList(),
                random.stream()
                        .map(m -> inherited(family, truth, m, splits, true))
                        .toList());
    }

    private static Inherited inherited(Family family, GroundTruth truth, Member member, Splits splits, boolean loss) {
        Optional<TreeWeights> tree = family.strategy(TreeWeights.class);
        try (MemberStatistics statistics = AnchorRanking.calibrate(family, truth.recipe(), splits, member)) {
            return new Inherited(
                    family.space().print(member),
                    tree.map(t -> t.leaf(member)).orElse(""),
                    Evaluation.accuracy(family, member, statistics, splits.selection()),
                    loss ? Evaluation.loss(family, member, statistics, splits.selection()) : null);
        }
    }

    AnchorRanking ranking(GroundTruth truth) {
        return AnchorRanking.of(anchors.stream().map(Inherited::accuracy).toList(), truth);
    }

    /** Kendall's τ within each leaf that holds {@value #RANKED} anchors or more, by leaf; leaves in which all tie are left out. */
    Map<String, Double> tauWithinLeaves(GroundTruth truth) {
        Map<String, Double> taus = new LinkedHashMap<>();
        for (String leaf :
                anchors.stream().map(Inherited::leaf).distinct().sorted().toList()) {
            List<Double> scores = new ArrayList<>();
            List<Double> truths = new ArrayList<>();
            for (int i = 0; i < anchors.size(); i++) {
                if (anchors.get(i).leaf().equals(leaf)) {
                    scores.add(anchors.get(i).accuracy());
                    truths.add(truth.anchors().get(i).accuracy());
                }
            }
            double tau = scores.size() < RANKED ? Double.NaN : RankCorrelation.kendall(scores, truths);
            if (!Double.isNaN(tau)) {
                taus.put(leaf, tau);
            }
        }
        return taus;
    }

    /** Mean loss of the random members. */
    @JsonIgnore
    double meanLoss() {
        return random.stream().mapToDouble(Inherited::loss).average().orElseThrow();
    }

    /** What a search over all members that were measured would take: the most accurate one, of several the first. */
    @JsonIgnore
    String selected() {
        Inherited best = null;
        for (Inherited one : Stream.concat(anchors.stream(), random.stream()).toList()) {
            if (best == null || one.accuracy() > best.accuracy()) {
                best = one;
            }
        }
        return best.member();
    }
}
