package dev.weft.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.weft.io.InputException;
import dev.weft.metric.Metric;
import dev.weft.run.Measurement;
import dev.weft.run.RunFolder;
import dev.weft.space.Member;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationsTest {
    private static final Member MEMBER = TestSpaces.stages().largest();

    @Test
    void whatCameAlongIsKept() {
        TestSpaces.Noted evaluator = new TestSpaces.Noted();
        Evaluations evaluations = Evaluations.inMemory(evaluator);
        double p50 = evaluations.value(MEMBER, "latencyMillis");
        assertThat(evaluations.value(MEMBER, "latencyMillisP99")).isGreaterThan(p50);
        assertThat(evaluations.known(MEMBER, "latencyMillisP50")).hasValue(p50);
        assertThat(evaluations.known(MEMBER, "accuracy")).isEmpty();
        assertThat(evaluator.calls).hasSize(1);
        assertThat(evaluations.measurements()).isEqualTo(1);
    }

    @Test
    void theTableOfARunKeepsEachNumberOnceForEachContext(@TempDir Path folder) {
        TestSpaces.Noted first = new TestSpaces.Noted(Map.of("accuracy", "weights 1"));
        TestSpaces.Noted second = new TestSpaces.Noted(Map.of("accuracy", "weights 2"));
        try (RunFolder run = RunFolder.create(folder.resolve("run"), "seed: 1\n")) {
            Evaluations.of(first, run.database()).values(MEMBER, List.of(Metric.ACCURACY, Metric.PARAMS));
        }
        try (RunFolder run = RunFolder.open(folder.resolve("run"))) {
            Evaluations.of(first, run.database()).values(MEMBER, List.of(Metric.ACCURACY, Metric.PARAMS));
            Evaluations.of(second, run.database()).values(MEMBER, List.of(Metric.ACCURACY, Metric.PARAMS));
            assertThat(first.calls).hasSize(2).doesNotHaveDuplicates();
            assertThat(second.calls).containsExactly("accuracy " + MEMBER);
            assertThat(run.database().members())
                    .extracting(Measurement::member, Measurement::metric, Measurement::context)
                    .containsExactly(
                            tuple(MEMBER.toString(), "params", ""),
                            tuple(MEMBER.toString(), "accuracy", "weights 1"),
                            tuple(MEMBER.toString(), "accuracy", "weights 2"));
        }
    }

    @Test
    void cheapNumbersComeFirst() {
        TestSpaces.Noted evaluator = new TestSpaces.Noted();
        MeasuredMember measured = Evaluations.inMemory(evaluator)
                .values(MEMBER, List.of(Metric.ACCURACY, Metric.LATENCY_MILLIS_P50, Metric.PARAMS));
        assertThat(measured.values().keySet()).containsExactly("params", "latencyMillisP50", "accuracy");
        assertThat(measured.value("latencyMillis")).isEqualTo(measured.value("latencyMillisP50"));
        assertThatThrownBy(() -> measured.value("macs")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatCannotBeMeasuredIsToldBeforeTheSearch() {
        Evaluations evaluations = Evaluations.inMemory(new TestSpaces.Noted());
        assertThatThrownBy(() -> evaluations.value(MEMBER, "bytes"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("unknown metric \"bytes\"");
        SearchTask task =
                new SearchTask(TestSpaces.stages(), List.of(new Objective("energy", null)), Constraints.NONE, 1);
        assertThatThrownBy(() -> new RandomSearch(3).search(task, evaluations))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("Search: unknown metric \"energy\". Known: params, macs,");
        assertThat(evaluations.measurements()).isZero();
        assertThatThrownBy(() -> new SearchTask(TestSpaces.stages(), List.of(), Constraints.NONE, 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("one or more objectives");
    }

    @Test
    void aNumberThatIsNoneIsTheEvaluatorsMistake() {
        LinkedHashMap<String, ToDoubleFunction<Member>> functions = new LinkedHashMap<>();
        functions.put("accuracy", m -> Double.NaN);
        assertThatThrownBy(() -> Evaluations.inMemory(Evaluator.of(functions)).value(MEMBER, "accuracy"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("accuracy=NaN");
    }
}
