package dev.weft.space;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DimTest {
    private static final Choice<Integer> WIDTH = Choice.of("width", 12, 20);
    private static final Choice<Double> RATIO = Choice.of("ratio", 0.1, 1.5);
    private static final Choice<String> OPERATION = Choice.of("operation", "none", "conv1", "conv3");

    /** One of every kind, with its size for the member of width 12 and ratio 1.5, and its largest. */
    private static final List<Expected> ALL = List.of(
            new Expected(Dim.of(7), 7, 7),
            new Expected(Dim.of(WIDTH), 12, 20),
            new Expected(Dim.of(WIDTH).times(3), 36, 60),
            new Expected(Dim.of(WIDTH).times(Dim.of(WIDTH)), 144, 400),
            new Expected(Dim.of(WIDTH).scaled(RATIO, 8), 16, 32), // of 18 and 30
            new Expected(Dim.of(OPERATION, List.of(0, 1, 3)), 1, 3));

    private record Expected(Dim dim, int size, int max) {}

    @Test
    void everyKindIsCoveredAndHasItsSizes() {
        Member member = new Member(Map.of("width", 12, "ratio", 1.5, "operation", "conv1"));
        for (Expected expected : ALL) {
            assertThat(expected.dim.size(member)).as(expected.dim.toString()).isEqualTo(expected.size);
            assertThat(expected.dim.max()).as(expected.dim.toString()).isEqualTo(expected.max);
        }
        Set<Class<?>> covered = ALL.stream().map(e -> e.dim.getClass()).collect(Collectors.toSet());
        assertThat(covered).isEqualTo(Set.of(Dim.class.getPermittedSubclasses()));
    }

    @Test
    void noMemberIsLargerThanTheLargest() {
        Space space = new Space("s", List.of(WIDTH, RATIO, OPERATION));
        for (Member member : space.enumerate(20)) {
            for (Expected expected : ALL) {
                assertThat(expected.dim.size(member)).isBetween(1, expected.dim.max());
            }
        }
    }

    @Test
    void anOptionWithoutASizeDoesNotExistAndStandsForTheLargest() {
        Dim kernel = Dim.of(OPERATION, List.of(0, 1, 3));
        assertThat(kernel.exists(new Member(Map.of("operation", "none")))).isFalse();
        assertThat(kernel.size(new Member(Map.of("operation", "none")))).isEqualTo(3);
        assertThat(kernel.exists(new Member(Map.of("operation", "conv3")))).isTrue();
    }

    @Test
    void choiceOfOneOptionIsAFixedSizeThatNeedsNoPicking() {
        assertThat(Dim.of(Choice.of("depth", 3))).isEqualTo(Dim.of(3));
        assertThat(Dim.of(Choice.of("depth", 3)).size(Member.PLAIN)).isEqualTo(3);
    }

    @Test
    void roundingNeverGivesZero() {
        assertThat(Dim.of(12).scaled(Choice.of("ratio", 0.1), 8).max()).isEqualTo(8);
    }
}
