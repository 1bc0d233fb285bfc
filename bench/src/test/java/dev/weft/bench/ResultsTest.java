package dev.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
    @Test
    void a_spread_has_the_median_between_the_extremes() {
        assertThat(Spread.of(3, 1, 2)).isEqualTo(new Spread(1, 2, 3, 3));
        assertThat(Spread.of(4, 1, 2, 3).median()).isEqualTo(2.5);
    }

    @Test
    void the_latest_result_of_each_benchmark_is_reported(@TempDir Path folder) {
        Results results = new Results(folder);
        results.append(result("one", 1));
        results.append(result("one", 2));
        results.append(result("two", 3));

        List<Result> latest = results.latest(List.of("two", "missing", "one"));

        assertThat(latest).extracting(Result::benchmark).containsExactly("two", "one");
        assertThat(latest.get(1).measurements().get(0).spread().median()).isEqualTo(2);
    }

    @Test
    void a_result_reads_as_a_table() {
        assertThat(Tables.markdown(result("one", 12.345)))
                .startsWith("### one\n")
                .contains("threads: 2.")
                .contains("| a step | ms | 12.3 | 12.3 | 12.3 | 1 |")
                .contains("- **not reached**: fast; measured slow");
    }

    @Test
    void growth_is_that_of_the_second_half() {
        assertThat(new Soak.Series(100, List.of(10.0, 50.0, 60.0, 60.0, 60.0, 60.0)).slope())
                .isZero();
        assertThat(new Soak.Series(100, List.of(0.0, 0.0, 1.0, 2.0, 3.0)).slope())
                .isEqualTo(10);
    }

    private static Result result(String name, double value) {
        return new Result.Builder(name)
                .setting("threads", 2)
                .measured("a step", "ms", Spread.of(value))
                .goal("fast", "slow", false)
                .build();
    }
}
