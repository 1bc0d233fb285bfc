package dev.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import dev.weft.metric.Metric;
import dev.weft.search.MeasuredMember;
import dev.weft.search.Objective;
import dev.weft.space.Member;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecipeFrontBenchmarkTest {
    private static MeasuredMember member(String metric, double quality, double macs) {
        return new MeasuredMember(Member.PLAIN, Map.of(metric, quality, Metric.MACS.key(), macs));
    }

    /** There are three doublings from 1 to 8 multiply-adds: 0.5 is the best for one of them, 0.6 for the second and 0.9 for the third. */
    @Test
    void frontIsTheMeanOfTheBestWithinBudgetsThatDouble() {
        String metric = Metric.ACCURACY.key();
        Objective quality = Objective.of(metric);
        List<MeasuredMember> members = List.of(
                member(metric, 0.5, 1), member(metric, 0.6, 2), member(metric, 0.9, 4), member(metric, 0.55, 3));
        assertThat(RecipeFrontBenchmark.front(quality, members, 0)).isCloseTo((0.5 + 0.6 + 0.9) / 3, within(1e-12));
    }

    @Test
    void frontOfALossIsHowFarItIsBelowGuessing() {
        String metric = Metric.LOSS.key();
        Objective quality = Objective.of(metric);
        List<MeasuredMember> members = List.of(member(metric, 3, 1), member(metric, 2, 2), member(metric, 2.5, 4));
        assertThat(RecipeFrontBenchmark.front(quality, members, 4)).isCloseTo((1 + 2 + 2) / 3.0, within(1e-12));
    }

    @Test
    void whatIsMissingIsSaid() {
        Options options = new Options(false, 1, "python3", Path.of("bench"));
        assertThatThrownBy(() -> new RecipeFrontBenchmark(List.of("--seeds", "1"), options, System.err))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a recipe or more");
        assertThatThrownBy(() -> new RecipeFrontBenchmark(List.of("smoke", "--split", "training"), options, System.err))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("selection or report");
    }
}
