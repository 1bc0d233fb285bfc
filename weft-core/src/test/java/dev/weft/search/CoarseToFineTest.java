package dev.weft.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.weft.io.InputException;
import dev.weft.io.Yaml;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CoarseToFineTest implements SearchContract {
    @Override
    public SearchSettings search() {
        return new CoarseToFine(null, 0.2, 30);
    }

    @Test
    void gridHasTheProductOfTheLevelCounts() {
        Space space = TestSpaces.stages();
        assertThat(GridAxis.of(space, Map.of()))
                .extracting(GridAxis::name, GridAxis::levels)
                .containsExactly(tuple("resolution", 3), tuple("width", 4), tuple("depth", 3), tuple("kernel", 2));
        assertThat(new CoarseToFine().grid(space)).hasSize(3 * 4 * 3 * 2).doesNotHaveDuplicates();
        assertThat(new CoarseToFine(Map.of("width", 6, "resolution", 1), null, null).grid(space))
                .hasSize(6 * 3 * 2)
                .doesNotHaveDuplicates()
                .allMatch(m -> m.value(TestSpaces.RESOLUTION) == 28);
    }

    @Test
    void fineCandidatesOfEveryBudgetStayWithinIt() {
        List<Constraints> budgets = List.of(Constraints.parse("macs<=200000"), Constraints.parse("macs<=600000"));
        SearchTask task = new SearchTask(TestSpaces.stages(), OBJECTIVES, budgets, 9);
        List<MeasuredMember> coarse = new CoarseToFine(null, null, 0)
                .search(task, Evaluations.inMemory(new TestSpaces.Noted()))
                .measured();
        List<MeasuredMember> all = new CoarseToFine(null, 0.3, 10)
                .search(task, Evaluations.inMemory(new TestSpaces.Noted()))
                .measured();
        assertThat(all).hasSize(coarse.size() + 20);
        assertThat(all.subList(coarse.size(), coarse.size() + 10)).allMatch(budgets.get(0)::hold);
        assertThat(all.subList(coarse.size() + 10, coarse.size() + 20)).allMatch(budgets.get(1)::hold);
    }

    @Test
    void oneLevelHoldsForAllStages() {
        List<Member> grid = new CoarseToFine().grid(TestSpaces.stages());
        // Width at level 0..3 of 4: two options split in the middle, three options at 0, 0.67, 1.33, 2, six at 0, 1.67,
        // 3.33, 5.
        assertThat(grid.stream()
                        .map(m -> List.of(
                                m.value(TestSpaces.STEM), m.value(TestSpaces.WIDTH1), m.value(TestSpaces.WIDTH2)))
                        .distinct())
                .containsExactlyInAnyOrder(
                        List.of(4, 8, 16), List.of(4, 12, 24), List.of(8, 12, 28), List.of(8, 16, 40));
        assertThat(grid.get(0)).isEqualTo(TestSpaces.stages().smallest());
        assertThat(grid.get(grid.size() - 1)).isEqualTo(TestSpaces.stages().largest());
        assertThat(grid).allMatch(m -> m.value(TestSpaces.KERNEL1).equals(m.value(TestSpaces.KERNEL2)));
    }

    @Test
    void fineCandidatesAreWithinTheBudgetDistinctAndNearTheBest() {
        Space space = TestSpaces.stages();
        Constraints budget = Constraints.parse("macs<=600000");
        SearchTask task = new SearchTask(space, OBJECTIVES, budget, 9);
        SearchResult coarse =
                new CoarseToFine(null, null, 0).search(task, Evaluations.inMemory(new TestSpaces.Noted()));
        SearchResult both = new CoarseToFine(null, 0.1, 40).search(task, Evaluations.inMemory(new TestSpaces.Noted()));
        assertThat(both.measured()).startsWith(coarse.measured().toArray(MeasuredMember[]::new));
        List<MeasuredMember> fine = both.measured()
                .subList(coarse.measured().size(), both.measured().size());
        assertThat(fine).hasSize(40).allMatch(budget::hold);
        assertThat(fine.stream().map(m -> space.encode(m.member()))).doesNotHaveDuplicates();
        List<Integer> start = space.encode(coarse.best().get(0).measured().member());
        assertThat(fine).allSatisfy(m -> {
            List<Integer> indices = space.encode(m.member());
            long changed = IntStream.range(0, start.size())
                    .filter(i -> !start.get(i).equals(indices.get(i)))
                    .count();
            assertThat(changed).isBetween(1L, 6L);
        });
        assertThat(both.best().get(0).measured().value("accuracy"))
                .isGreaterThanOrEqualTo(coarse.best().get(0).measured().value("accuracy"));
    }

    @Test
    void encodingsThatDifferWhereNothingIsDecidedAreOneMember() {
        Space space = TestSpaces.blocks();
        CoarseToFine search = new CoarseToFine(null, 0.5, 500);
        assertThat(search.grid(space)).hasSize(2 * 3 * 3).allMatch(space::contains);
        LinkedHashMap<String, ToDoubleFunction<Member>> functions = new LinkedHashMap<>();
        functions.put("accuracy", m -> space.encode(m).stream().mapToInt(i -> i).sum());
        SearchResult result = search.search(
                new SearchTask(space, List.of(Objective.of("accuracy")), Constraints.NONE, 1),
                Evaluations.inMemory(Evaluator.of(functions)));
        // 500 are asked for, but the space has fewer: all are found, and the search ends.
        assertThat(result.measured()).hasSize(space.count().intValueExact());
        assertThat(result.measured()).extracting(MeasuredMember::member).containsAll(space.enumerate(1000));
    }

    @Test
    void levelsThatTheSpaceDoesNotHaveAreToldApart() {
        assertThatThrownBy(() -> new CoarseToFine(Map.of("widht", 2), null, null).grid(TestSpaces.stages()))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "Space \"stages\" must have the axis of every level, but has no \"widht\". Axes: resolution,"
                                + " width, depth, kernel. Did you mean \"width\"?");
        assertThatThrownBy(() -> new CoarseToFine(Map.of("depth", 4), null, null).grid(TestSpaces.stages()))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "The levels of axis depth must be 1 to 3, the most options that one of its choices has, but got 4.");
        assertThatThrownBy(() -> new CoarseToFine(null, Double.NaN, null)).isInstanceOf(InputException.class);
    }

    @Test
    void levelsReadBack() {
        SearchSettings settings = new CoarseToFine(Map.of("width", 3), 0.2, 30);
        assertThat(Yaml.parse(Yaml.write(settings), "settings", SearchSettings.class))
                .isEqualTo(settings);
    }

    @Test
    void whatARecipeLeavesOutHasItsDefault() {
        assertThat(Yaml.parse("kind: coarse-to-fine\nlevels: {width: 2}\n", "recipe", SearchSettings.class))
                .isEqualTo(new CoarseToFine(Map.of("width", 2), 0.1, 200));
        assertThatThrownBy(
                        () -> Yaml.parse("kind: coarse-to-fine\nlevels: {width: }\n", "recipe", SearchSettings.class))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must be a number, but got {width=null}");
        assertThatThrownBy(() -> Yaml.parse("kind: coarse\n", "recipe.yaml", SearchSettings.class))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("coarse-to-fine");
        assertThatThrownBy(() -> Yaml.parse("kind: coarse-to-fine\nmutation: 2\n", "recipe.yaml", SearchSettings.class))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Did you mean \"mutations\"?");
    }
}
