package dev.weft.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Kinds;
import dev.weft.io.Yaml;
import dev.weft.metric.Metric;
import dev.weft.space.Choice;
import dev.weft.space.Constraint;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** What every search keeps, whatever it proposes. */
public interface SearchContract {
    List<Objective> OBJECTIVES = List.of(Objective.of("accuracy"), Objective.of("latencyMillis"));

    /** Small settings of the search, not the default ones. */
    SearchSettings search();

    /** The kinds that the search is among. */
    default Kinds kinds() {
        return Kinds.builtIn();
    }

    private static SearchTask task(String constraints, long seed) {
        return new SearchTask(TestSpaces.stages(), OBJECTIVES, Constraints.parse(constraints), seed);
    }

    @Test
    default void sameSeedSameResult() {
        SearchTask task = task("macs<=300000", 7);
        SearchResult first = search().search(task, Evaluations.inMemory(new TestSpaces.Noted()));
        SearchResult again = search().search(task, Evaluations.inMemory(new TestSpaces.Noted()));
        assertThat(again).isEqualTo(first);
        assertThat(first.complete()).isTrue();
        SearchResult other = search().search(task("macs<=300000", 8), Evaluations.inMemory(new TestSpaces.Noted()));
        assertThat(other.measured()).isNotEqualTo(first.measured());
    }

    @Test
    default void membersAreOfTheSpaceDistinctAndWithinTheBudget() {
        SearchTask task = task("params<=900,latencyMillisP99<=0.6", 3);
        SearchResult result = search().search(task, Evaluations.inMemory(new TestSpaces.Noted()));
        assertThat(result.measured()).isNotEmpty().doesNotHaveDuplicates().allSatisfy(m -> {
            assertThat(task.space().contains(m.member())).isTrue();
            assertThat(TestSpaces.stageValues(m.member())).containsAllEntriesOf(m.values());
            assertThat(m.values()).containsOnlyKeys("params", "latencyMillisP50", "latencyMillisP99", "accuracy");
            assertThat(m.value("params")).isLessThanOrEqualTo(900);
            assertThat(m.value("latencyMillisP99")).isLessThanOrEqualTo(0.6);
        });
        assertThat(result.measured().stream().map(MeasuredMember::member)).doesNotHaveDuplicates();
        assertThat(result.front()).isEqualTo(ParetoFront.of(OBJECTIVES, result.measured()));
        assertThat(result.best()).hasSize(1);
        assertThat(result.best().get(0).measured().value("accuracy"))
                .isEqualTo(result.measured().stream()
                        .mapToDouble(m -> m.value("accuracy"))
                        .max()
                        .orElseThrow());
    }

