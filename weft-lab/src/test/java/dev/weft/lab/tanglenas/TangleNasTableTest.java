package dev.weft.lab.tanglenas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.Claim.Kind;
import dev.weft.lab.Judgement;
import dev.weft.report.ExperimentReport.Outcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TangleNasTableTest {
    /** Three seeds; each row but A's differs a little around its value. */
    private static List<Judgement> judged(double gradient, double random, double path, double matched) {
        Map<String, Double> values = Map.of(
                "A",
                gradient,
                "D",
                random,
                "C-random",
                path,
                "C-evolution",
                path,
                "D-matched",
                matched,
                "largest",
                90.0);
        return TangleNasTable.accuracies(row -> {
            double noise = row.equals("A") ? 0 : 0.1;
            return List.of(values.get(row) - noise, values.get(row), values.get(row) + noise);
        });
    }

    private static List<Outcome> outcomes(List<Judgement> judged) {
        return judged.stream().map(Judgement::outcome).toList();
    }

    @Test
    void everyStatementHoldsWhenTheChoiceIsBest() {
        assertThat(outcomes(judged(95, 80, 90, 90))).containsOnly(Outcome.HELD).hasSize(5);
    }

    @Test
    void noStatementHoldsWhenTheChoiceIsWorst() {
        assertThat(outcomes(judged(70, 80, 90, 90))).containsOnly(Outcome.NOT_HELD);
    }

    @Test
    void choiceMustBeHalfAPointAboveRandomMembersAndMayBeHalfAPointBelowSinglePath() {
        assertThat(outcomes(judged(80, 80, 80, 80)).subList(0, 3))
                .containsExactly(Outcome.NOT_HELD, Outcome.HELD, Outcome.HELD);
        assertThat(outcomes(judged(80, 79, 81, 80)).subList(0, 3))
                .containsExactly(Outcome.HELD, Outcome.NOT_HELD, Outcome.NOT_HELD);
    }

    @Test
    void saysInWordsWhetherTheChoiceBeatsRandomMembersOfItsCost() {
        assertThat(judged(90, 80, 90, 85).get(3).sentence()).endsWith("A's choice beats random members of its cost.");
        assertThat(judged(80, 80, 90, 85).get(3).sentence())
                .endsWith("A's choice does not beat random members of its cost.");
        assertThat(judged(85.01, 80, 90, 85).get(3).sentence()).endsWith("is not shown.");
        assertThat(judged(84.99, 80, 90, 85).get(3).sentence())
                .endsWith("does not beat random members of its cost here.");
    }

    @Test
    void comparisonAtEqualCostIsAGoalAndNotThePapersClaim() {
        assertThat(judged(95, 80, 90, 90))
                .extracting(Judgement::kind)
                .containsExactly(Kind.CLAIM, Kind.CLAIM, Kind.CLAIM, Kind.GOAL, Kind.REPORT);
    }

    @Test
    void weightsMustBeThoseOfTheLargestMemberAndFarFewerThanSeparateOnes() {
        Judgement held = TangleNasTable.weights(1000, 1000, 1009, 5000, 9);
        assertThat(held.outcome()).isEqualTo(Outcome.HELD);
        assertThat(held.sentence()).contains("1,009 for A, whose options have 9 logits, 5,000 for B (5.0 times A)");
        assertThat(TangleNasTable.weights(1000, 1000, 1010, 5000, 9).outcome()).isEqualTo(Outcome.NOT_HELD);
        assertThat(TangleNasTable.weights(1000, 1000, 1009, 2000, 9).outcome()).isEqualTo(Outcome.NOT_HELD);
    }

    @Test
    void stepTimesAreDecidedByTheIntervalOfTheirDifferences() {
        List<Double> few = List.of(10.0, 11.0, 12.0);
        List<Double> many = List.of(50.0, 51.0, 53.0);
        assertThat(TangleNasTable.stepTime(few, many, few).outcome()).isEqualTo(Outcome.HELD);
        assertThat(TangleNasTable.stepTime(many, few, few).outcome()).isEqualTo(Outcome.NOT_HELD);
        assertThat(TangleNasTable.stepTime(few, List.of(9.0, 20.0, 12.0), few).outcome())
                .isEqualTo(Outcome.UNDECIDED);
    }

    @Test
    void rankCountsTheMembersThatAreBetter() {
        SmallSpace space = new SmallSpace(
                List.of(
                        new SmallSpace.Trained("a", 80, 1),
                        new SmallSpace.Trained("b", 90, 2),
                        new SmallSpace.Trained("c", 80, 3),
                        new SmallSpace.Trained("d", 70, 4)),
                "c",
                "d");
        assertThat(space.rank("b")).isEqualTo(1);
        assertThat(space.rank("a")).isEqualTo(2);
        assertThat(space.rank("c")).as("shared").isEqualTo(2);
        assertThat(space.rank("d")).isEqualTo(4);
        assertThat(space.judgement().sentence())
                .contains("of 4 members", "A's choice ranks 2 (80.00 %) and C's 4 (70.00 %)");
        assertThat(space.judgement().outcome()).isEqualTo(Outcome.UNDECIDED);
    }
}
