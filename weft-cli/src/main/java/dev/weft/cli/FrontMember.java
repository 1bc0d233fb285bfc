package dev.weft.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.search.MeasuredMember;
import dev.weft.search.MetricNames;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A member of a Pareto front, as {@code --json} prints it.
 *
 * @param latencyMillisP50 of one example in ONNX Runtime on this machine
 * @param accuracy on the selection split; null of a family that is not measured by it
 * @param loss alike, in nats a token
 * @param table numbers of columns of tables; left out where there are none
 */
record FrontMember(
        String member,
        long params,
        long macs,
        double latencyMillisP50,
        Double accuracy,
        Double loss,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Double> table) {
    static FrontMember of(Space space, MeasuredMember measured) {
        return new FrontMember(
                space.print(measured.member()),
                (long) measured.value(MetricNames.PARAMS),
                (long) measured.value(MetricNames.MACS),
                measured.value(MetricNames.LATENCY_MILLIS_P50),
                measured.values().get(MetricNames.ACCURACY),
                measured.values().get(MetricNames.LOSS),
                ofTables(measured));
    }

    private static Map<String, Double> ofTables(MeasuredMember measured) {
        Map<String, Double> values = new LinkedHashMap<>(measured.values());
        values.keySet().removeAll(MetricNames.ALL);
        return values;
    }

    /** A table for people, a line each. */
    static List<String> table(List<FrontMember> front) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                "  %9s %11s %11s %14s  %s",
                front.stream().anyMatch(m -> m.loss != null) ? "loss" : "accuracy",
                "latency",
                "params",
                "multiply-adds",
                "member"));
        for (FrontMember m : front) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %9s %11s %,11d %,14d  %s",
                    m.loss == null ? Text.percent(m.accuracy) : String.format(Locale.ROOT, "%.4f", m.loss),
                    Text.millis(m.latencyMillisP50),
                    m.params,
                    m.macs,
                    Text.member(m.member) + (m.table.isEmpty() ? "" : "  " + m.table)));
        }
        return lines;
    }
}
