package dev.weft.lab.gm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.lab.Claim;
import dev.weft.lab.Judgement;
import dev.weft.report.ExperimentReport.Outcome;
import dev.weft.tree.TreeRecord;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GmTableTest {
    private static final List<String> OPERATIONS =
            List.of("none", "skip_connect", "avg_pool_3x3", "nor_conv_1x1", "nor_conv_3x3");

    /** 0.1 between the two convolutions and among the three others, 1 across. */
    private static TreeRecord.Probe planted(List<List<Integer>> groups, double within, double cut) {
        List<List<Double>> distances = List.of(
                List.of(0.0, 0.1, 0.1, 1.0, 1.0),
                List.of(0.1, 0.0, 0.1, 1.0, 1.0),
                List.of(0.1, 0.1, 0.0, 1.0, 1.0),
                List.of(1.0, 1.0, 1.0, 0.0, 0.1),
                List.of(1.0, 1.0, 1.0, 0.1, 0.0));
        return new TreeRecord.Probe("edge1-0", OPERATIONS, distances, groups, within, cut, 10, 50, 1);
    }

    private static TreeRecord tree(TreeRecord.Probe probe) {
        return new TreeRecord(
                1,
                3,
                List.of(new TreeRecord.Node(
                        "root",
                        "",
                        0,
                        1,
                        Map.of(),
                        new TreeRecord.Training(4, 4, 1),
                        List.of(probe),
                        new TreeRecord.Split("edge1-0", List.of(List.of("none"), List.of("skip_connect")), null))));
    }

    @Test
    void groupsByGradientAreHeldAgainstTheMeanOfAllPartitions() {
        // All pairs sum to 6.4; four of ten pairs are inside of a 2 + 3 partition.
        TreeRecord.Probe best = planted(List.of(List.of(0, 1, 2), List.of(3, 4)), 0.4, 6.0);
        assertThat(GmTable.expectedWithin(best)).isCloseTo(2.56, within(1e-12));
        Judgement held = GmTable.closer(List.of(tree(best), tree(best)));
        assertThat(held.outcome()).isEqualTo(Outcome.HELD);
        assertThat(held.mean()).isCloseTo(0.4 - 2.56, within(1e-12));
        assertThat(held.sentence()).contains("so in 2 of 2 splits, by 2.160 on the mean");
        // {none, conv 1x1} and the rest: 1 + 0.1 + 1 + 1
        TreeRecord.Probe poor = planted(List.of(List.of(0, 3), List.of(1, 2, 4)), 3.1, 3.3);
        assertThat(GmTable.closer(List.of(tree(best), tree(poor))).outcome()).isEqualTo(Outcome.NOT_HELD);
    }

    @Test
    void convolutionsAreComparedWithNone() {
        assertThat(GmTable.convolutionsCloser(planted(List.of(List.of(0, 1, 2), List.of(3, 4)), 0.4, 6.0)))
                .isCloseTo(0.9, within(1e-12));
    }

    @Test
    void onlyTheLossAgainstASupernetOfAsManyEpochsIsAClaim() {
        GmTable.Values values = (arm, metric) -> switch (arm) {
            case GmArms.MATCHED -> List.of(0.50, 0.52, 0.51);
            case GmArms.ONE_SHOT -> List.of(0.60, 0.61, 0.62);
            default -> List.of(0.40, 0.52, 0.60);
        };
        List<Judgement> judged = GmTable.judgements(values);
        assertThat(judged).filteredOn(j -> j.kind() == Claim.Kind.CLAIM).hasSize(1);
        Judgement claim = judged.get(0);
        assertThat(claim.outcome()).isEqualTo(Outcome.HELD);
        assertThat(claim.mean()).isCloseTo(0.1, within(1e-12));
        assertThat(claim.sentence()).contains("loss of random members, one-shot minus matching");
        // τ the other way round: more is better.
        Judgement tau = judged.stream()
                .filter(j -> j.text().endsWith("matching minus one-shot"))
                .findFirst()
                .orElseThrow();
        assertThat(tau.mean()).isCloseTo(-0.1, within(1e-12));
        assertThat(tau.outcome()).isEqualTo(Outcome.NOT_HELD);
    }
}
