package dev.weft.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import dev.weft.space.Choice;
import dev.weft.space.Constraint;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Checks 3 and 13 of ShiftNAS, and drawing members of a level. */
class CostLevelsTest {
    private static final int DECISIONS = 4;
    private static final List<Choice<Integer>> CHOICES = IntStream.range(0, DECISIONS)
            .mapToObj(i -> Choice.of("c" + i, 0, 1, 2))
            .toList();
    private static final Space SPACE = new Space("additive", List.copyOf(CHOICES));
    private static final ToDoubleFunction<Member> SUM =
            member -> CHOICES.stream().mapToDouble(member::value).sum();

    @Test
    void everyMemberIsOfExactlyOneLevelAndEdgesAreHalfOpen() {
        CostLevels levels = CostLevels.between(0, 8, 4);
        assertThat(List.of(levels.of(0), levels.of(1.999), levels.of(2), levels.of(5.5), levels.of(8)))
                .containsExactly(0, 0, 1, 2, 3);
        for (Member member : SPACE.enumerate(100)) {
            double cost = SUM.applyAsDouble(member);
            List<Integer> holding = IntStream.range(0, 4)
                    .filter(k -> cost >= levels.from() + k * levels.width()
                            && (cost < levels.from() + (k + 1) * levels.width() || k == 3))
                    .boxed()
                    .toList();
            assertThat(holding).containsExactly(levels.of(cost));
            assertThat(levels.holds(cost)).isTrue();
        }
    }

    @Test
    void costsOutsideAreOfTheNearestLevelAndCanBeCounted() {
        CostLevels levels = CostLevels.between(10, 16, 3);
        assertThat(levels.of(-1e18)).isZero();
        assertThat(levels.of(9.99)).isZero();
        assertThat(levels.of(16.01)).isEqualTo(2);
        assertThat(levels.of(1e18)).isEqualTo(2);
        assertThat(levels.holds(9.99) || levels.holds(16.01)).isFalse();
        assertThat(levels.holds(10) && levels.holds(16)).isTrue();
        assertThat(levels.centre(1)).isEqualTo(13);
    }

    /** 1.3 to 2.0 G in steps of 0.1 G are the eight levels of the paper's tiny space. */
    @Test
    void levelsOnAGridHaveMultiplesOfTheStepAsCentres() {
        CostLevels levels = CostLevels.onGrid(1.28e9, 2.03e9, 0.1e9);
        assertThat(levels.count()).isEqualTo(8);
        assertThat(levels.centre(0)).isCloseTo(1.3e9, within(1.0));
        assertThat(levels.centre(7)).isCloseTo(2.0e9, within(1.0));
        assertThat(levels.holds(1.28e9) && levels.holds(2.03e9)).isTrue();
    }

    @Test
    void levelsWithoutWidthAreRefused() {
        assertThatThrownBy(() -> CostLevels.between(3, 3, 4))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("between 3.0 and 3.0");
        assertThatThrownBy(() -> CostLevels.onGrid(1, 2, 0)).isInstanceOf(InputException.class);
    }

    @Test
    void totalsOfUniformDecisionsFollowTheIrwinHallDistribution() {
        Map<Double, Double> counted = new HashMap<>();
        List<Member> all = SPACE.enumerate(100);
        all.forEach(member -> counted.merge(SUM.applyAsDouble(member), 1.0 / all.size(), Double::sum));
        var exact = CostSpread.additive(
                CHOICES.stream().map(c -> List.of(0.0, 1.0, 2.0)).toList());
        assertThat(exact.keySet()).isEqualTo(counted.keySet());
        exact.forEach((total, probability) -> assertThat(probability).isCloseTo(counted.get(total), within(1e-12)));
        assertThat(exact.get(0.0)).isCloseTo(Math.pow(1 / 3.0, DECISIONS), within(1e-15));
        assertThat(exact.get(8.0)).isCloseTo(Math.pow(1 / 3.0, DECISIONS), within(1e-15));
        assertThat(exact.values().stream().mapToDouble(p -> p).sum()).isCloseTo(1, within(1e-12));
    }

    @Test
    void sharesOfLevelsAreThoseOfTheTotalsAndDrawsAgree() {
        CostLevels levels = CostLevels.between(-0.5, 8.5, 9);
        List<Double> exact = CostSpread.shares(SPACE, levels, SUM, 81, 0);
        List<Double> drawn = CostSpread.shares(SPACE, levels, SUM, 80, 0); // one combination too many to count
        assertThat(exact).hasSize(9);
        CostSpread.additive(CHOICES.stream().map(c -> List.of(0.0, 1.0, 2.0)).toList())
                .forEach((total, probability) ->
                        assertThat(exact.get(total.intValue())).isCloseTo(probability, within(1e-12)));
        assertThat(drawn).isNotEqualTo(exact);
        List<Double> many = CostSpread.shares(
                new Space("c", SPACE.choices(), List.of(new Constraint("any", m -> true))), levels, SUM, 50_000, 0);
        for (int k = 0; k < 9; k++) {
            assertThat(many.get(k)).isCloseTo(exact.get(k), within(0.01));
        }
    }

    /** A draw of an inactive decision is a draw too: a block that does not run must not make its depth rarer. */
    @Test
    void combinationsOfInactiveDecisionsCount() {
        Choice<Integer> depth = Choice.of("depth", 1, 2);
        Choice<Integer> inner = Choice.of("inner", 0, 1, 2, 3).activeWhen("depth", 2);
        Space space = new Space("conditional", List.of(depth, inner));
        List<Double> shares =
                CostSpread.shares(space, CostLevels.between(1, 2, 2), member -> member.value(depth), 8, 0);
        assertThat(shares).containsExactly(0.5, 0.5);
    }

    @Test
    void rejectionDrawsMembersOfTheLevelAndTheNearestWhereThereIsNone() {
        CostLevels levels = CostLevels.between(0, 9, 9);
        SplittableRandom random = new SplittableRandom(1);
        for (int k = 0; k < 8; k++) {
            assertThat(levels.of(SUM.applyAsDouble(levels.draw(k, SPACE, SUM, 10_000, random))))
                    .isEqualTo(k);
        }
        CostLevels beyond = CostLevels.between(0, 80, 8);
        assertThat(SUM.applyAsDouble(beyond.draw(4, SPACE, SUM, 10_000, random)))
                .isEqualTo(8);
    }

    @Test
    void conditionalFrequenciesAreThoseOfTheLevelsMembers() {
        CostLevels levels = CostLevels.between(-0.5, 8.5, 9);
        LevelFrequencies table = LevelFrequencies.count(SPACE, levels, SUM, 40_000, new SplittableRandom(2));
        // Total 1: one decision of four picks 1, the others 0.
        assertThat(table.frequencies(1, CHOICES.get(2)).get(0)).isCloseTo(0.75, within(0.03));
        assertThat(table.frequencies(1, CHOICES.get(2)).get(1)).isCloseTo(0.25, within(0.03));
        assertThat(table.frequencies(1, CHOICES.get(2)).get(2)).isZero();
        assertThat(table.shares().stream().mapToDouble(s -> s).sum()).isCloseTo(1, within(1e-12));
        SplittableRandom random = new SplittableRandom(3);
        for (int k = 0; k < 9; k++) {
            assertThat(levels.of(SUM.applyAsDouble(table.draw(k, 100, random)))).isEqualTo(k);
        }
    }
}
