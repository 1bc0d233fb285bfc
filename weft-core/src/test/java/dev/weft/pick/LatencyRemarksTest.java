package dev.weft.pick;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.search.MeasuredMember;
import dev.weft.search.Objective;
import dev.weft.search.ParetoFront;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LatencyRemarksTest {
    private static final Choice<Integer> WIDTH = Choice.of("width", 1, 2, 3, 4, 5);
    private static final Space SPACE = new Space("five", List.of(WIDTH));
    private static final List<Objective> OBJECTIVES = List.of(Objective.of("accuracy"), Objective.of("latencyMillis"));

    private static Member member(int width) {
        return SPACE.smallest().with(WIDTH, width);
    }

    private static MeasuredMember measured(
            int width, double accuracy, double p50, double halfWidth, double p99, double slowdown) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("accuracy", accuracy);
        values.put("latencyMillisP50", p50);
        values.put("latencyMillisP99", p99);
        values.put("latencyMillisHalfWidth", halfWidth);
        values.put("latencySlowdown", slowdown);
        return new MeasuredMember(member(width), values);
    }

    @Test
    void saysWhatNoiseLeavesOpen() {
        List<MeasuredMember> all = new ArrayList<>(List.of(
                measured(1, 0.60, 1.00, 0.01, 1.1, 1.0),
                measured(2, 0.70, 1.10, 0.03, 4.0, 1.1), // alike with 3, which is more accurate
                measured(3, 0.72, 1.14, 0.03, 1.2, 1.6),
                measured(4, 0.80, 2.00, 0.01, 2.1, 0.98),
                measured(5, 0.71, 2.00, 0.01, 2.1, 1.3))); // dominated
        List<MeasuredMember> front = ParetoFront.of(OBJECTIVES, all).members();
        LatencyRemarks remarks = LatencyRemarks.of(OBJECTIVES, front, all);
        assertThat(remarks.alike())
                .containsOnly(
                        Map.entry(member(1), List.of()),
                        Map.entry(member(2), List.of(member(3))),
                        Map.entry(member(3), List.of(member(2))),
                        Map.entry(member(4), List.of()));
        assertThat(remarks.byNoise()).containsOnly(Map.entry(member(2), member(3)));
        assertThat(remarks.outlying()).containsExactly(member(2));
        assertThat(remarks.slowed()).isEqualTo(2);
        assertThat(remarks.slowdown()).isEqualTo(1.6);
    }

    @Test
    void aMemberOffTheFrontMayBeTheBetterOne() {
        List<MeasuredMember> all = List.of(
                measured(1, 0.70, 1.00, 0.02, 1.1, 1), measured(2, 0.70, 1.01, 0.02, 1.1, 1)); // as good: no better
        assertThat(LatencyRemarks.of(OBJECTIVES, all.subList(0, 1), all).byNoise())
                .isEmpty();
        List<MeasuredMember> others =
                List.of(measured(1, 0.70, 1.00, 0.02, 1.1, 1), measured(2, 0.71, 1.02, 0.02, 1.1, 1));
        assertThat(LatencyRemarks.of(OBJECTIVES, others.subList(0, 1), others).byNoise())
                .containsOnly(Map.entry(member(1), member(2)));
        // Where the latency does not decide, its noise decides nothing.
        List<Objective> counted = List.of(Objective.of("accuracy"), Objective.of("params"));
        assertThat(LatencyRemarks.of(counted, others, others).byNoise()).isEmpty();
    }
}
