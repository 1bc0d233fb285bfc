package dev.weft.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.space.Choice;
import dev.weft.train.SplitSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SplitChooserTest {
    private static final Choice<String> FAR = Choice.of("far", "a", "b", "c", "d", "e");
    private static final Choice<String> NEAR = Choice.of("near", "a", "b", "c", "d", "e");

    /** Distances of 6.4 in all with 0.4 within groups, and of 1.0 with 0.1: the two published rules disagree. */
    @Test
    void largestCutAndLeastWithinChooseDifferentEdges() {
        List<List<Integer>> groups = List.of(List.of(0, 1, 4), List.of(2, 3));
        Map<Choice<?>, Partition> partitions = new LinkedHashMap<>();
        partitions.put(FAR, new Partition(groups, 0.4, 6.0, 10));
        partitions.put(NEAR, new Partition(groups, 0.1, 0.9, 10));
        assertThat(SplitChooser.best(SplitSettings.Rule.MAX_CUT_DISTANCE, partitions))
                .isEqualTo(FAR);
        assertThat(SplitChooser.best(SplitSettings.Rule.MIN_WITHIN, partitions)).isEqualTo(NEAR);
    }
}
