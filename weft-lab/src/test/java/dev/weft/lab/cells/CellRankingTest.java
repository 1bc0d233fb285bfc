package dev.weft.lab.cells;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.data.Splits;
import dev.weft.lab.cells.CellScores.Score;
import dev.weft.lab.cells.GroundTruth.Anchor;
import dev.weft.lab.study.Arm;
import dev.weft.model.Family;
import dev.weft.model.Presets;
import dev.weft.recipe.DataSettings;
import dev.weft.report.Fact;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CellRankingTest {
    private final GroundTruth truth = GroundTruth.load();
    private final Space space = truth.space();
    private final PublicTable table = PublicTable.load();
    private final CellRanking ranking = new CellRanking(truth, 150);

    private CellScores scores(ToDoubleFunction<Member> accuracy) {
        List<Score> scores = new ArrayList<>();
        for (Member member : ranking.members()) {
            double own = accuracy.applyAsDouble(member);
            scores.add(new Score(space.print(member), "", own, -own)); // the loss falls as the accuracy rises
        }
        return new CellScores(scores);
    }

    private double alone(Member member) {
        return truth.anchors().stream()
                .filter(anchor -> anchor.member().equals(member))
                .mapToDouble(Anchor::accuracy)
                .findFirst()
                .orElse(0);
    }

    @Test
    void publicTableHasEveryCellAndItsPublishedOptimum() {
        assertThat(table.size()).isEqualTo(15_625);
        Space all = Presets.named("cell-quick").space();
        double best = 0;
        for (Member member : all.enumerate(20_000)) {
            best = Math.max(best, table.accuracy(all.print(member)));
        }
        assertThat(best).isCloseTo(94.3733, within(1e-4));
        assertThat(
                        table.accuracy(
                                "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|"))
                .as("row 1 of the benchmark")
                .isEqualTo(93.66);
        assertThatThrownBy(() -> table.accuracy("|none~0|")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void membersAreThoseOfTheTruthAndOneHundredAndFiftyRandomOnes() {
        Set<Member> random = new HashSet<>(AnchorMembers.random(space, 150));
        assertThat(random).hasSize(150);
        assertThat(ranking.members())
                .doesNotHaveDuplicates()
                .containsAll(random)
                .startsWith(truth.members().toArray(Member[]::new));
        assertThat(ranking.some(3)).hasSize((ranking.members().size() + 2) / 3);
    }

    @Test
    void scoresThatAreTheTruthRankPerfectlyAndTheirReverseTheOtherWayRound() {
        Map<String, Double> right = ranking.values(scores(this::alone));
        assertThat(right.get(CellRanking.TAU.key())).isCloseTo(1, within(1e-12));
        assertThat(right.get(CellRanking.TAU_BY_LOSS.key()))
                .as("less loss is better")
                .isCloseTo(1, within(1e-12));
        assertThat(right.get(CellRanking.REGRET.key())).isZero();
        Map<String, Double> reversed = ranking.values(scores(member -> -alone(member)));
        assertThat(reversed.get(CellRanking.TAU.key())).isCloseTo(-1, within(1e-12));
        assertThat(reversed.get(CellRanking.REGRET.key())).isPositive();
    }

    @Test
    void publicTauIsOfTheRandomMembersAlone() {
        Set<Member> random = new HashSet<>(AnchorMembers.random(space, 150));
        // Right for random members, wrong for all others.
        Map<String, Double> values = ranking.values(
                scores(member -> (random.contains(member) ? 1 : -1) * table.accuracy(space.print(member))));
        assertThat(values.get(CellRanking.PUBLIC_TAU.key())).isCloseTo(1, within(1e-12));
        assertThat(values.get(CellRanking.PUBLIC_TAU_BY_LOSS.key())).isCloseTo(1, within(1e-12));
        assertThat(values.get(CellRanking.LOSS.key()))
                .isCloseTo(
                        -random.stream()
                                .mapToDouble(member -> table.accuracy(space.print(member)))
                                .average()
                                .orElseThrow(),
                        within(1e-9));
    }

    @Test
    void scoresThatAllTieAreNoCorrelation() {
        Map<String, Double> values = ranking.values(scores(member -> 50));
        assertThat(values.get(CellRanking.TAU.key())).isZero();
        assertThat(values.get(CellRanking.PUBLIC_TAU.key())).isZero();
    }

    /** In two leaves whose orders are right, of which one lies far above the other: τ over all is low, within leaves 1. */
    @Test
    void leavesOfDifferentHeightsRankWellWithin() {
        List<Score> scores = new ArrayList<>();
        List<Member> members = ranking.members();
        for (int i = 0; i < members.size(); i++) {
            double own = alone(members.get(i));
            scores.add(new Score(space.print(members.get(i)), "leaf" + i % 2, own + 100 * (i % 2), 1));
        }
        CellScores apart = new CellScores(scores);
        assertThat(ranking.withinLeaves(apart))
                .hasValueSatisfying(tau -> assertThat(tau).isCloseTo(1, within(1e-12)));
        assertThat(ranking.values(apart).get(CellRanking.TAU.key())).isLessThan(0.8);
        List<Score> alone = IntStream.range(0, members.size())
                .mapToObj(i -> new Score(space.print(members.get(i)), "leaf" + i, i, 1))
                .toList();
        assertThat(ranking.withinLeaves(new CellScores(alone)))
                .as("of leaves of one")
                .isEmpty();
    }

    /** This takes 60 members. It is known of the benchmark that the number of parameters has τ 0.74 with the accuracies of all cells. */
    @Test
    void parametersAndMultiplyAddsAreArmsThatTrainNothing() {
        DataSettings data = truth.recipe().data();
        List<Arm> arms = ranking.counts(truth.recipe().model().withInput(data.input(data.open(1))));
        assertThat(arms).extracting(Arm::name).containsExactly(CellRanking.PARAMETERS, CellRanking.MACS);
        for (Arm arm : arms) {
            Map<String, Double> values = arm.work().measure(null);
            assertThat(values.get(CellRanking.PUBLIC_TAU.key())).as(arm.name()).isBetween(0.6, 0.85);
            assertThat(values.get(CellRanking.TAU.key())).as(arm.name()).isBetween(0.2, 1.0);
        }
    }

    @Test
    void truthIsAnArmWithItsNoiseAndItsAgreementWithTheBenchmark() {
        Map<String, Double> values = ranking.alone().work().measure(null);
        assertThat(values.get(CellRanking.TAU.key())).isEqualTo(truth.noiseFloor(1));
        assertThat(values.get(CellRanking.PUBLIC_TAU.key())).isBetween(0.2, 0.95);
    }

    @Test
    void whatTheTruthIsWorthIsSaidFirst() {
        List<Fact> facts = ranking.facts();
        assertThat(facts.get(0).label()).isEqualTo("Truth and public table");
        assertThat(facts.get(0).value())
                .matches("τ -?0\\.\\d{3} between what " + truth.members().size() + " members .*");
    }

    /** Scores come of the weights of one family: the truth plays no part in them. */
    @Test
    void scoresAreOfInheritedWeights() {
        GroundTruth few = truth.some(4);
        Splits splits = few.recipe().data().open(0);
        try (Family family =
                Family.of(few.recipe().model().withInput(few.recipe().data().input(splits)), 5)) {
            CellScores scores = CellScores.of(family, few.recipe(), splits, few.members());
            assertThat(scores.scores()).hasSize(few.members().size()).allSatisfy(score -> {
                assertThat(score.accuracy()).isBetween(0.0, 60.0);
                assertThat(score.loss()).isPositive();
                assertThat(score.leaf()).isEmpty();
            });
            assertThat(scores.meanAccuracy())
                    .isCloseTo(
                            scores.scores().stream()
                                    .mapToDouble(Score::accuracy)
                                    .average()
                                    .orElseThrow(),
                            within(1e-12));
        }
    }
}
