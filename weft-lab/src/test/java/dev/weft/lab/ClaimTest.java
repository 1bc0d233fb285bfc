package dev.weft.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.Claim.Bound;
import dev.weft.lab.Claim.Kind;
import dev.weft.report.ExperimentReport.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClaimTest {
    private final Claim atLeast = new Claim("smallest member, A minus B", Kind.CLAIM, Bound.AT_LEAST, 1.0);
    private final Claim atMost = new Claim("D minus A", Kind.CLAIM, Bound.AT_MOST, 1.5);

    @Test
    void atLeastIsDecidedByTheWholeInterval() {
        assertThat(atLeast.judge(List.of(2.0, 2.1, 2.2)).outcome()).isEqualTo(Outcome.HELD);
        assertThat(atLeast.judge(List.of(0.0, 0.1, 0.2)).outcome()).isEqualTo(Outcome.NOT_HELD);
        assertThat(atLeast.judge(List.of(0.5, 1.1, 2.0)).outcome()).isEqualTo(Outcome.UNDECIDED);
    }

    @Test
    void atMostIsDecidedByTheWholeInterval() {
        assertThat(atMost.judge(List.of(-1.0, -0.9, -1.1)).outcome()).isEqualTo(Outcome.HELD);
        assertThat(atMost.judge(List.of(2.0, 2.1, 2.2)).outcome()).isEqualTo(Outcome.NOT_HELD);
        assertThat(atMost.judge(List.of(1.0, 1.6, 1.5)).outcome()).isEqualTo(Outcome.UNDECIDED);
    }

    @Test
    void oneSeedNeverDecides() {
        Judgement judgement = atLeast.judge(List.of(50.0));
        assertThat(judgement.outcome()).isEqualTo(Outcome.UNDECIDED);
        assertThat(judgement.interval()).isNull();
        assertThat(judgement.sentence()).contains("+50.00 with one seed, which gives no interval");
    }

    @Test
    void sentenceHasTheNumbers() {
        assertThat(atLeast.judge(List.of(2.0, 2.1, 2.2)).sentence())
                .isEqualTo("Claim: smallest member, A minus B at least 1.0 points expected; measured +2.10"
                        + " (95 % interval +1.85 to +2.35, 3 seeds).");
    }

    @Test
    void withinIsHeldInsideAndNotHeldOutsideOnEitherSide() {
        Claim within = new Claim("fixed input minus standard", Kind.CLAIM, Bound.WITHIN, 0.005, "nats", 4);
        assertThat(within.judge(List.of(0.001, 0.002, 0.0015)).outcome()).isEqualTo(Outcome.HELD);
        assertThat(within.judge(List.of(-0.0011, -0.0012, -0.001)).outcome()).isEqualTo(Outcome.HELD);
        assertThat(within.judge(List.of(0.04, 0.041, 0.042)).outcome()).isEqualTo(Outcome.NOT_HELD);
        assertThat(within.judge(List.of(-0.04, -0.041, -0.042)).outcome()).isEqualTo(Outcome.NOT_HELD);
        assertThat(within.judge(List.of(-0.01, 0.0, 0.01)).outcome()).isEqualTo(Outcome.UNDECIDED);
        assertThat(within.judge(List.of(0.001, 0.002, 0.0015)).sentence())
                .startsWith("Claim: fixed input minus standard within ±0.005 nats expected; measured +0.0015 (95 %");
    }
}
