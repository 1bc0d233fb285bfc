package dev.weft.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.model.Family;
import dev.weft.search.MeasuredMember;
import dev.weft.search.MetricNames;
import dev.weft.space.Member;
import dev.weft.stats.Proportion;
import dev.weft.weight.tree.TreeWeights;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A member of a Pareto front, as {@code --json} prints it.
 *
 * @param latencyMillisP50 of one example in ONNX Runtime on this machine
 * @param latencyMillisP99 what 99 of 100 runs kept to
 * @param latencyMillisHalfWidth how far the median may be from that of another measurement; null where it is not known
 * @param accuracy on the selection split; null of a family that is not measured by it
 * @param accuracyLow the lower end of its 95 % interval; {@code accuracyHigh} the upper end
 * @param loss alike, in nats a token
 * @param table numbers of columns of tables; left out where there are none
 * @param leaf of a tree of supernets; null, and left out, elsewhere
 */
record FrontMember(
        String member,
        long params,
        long macs,
        double latencyMillisP50,
        Double latencyMillisP99,
        Double latencyMillisHalfWidth,
        Double accuracy,
        Double accuracyLow,
        Double accuracyHigh,
        Double loss,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Double> table,
        @JsonInclude(JsonInclude.Include.NON_NULL) String leaf) {
    FrontMember {
        table = table == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(table)); // as it reads back
    }

    /**
     * @param family of the member, which may be a tree
     * @param examples of the selection split, which its accuracy is of
     */
    static FrontMember of(Family family, MeasuredMember measured, int examples) {
        Optional<Proportion> accuracy = Optional.ofNullable(measured.values().get(MetricNames.ACCURACY))
                .map(share -> new Proportion(share, examples));
        return new FrontMember(
                family.space().print(measured.member()),
                (long) measured.value(MetricNames.PARAMS),
                (long) measured.value(MetricNames.MACS),
                measured.value(MetricNames.LATENCY_MILLIS_P50),
                measured.values().get(MetricNames.LATENCY_MILLIS_P99),
                measured.values().get(MetricNames.LATENCY_MILLIS_HALF_WIDTH),
                measured.values().get(MetricNames.ACCURACY),
                accuracy.map(Proportion::low).orElse(null),
                accuracy.map(Proportion::high).orElse(null),
                measured.values().get(MetricNames.LOSS),
                ofTables(measured),
                leaf(family, measured.member()));
    }

    /** The leaf that a member belongs to, or null where the family is no tree. */
    static String leaf(Family family, Member member) {
        return family.strategy(TreeWeights.class).map(tree -> tree.leaf(member)).orElse(null);
    }

    private static Map<String, Double> ofTables(MeasuredMember measured) {
        Map<String, Double> values = new LinkedHashMap<>(measured.values());
        values.keySet().removeAll(MetricNames.ALL);
        values.keySet().removeAll(MetricNames.LATENCY_NOISE);
        return values;
    }

    /** A table for people, a line each. */
    static List<String> table(List<FrontMember> front) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "  %21s %19s %11s %14s  %s",
                front.stream().anyMatch(m -> m.loss != null) ? "loss" : "accuracy",
                "latency",
                "params",
                "multiply-adds",
                "member"));
        for (FrontMember m : front) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %21s %19s %,11d %,14d  %s",
                    m.loss == null
                            ? Text.percent(m.accuracy, m.accuracyLow, m.accuracyHigh)
                            : String.format(Locale.ROOT, "%.4f", m.loss),
                    Text.millis(m.latencyMillisP50, m.latencyMillisHalfWidth),
                    m.params,
                    m.macs,
                    Text.member(m.member)
                            + (m.table.isEmpty() ? "" : "  " + m.table)
                            + (m.leaf == null ? "" : "  leaf " + m.leaf)));
        }
        return lines;
    }
}
