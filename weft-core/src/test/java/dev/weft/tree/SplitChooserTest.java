package dev.weft.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.recipe.SplitSettings;
import dev.weft.recipe.SplitSettings.Rule;
import dev.weft.space.Choice;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** These tests go from matrices of distances to the choice that is split and its groups, as the specification's checks 4 and 5 have it. */
class SplitChooserTest {
    private static final Choice<String> FAR = Choice.of("far", "a", "b", "c", "d", "e");
    private static final Choice<String> NEAR = Choice.of("near", "a", "b", "c", "d", "e");
    private static final Choice<String> MIXED = Choice.of("mixed", "a", "b", "c", "d", "e");

    /** Two groups: {@code inside} between members of one, {@code across} between the others. */
    private static double[][] planted(List<Integer> first, double inside, double across) {
        double[][] matrix = new double[5][5];
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 5; j++) {
                matrix[i][j] = i == j ? 0 : first.contains(i) == first.contains(j) ? inside : across;
            }
        }
        return matrix;
    }

    /**
     * FAR: 6.4 over all pairs, 0.4 of it within. NEAR: 1.0 and 0.1, the least within. MIXED: 8.0 over all pairs and no groups, so that the
     * sum over all pairs, or over all pairs within, would choose it.
     */
    private static Map<Choice<?>, double[][]> matrices() {
        Map<Choice<?>, double[][]> matrices = new LinkedHashMap<>();
        matrices.put(MIXED, planted(List.of(0), 0.8, 0.8));
        matrices.put(FAR, planted(List.of(2, 3), 0.1, 1.0));
        matrices.put(NEAR, planted(List.of(0, 4), 0.025, 0.15));
        return matrices;
    }

    private static Map<Choice<?>, Partition> partitions(SplitChooser chooser) {
        Map<Choice<?>, Partition> partitions = new LinkedHashMap<>();
        matrices().forEach((choice, matrix) -> partitions.put(choice, chooser.partition(choice, matrix, 0, 0)));
        return partitions;
    }

    private static SplitChooser chooser(Rule rule) {
        return new SplitChooser(
                SplitSettings.builder(List.of(1))
                        .groups(List.of(2))
                        .rule(rule)
                        .repeats(1)
                        .build(),
                new Space("s", List.of(MIXED, FAR, NEAR)),
                1);
    }

    @Test
    void groupsAreThoseThatArePlanted() {
        Map<Choice<?>, Partition> partitions = partitions(chooser(Rule.MAX_CUT_DISTANCE));
        assertThat(sorted(partitions.get(FAR))).containsExactly(List.of(0, 1, 4), List.of(2, 3));
        assertThat(partitions.get(FAR).within()).isCloseTo(0.4, within(1e-12));
        assertThat(partitions.get(FAR).cut()).isCloseTo(6.0, within(1e-12));
        assertThat(sorted(partitions.get(NEAR))).containsExactly(List.of(0, 4), List.of(1, 2, 3));
        assertThat(partitions.get(NEAR).within()).isCloseTo(0.1, within(1e-12));
    }

    @Test
    void largestCutAndLeastWithinChooseDifferentEdges() {
        for (Rule rule : List.of(Rule.MAX_CUT_DISTANCE, Rule.MIN_WITHIN)) {
            SplitChooser chooser = chooser(rule);
            Choice<?> chosen = chooser.choose(List.of(MIXED, FAR, NEAR), partitions(chooser), 0, 0);
            assertThat(chosen).as("%s", rule).isEqualTo(rule == Rule.MIN_WITHIN ? NEAR : FAR);
        }
    }

    private static List<List<Integer>> sorted(Partition partition) {
        List<List<Integer>> groups = new ArrayList<>();
        partition.groups().forEach(group -> groups.add(group.stream().sorted().toList()));
        groups.sort((a, b) -> Integer.compare(a.get(0), b.get(0)));
        return groups;
    }
}
