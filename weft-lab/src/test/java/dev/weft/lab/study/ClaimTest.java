package dev.weft.lab.study;

import static dev.weft.lab.study.Claim.claim;
import static dev.weft.lab.study.Claim.goal;
import static dev.weft.lab.study.Claim.report;
import static dev.weft.lab.study.Quantity.difference;
import static dev.weft.lab.study.Quantity.meanDifference;
import static dev.weft.lab.study.Quantity.ratio;
import static dev.weft.lab.study.Quantity.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.report.ExperimentReport.Outcome;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ClaimTest {
    private static final Column ACCURACY = Column.accuracy("x", "x", false);
    private static final Column LOSS = new Column("y", "loss", "nats", 4, false);

    /** The values of arm A, and of arm B zeros, with the seeds 1, 2, …. */
    private static Values values(Double... ofA) {
        Map<Long, Double> a = new TreeMap<>();
        Map<Long, Double> b = new TreeMap<>();
        for (int i = 0; i < ofA.length; i++) {
            a.put(i + 1L, ofA[i]);
            b.put(i + 1L, 0.0);
        }
        return (arm, key) -> arm.equals("A") ? a : arm.equals("B") ? b : Map.of();
    }

    private static Outcome outcome(Claim claim, Double... ofA) {
        return claim.judge(values(ofA)).outcome();
    }

    @Test
    void boundIsDecidedByTheWholeInterval() {
        Claim atLeast = claim(difference("A", "B", ACCURACY)).atLeast(1);
        assertThat(outcome(atLeast, 2.0, 2.1, 2.2)).isEqualTo(Outcome.HELD);
        assertThat(outcome(atLeast, 0.0, 0.1, 0.2)).isEqualTo(Outcome.NOT_HELD);
        assertThat(outcome(atLeast, 0.0, 2.0, 4.0)).isEqualTo(Outcome.UNDECIDED);
        Claim atMost = claim(difference("A", "B", ACCURACY)).atMost(1);
        assertThat(outcome(atMost, 0.0, 0.1, 0.2)).isEqualTo(Outcome.HELD);
        assertThat(outcome(atMost, 2.0, 2.1, 2.2)).isEqualTo(Outcome.NOT_HELD);
        Claim within = claim(difference("A", "B", ACCURACY)).within(1);
        assertThat(outcome(within, -0.1, 0.0, 0.1)).isEqualTo(Outcome.HELD);
        assertThat(outcome(within, 1.9, 2.0, 2.1)).isEqualTo(Outcome.NOT_HELD);
        assertThat(outcome(within, -2.1, -2.0, -1.9)).isEqualTo(Outcome.NOT_HELD);
        assertThat(outcome(within, 0.8, 1.0, 1.2)).isEqualTo(Outcome.UNDECIDED);
    }

    @Test
    void oneSeedGivesNoIntervalAndNoneIsNotTested() {
        Claim claim = goal(difference("A", "B", ACCURACY)).atLeast(1);
        Judgement one = claim.judge(values(9.0));
        assertThat(one.outcome()).isEqualTo(Outcome.UNDECIDED);
        assertThat(one.estimate()).isEqualTo(9);
        assertThat(one.interval()).isNull();
        assertThat(one.sentence()).contains("with one seed, which gives no interval");
        Judgement none = claim(difference("A", "C", ACCURACY)).atLeast(1).judge(values(9.0, 9.0));
        assertThat(none.outcome()).isEqualTo(Outcome.NOT_TESTED);
        assertThat(none.estimate()).isNull();
    }

    @Test
    void sentenceHasTheNumbersAndTheirUnits() {
        assertThat(claim(difference("A", "B", ACCURACY))
                        .remarked("The paper's ablation.")
                        .atLeast(1)
                        .judge(values(2.0, 2.5, 3.0))
                        .sentence())
                .isEqualTo(
                        "Claim: x, A minus B: at least 1.0 points expected; measured +2.50 points (95 % interval +1.26 to +3.74,"
                                + " 3 seeds). The paper's ablation.");
        assertThat(report(value("A", LOSS)).within(0.005).judge(values(0.5)).sentence())
                .isEqualTo(
                        "Reported: loss of A: within ±0.005 nats expected; measured +0.5000 nats with one seed, which gives no"
                                + " interval.");
    }

    @Test
    void seedsArePairedAndThoseThatLackOneAreLeftOut() {
        Values values = (arm, key) -> arm.equals("A")
                ? Map.of(1L, 10.0, 2L, 20.0, 3L, 30.0)
                : arm.equals("B") && key.equals("x") ? Map.of(1L, 5.0, 3L, 10.0) : Map.of(1L, 2.0, 2L, 2.0, 3L, 2.0);
        assertThat(difference("A", "B", ACCURACY).from().apply(values)).isEqualTo(Map.of(1L, 5.0, 3L, 20.0));
        assertThat(ratio("A", "B", ACCURACY).from().apply(values)).isEqualTo(Map.of(1L, 2.0, 3L, 3.0));
        assertThat(meanDifference("both", "A", "B", List.of(ACCURACY, LOSS))
                        .from()
                        .apply(values))
                .as("10 - (5 + 2) / 2, 30 - (10 + 2) / 2")
                .isEqualTo(Map.of(1L, 6.5, 3L, 24.0));
    }
}
