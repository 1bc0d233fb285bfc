package dev.weft.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ParetoFrontTest {
    private static final List<Objective> OBJECTIVES = List.of(Objective.of("accuracy"), Objective.of("params"));

    private static MeasuredMember member(int id, double accuracy, double params) {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("id", id);
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("accuracy", accuracy);
        values.put("params", params);
        return new MeasuredMember(new Member(options), values);
    }

    private static List<Integer> ids(List<MeasuredMember> members) {
        return members.stream()
                .map(m -> (Integer) m.member().options().get("id"))
                .toList();
    }

    @Test
    void dominatedMembersAreLeftOut() {
        ParetoFront front = ParetoFront.of(
                OBJECTIVES,
                List.of(
                        member(1, 0.9, 30),
                        member(2, 0.5, 10),
                        member(3, 0.5, 11),
                        member(4, 0.7, 20),
                        member(5, 0.7, 20),
                        member(6, 0.6, 25)));
        assertThat(ids(front.members())).containsExactly(2, 4, 5, 1);
    }

    @Property(tries = 200)
    void frontDoesNotDependOnTheOrderAndCoversEveryMember(
            @ForAll @Size(min = 1, max = 30) List<@IntRange(max = 9) Integer> accuracies, @ForAll long seed) {
        Random random = new Random(seed);
        List<MeasuredMember> all = new ArrayList<>(IntStream.range(0, accuracies.size())
                .mapToObj(i -> member(i, accuracies.get(i), random.nextInt(10)))
                .toList());
        ParetoFront front = ParetoFront.of(OBJECTIVES, all);
        assertThat(all).allMatch(m -> front.members().stream()
                .anyMatch(f -> f.value("accuracy") >= m.value("accuracy") && f.value("params") <= m.value("params")));
        assertThat(front.members()).extracting(m -> m.value("params")).isSorted();
        assertThat(front.members()).extracting(m -> m.value("accuracy")).isSorted();
        Collections.shuffle(all, random);
        assertThat(ParetoFront.of(OBJECTIVES, all)).isEqualTo(front);
        assertThat(ParetoFront.of(OBJECTIVES, front.members())).isEqualTo(front);
    }

    @Test
    void hypervolumeInClosedForm() {
        //   params
        //    10 +---+---+-------+
        //       |   |   |       |   accuracy 1, 2, 4 at 1, 3, 6 parameters: columns of
        //     6 |   |   +-------+   width 1, 1, 2 and height 9, 7, 4
        //     3 |   +---+
        //     1 +---+
        List<MeasuredMember> members = List.of(member(1, 1, 1), member(2, 2, 3), member(3, 4, 6));
        ParetoFront front = ParetoFront.of(OBJECTIVES, members);
        double expected = 1 * 9 + 1 * 7 + 2 * 4;
        assertThat(front.hypervolume(0, 10)).isCloseTo(expected, within(1e-12));
        // One that is dominated, and one beyond the reference, add nothing.
        List<MeasuredMember> more = new ArrayList<>(members);
        more.add(member(4, 1.5, 4));
        more.add(member(5, 9, 11));
        assertThat(ParetoFront.of(OBJECTIVES, more).hypervolume(0, 10)).isCloseTo(expected, within(1e-12));
        assertThat(ParetoFront.of(OBJECTIVES, List.of()).hypervolume(0, 10)).isZero();
        assertThat(ParetoFront.of(OBJECTIVES, List.of(member(1, 3, 4))).hypervolume(1, 9))
                .isCloseTo(2 * 5, within(1e-12));
    }

    @Property(tries = 100)
    void hypervolumeCountsCoveredUnitSquares(
            @ForAll @Size(min = 1, max = 12) List<@IntRange(max = 7) Integer> accuracies, @ForAll long seed) {
        Random random = new Random(seed);
        List<MeasuredMember> all = IntStream.range(0, accuracies.size())
                .mapToObj(i -> member(i, accuracies.get(i), random.nextInt(8)))
                .toList();
        long squares = IntStream.range(0, 64)
                .filter(s -> all.stream().anyMatch(m -> m.value("accuracy") >= s / 8 + 1 && m.value("params") <= s % 8))
                .count();
        assertThat(ParetoFront.of(OBJECTIVES, all).hypervolume(0, 8)).isCloseTo(squares, within(1e-9));
    }

    @Test
    void bestWithinABudget() {
        ParetoFront front =
                ParetoFront.of(OBJECTIVES, List.of(member(1, 0.5, 10), member(2, 0.7, 20), member(3, 0.9, 30)));
        assertThat(ids(List.of(front.best(Constraints.parse("params<=29"))))).containsExactly(2);
        assertThat(ids(List.of(front.best(Constraints.NONE)))).containsExactly(3);
        assertThatThrownBy(() -> front.best(Constraints.parse("params<=9")))
                .isInstanceOf(InputException.class)
                .hasMessage("No member satisfies params<=9: the smallest found is 10, of \"id=1\". Raise the limit.");
        assertThatThrownBy(() -> front.best(Constraints.parse("macs<=9")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("unknown metric \"macs\". Known: accuracy, params.");
    }

    @Test
    void picksAreSpreadAlongTheCost() {
        // Costs 1, 2, 4, ..., 256: three picks are evenly spaced in doublings.
        List<MeasuredMember> members = IntStream.range(0, 9)
                .mapToObj(i -> member(i, i, Math.pow(2, i)))
                .toList();
        ParetoFront front = ParetoFront.of(OBJECTIVES, members);
        assertThat(ids(front.pick(3))).containsExactly(0, 4, 8);
        assertThat(ids(front.pick(5))).containsExactly(0, 2, 4, 6, 8);
        assertThat(ids(front.pick(1))).containsExactly(8);
        assertThat(front.pick(9)).isEqualTo(front.members());
        assertThat(front.pick(20)).isEqualTo(front.members());
    }

    @Property(tries = 200)
    void picksAreDistinctWithBothEnds(
            @ForAll @Size(min = 2, max = 20) List<@IntRange(min = 0, max = 1000) Integer> costs,
            @ForAll @IntRange(min = 2, max = 8) int count) {
        List<Integer> distinct = costs.stream().distinct().sorted().toList();
        ParetoFront front = ParetoFront.of(
                OBJECTIVES,
                IntStream.range(0, distinct.size())
                        .mapToObj(i -> member(i, i, distinct.get(i)))
                        .toList());
        List<MeasuredMember> picked = front.pick(count);
        assertThat(picked).hasSize(Math.min(count, distinct.size())).doesNotHaveDuplicates();
        assertThat(ids(picked)).isSorted();
        assertThat(picked.get(0)).isEqualTo(front.members().get(0));
        assertThat(picked.get(picked.size() - 1))
                .isEqualTo(front.members().get(front.members().size() - 1));
    }
}