    @Test
    default void everyBudgetHasItsBest() {
        List<Constraints> budgets = List.of(
                Constraints.parse("macs<=120000"), Constraints.parse("macs<=400000"), Constraints.parse("macs<=1e6"));
        SearchResult result = search().search(
                        new SearchTask(TestSpaces.stages(), OBJECTIVES, budgets, 5),
                        Evaluations.inMemory(new TestSpaces.Noted()));
        assertThat(result.best()).extracting(BestMember::budget).isEqualTo(budgets);
        assertThat(result.best()).allMatch(b -> b.budget().hold(b.measured()));
        assertThat(result.best())
                .extracting(b -> b.measured().value("accuracy"))
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    default void nothingIsMeasuredTwice() {
        TestSpaces.Noted evaluator = new TestSpaces.Noted();
        Evaluations evaluations = Evaluations.inMemory(evaluator);
        SearchTask task = task("latencyMillis<=0.5", 1);
        SearchResult first = search().search(task, evaluations);
        assertThat(evaluator.calls).isNotEmpty().doesNotHaveDuplicates();
        assertThat(evaluator.of("latencyMillisP99")).isEmpty();
        int calls = evaluator.calls.size();
        assertThat(search().search(task, evaluations)).isEqualTo(first);
        assertThat(evaluator.calls).hasSize(calls);
    }

    @Test
    default void accuracyIsMeasuredOnlyWithinTheBudget() {
        TestSpaces.Noted evaluator = new TestSpaces.Noted();
        SearchResult result = search().search(task("macs<=150000", 2), Evaluations.inMemory(evaluator));
        assertThat(evaluator.of("accuracy")).hasSameSizeAs(result.measured());
        assertThat(evaluator.of("macs")).hasSizeGreaterThan(result.measured().size());
    }

    @Test
    default void stopsWhenAskedAndResumesToTheSameResult() {
        SearchTask task = task("macs<=300000", 11);
        TestSpaces.Noted whole = new TestSpaces.Noted();
        SearchResult expected = search().search(task, Evaluations.inMemory(whole));

        TestSpaces.Noted evaluator = new TestSpaces.Noted();
        Evaluations evaluations = Evaluations.inMemory(evaluator);
        for (int limit : List.of(0, 1, 10, whole.calls.size() / 2, whole.calls.size() - 1)) {
            SearchResult part =
                    search().search(task, evaluations, progress -> {}, () -> evaluator.calls.size() >= limit);
            assertThat(evaluator.calls).hasSize(limit);
            assertThat(part.complete()).isFalse();
            assertThat(part.measured()).allMatch(m -> m.value("macs") <= 300000);
        }
        assertThat(search().search(task, evaluations)).isEqualTo(expected);
        assertThat(evaluator.calls).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(whole.calls);
    }

    @Test
    default void progressCountsUpToThePlan() {
        List<SearchProgress> heard = new ArrayList<>();
        Evaluations evaluations = Evaluations.inMemory(new TestSpaces.Noted());
        SearchTask task = task("macs<=300000", 4);
        SearchResult result = search().search(task, evaluations, heard::add, () -> false);
        assertThat(heard).extracting(SearchProgress::candidates).isSorted().doesNotHaveDuplicates();
        assertThat(heard).allMatch(p -> p.candidates() <= p.planned() && p.replayed() == 0);
        SearchProgress last = heard.get(heard.size() - 1);
        assertThat(last.candidates() - last.refused())
                .isEqualTo(result.measured().size());
        assertThat(last.best()).contains(result.best().get(0).measured());
        assertThat(last.candidatesPerMinute()).isPositive();

        List<SearchProgress> replay = new ArrayList<>();
        search().search(task, evaluations, replay::add, () -> false);
        assertThat(replay).hasSameSizeAs(heard).allMatch(p -> p.replayed() == p.candidates());
    }

    @Test
    default void aLatencyThatTheCheapestMemberMissesIsRefusedAtOnce() {
        TestSpaces.Noted evaluator = new TestSpaces.Noted();
        assertThatThrownBy(() -> search().search(task("latencyMillis<=0.01", 1), Evaluations.inMemory(evaluator)))
                .isInstanceOf(UnmetBudgetException.class)
                .hasMessage("latencyMillisP50<=0.01 cannot be reached: the cheapest member, \""
                        + TestSpaces.stages().smallest() + "\", needs 0.201 ms here. Raise the limit.");
        assertThat(evaluator.of("latencyMillisP50")).hasSize(1);
        assertThat(evaluator.of("accuracy")).isEmpty();
    }

    @Test
    default void aLatencyThatIsMissedByLessThanAMeasurementMayErrIsSearchedFor() {
        TestSpaces.Noted evaluator = new TestSpaces.Noted();
        assertThatThrownBy(() -> search().search(task("latencyMillis<=0.19", 1), Evaluations.inMemory(evaluator)))
                .isInstanceOf(UnmetBudgetException.class)
                .hasMessageStartingWith("No member satisfies latencyMillisP50<=0.19: the smallest found is 0.2008");
        assertThat(evaluator.of("latencyMillisP50")).hasSizeGreaterThan(10);
        assertThat(evaluator.of("accuracy")).isEmpty();
    }

    @Test
    default void aCountThatNoMemberHasIsRefusedAtOnce() {
        TestSpaces.Noted evaluator = new TestSpaces.Noted();
        assertThatThrownBy(() -> search().search(task("accuracy>=0.1,params<=251", 1), Evaluations.inMemory(evaluator)))
                .isInstanceOf(UnmetBudgetException.class)
                .hasMessage("params<=251 cannot be reached: the cheapest member, \""
                        + TestSpaces.stages().smallest() + "\", needs 252. Raise the limit.");
        assertThatThrownBy(() -> search().search(task("params>=1e9", 1), Evaluations.inMemory(evaluator)))
                .hasMessage("params>=1000000000 cannot be reached: the member with the most, \""
                        + TestSpaces.stages().largest() + "\", has 3272. Lower the limit.");
        assertThat(evaluator.calls).allMatch(call -> call.startsWith("params "));
        assertThatThrownBy(() -> search().search(task("accuracy>=70", 1), Evaluations.inMemory(evaluator)))
                .hasMessage(
                        "accuracy>=70 cannot be reached: an accuracy is a share from 0 to 1, such as 0.85 for 85 %.");
    }

    @Test
    default void anAccuracyThatNothingReachesIsToldAfterTheSearch() {
        assertThatThrownBy(
                        () -> search().search(task("accuracy>=0.999", 1), Evaluations.inMemory(new TestSpaces.Noted())))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("No member satisfies accuracy>=0.999: the largest found is 0.");
    }

    @Test
    default void measuresExactlyAsManyMembersAsTheTaskSays() {
        for (int wanted : List.of(12, 57, 150)) {
            for (List<Constraints> budgets : List.of(
                    List.<Constraints>of(),
                    List.of(Constraints.parse("macs<=300000")),
                    List.of(Constraints.parse("macs<=101000"), Constraints.parse("macs<=900000")))) {
                SearchTask task = new SearchTask(TestSpaces.stages(), OBJECTIVES, budgets, OptionalInt.of(wanted), 2);
                TestSpaces.Noted evaluator = new TestSpaces.Noted();
                Evaluations evaluations = Evaluations.inMemory(evaluator);
                SearchResult result = search().search(task, evaluations);
                assertThat(result.measured()).hasSize(wanted).doesNotHaveDuplicates();
                assertThat(evaluator.of("accuracy")).hasSize(wanted);
                assertThat(result.best()).hasSize(Math.max(1, budgets.size()));
                // What is known counts as well: asked again, the same members and no more.
                assertThat(search().search(task, evaluations)).isEqualTo(result);
                assertThat(evaluator.of("accuracy")).hasSize(wanted);
            }
        }
    }

    @Test
    default void measuresEveryMemberOfASpaceWithFewerThanTheTaskSays() {
        Space space = TestSpaces.blocks();
        LinkedHashMap<String, ToDoubleFunction<Member>> functions = new LinkedHashMap<>();
        functions.put("accuracy", m -> space.encode(m).stream().mapToInt(i -> i).sum());
        SearchResult result = search().search(
                        new SearchTask(space, List.of(Objective.of("accuracy")), List.of(), OptionalInt.of(1000), 1),
                        Evaluations.inMemory(Evaluator.of(functions)));
        assertThat(result.measured())
                .extracting(MeasuredMember::member)
                .containsExactlyInAnyOrderElementsOf(space.enumerate(1000));
        assertThat(result.complete()).isTrue();
    }

    @Test
    default void anErrorOfTheEvaluatorComesThrough() {
        Evaluator broken = new Evaluator() {
            @Override
            public List<Metric> metrics() {
                return List.of(Metric.LATENCY_MILLIS_P50, Metric.ACCURACY);
            }

            @Override
            public Map<String, Double> measure(Member member, String metric) {
                throw new InputException("the images are gone");
            }
        };
        assertThatThrownBy(() -> search().search(task("", 1), Evaluations.inMemory(broken)))
                .isInstanceOf(InputException.class)
                .hasMessage("the images are gone");
    }

    /** As in a space of operations, whose smallest options together are no member. */
    @Test
    default void noMemberThatBreaksAConstraintIsEvenMeasured() {
        Choice<String> first = Choice.of("first", "none", "skip", "conv");
        Choice<String> second = Choice.of("second", "none", "skip", "conv");
        Choice<String> third = Choice.of("third", "none", "skip", "conv");
        Space space = new Space(
                "cell",
                List.of(first, second, third),
                List.of(new Constraint(
                        "connected",
                        m -> !m.value(third).equals("none")
                                || !m.value(first).equals("none")
                                        && !m.value(second).equals("none"))));
        LinkedHashMap<String, ToDoubleFunction<Member>> functions = new LinkedHashMap<>();
        functions.put("accuracy", m -> {
            assertThat(space.contains(m)).as(m.toString()).isTrue();
            return space.encode(m).stream().mapToInt(i -> i).sum();
        });
        SearchResult result = search().search(
                        new SearchTask(space, List.of(Objective.of("accuracy")), Constraints.NONE, 1),
                        Evaluations.inMemory(Evaluator.of(functions)));
        assertThat(result.measured()).hasSizeGreaterThan(3);
    }

    @Test
    default void aPlainModelIsItsOnlyMember() {
        Space plain = new Space("plain", List.of());
        LinkedHashMap<String, ToDoubleFunction<Member>> one = new LinkedHashMap<>();
        one.put("accuracy", m -> 0.5);
        SearchResult result = search().search(
                        new SearchTask(plain, List.of(Objective.of("accuracy")), Constraints.NONE, 1),
                        Evaluations.inMemory(Evaluator.of(one)));
        assertThat(result.measured()).hasSize(1);
    }

    @Test
    default void settingsReadBack() {
        assertThat(Json.parse(Json.write(search()), "settings", SearchSettings.class, kinds()))
                .isEqualTo(search());
        assertThat(Yaml.parse(Yaml.write(search()), "settings", SearchSettings.class, kinds()))
                .isEqualTo(search());
    }
}
