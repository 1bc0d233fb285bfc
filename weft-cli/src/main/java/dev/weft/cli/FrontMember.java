package dev.weft.cli;

import dev.weft.search.MeasuredMember;
import dev.weft.search.MetricNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A member of a Pareto front, as {@code --json} prints it.
 *
 * @param latencyMillisP50 of one image in ONNX Runtime on this machine
 * @param accuracy on the selection split
 */
record FrontMember(String member, long params, long macs, double latencyMillisP50, double accuracy) {
    static FrontMember of(MeasuredMember measured) {
        return new FrontMember(
                measured.member().toString(),
                (long) measured.value(MetricNames.PARAMS),
                (long) measured.value(MetricNames.MACS),
                measured.value(MetricNames.LATENCY_MILLIS_P50),
                measured.value(MetricNames.ACCURACY));
    }

    /** A table for people, a line each. */
    static List<String> table(List<FrontMember> front) {
        List<String> lines = new ArrayList<>();
        lines.add(
                String.format("  %9s %11s %11s %14s  %s", "accuracy", "latency", "params", "multiply-adds", "member"));
        for (FrontMember m : front) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %9s %11s %,11d %,14d  %s",
                    Text.percent(m.accuracy),
                    Text.millis(m.latencyMillisP50),
                    m.params,
                    m.macs,
                    m.member));
        }
        return lines;
    }
}
