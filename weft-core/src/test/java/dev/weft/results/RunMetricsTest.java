package dev.weft.results;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.model.FamilyDescription.Kept;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunMetricsTest {
    /** The largest member is kept by training, with its accuracy, and as the best one by a search, with every number. */
    @Test
    void aMemberOfTwoNamesIsOneRowWithAllThatIsKnownOfIt() {
        List<RunMetrics.MeasuredRow> rows = RunMetrics.rows(
                new LinkedHashMap<>(),
                List.of(
                        new Kept("largest", "width=2", Map.of("accuracy", 0.5)),
                        new Kept("best", "width=2", Map.of("accuracy", 0.5, "latencyMillisP50", 1.5)),
                        new Kept("smallest", "width=1", Map.of("accuracy", 0.25))));
        assertThat(rows)
                .containsExactly(
                        new RunMetrics.MeasuredRow(
                                "largest best", "width=2", Map.of("accuracy", 0.5, "latencyMillisP50", 1.5)),
                        new RunMetrics.MeasuredRow("smallest", "width=1", Map.of("accuracy", 0.25)));
    }
}
