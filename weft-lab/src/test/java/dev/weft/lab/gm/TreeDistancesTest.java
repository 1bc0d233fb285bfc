package dev.weft.lab.gm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.tree.TreeRecord;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TreeDistancesTest {
    private static final List<String> OPERATIONS =
            List.of("none", "skip_connect", "avg_pool_3x3", "nor_conv_1x1", "nor_conv_3x3");

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
        assertThat(TreeDistances.expectedWithin(best)).isCloseTo(2.56, within(1e-12));
        assertThat(TreeDistances.saved(tree(best))).singleElement().satisfies(saved -> assertThat(saved)
                .isCloseTo(2.56 - 0.4, within(1e-12)));
        // {none, conv 1x1} and the rest: 1 + 0.1 + 1 + 1
        TreeRecord.Probe poor = planted(List.of(List.of(0, 3), List.of(1, 2, 4)), 3.1, 3.3);
        assertThat(TreeDistances.saved(tree(poor)).get(0)).isNegative();
    }

    @Test
    void convolutionsAreComparedWithNone() {
        TreeRecord tree = tree(planted(List.of(List.of(0, 1, 2), List.of(3, 4)), 0.4, 6.0));
        assertThat(TreeDistances.convolutionsCloser(tree)).isCloseTo(0.9, within(1e-12));
    }
}
