package dev.weft.cli;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.metric.Form;
import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import dev.weft.metric.Needs;
import dev.weft.metric.Shown;
import dev.weft.model.Family;
import dev.weft.search.MeasuredMember;
import dev.weft.space.Member;
import dev.weft.stats.Proportion;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A measured member, as {@code --json} prints it.
 *
 * @param numbers by metric, each a field of its own; of a share such as the accuracy also {@code accuracyLow} and {@code accuracyHigh},
 *     the ends of its 95 % interval. Counts are whole numbers
 * @param table numbers of columns of tables; left out where there are none
 * @param leaf of a tree of supernets; null, and left out, elsewhere
 */
record FrontMember(
        String member,
        @JsonAnyGetter @JsonAnySetter Map<String, Number> numbers,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Double> table,
        @JsonInclude(JsonInclude.Include.NON_NULL) String leaf) {
    private static final String LOW = "Low";
    private static final String HIGH = "High";

    FrontMember {
        numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
        table = table == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(table)); // as it reads back
    }

    /**
     * @param family of the member, which may be a tree
     * @param metrics what it was measured by
     * @param examples of the selection split, which shares are of
     */
    static FrontMember of(Family family, MeasuredMember measured, Metrics metrics, int examples) {
        Map<String, Number> numbers = new LinkedHashMap<>();
        Map<String, Double> table = new LinkedHashMap<>();
        for (Metric metric : metrics.all()) {
            measured.find(metric).ifPresent(value -> {
                if (metric.needs() == Needs.TABLE) {
                    table.put(metric.key(), value);
                } else {
                    put(numbers, metric, value, examples);
                }
            });
        }
        return new FrontMember(
                family.space().print(measured.member()), numbers, table, leaf(family, measured.member()));
    }

    private static void put(Map<String, Number> numbers, Metric metric, double value, int examples) {
        boolean whole =
                metric.form().scale() == Form.Scale.COUNT || metric.form().scale() == Form.Scale.BYTES;
        numbers.put(metric.key(), whole ? (Number) (long) value : (Number) value);
        if (metric.isShare() && metric.needs() == Needs.EXAMPLES) {
            Proportion share = new Proportion(value, examples);
            numbers.put(metric.key() + LOW, share.low());
            numbers.put(metric.key() + HIGH, share.high());
        }
    }

    /** The leaf that a member belongs to, or null where the family is no tree. */
    static String leaf(Family family, Member member) {
        return family.leaf(member).orElse(null);
    }

    /** The number of that name; null where there is none. */
    Double number(String key) {
        Number number = numbers.get(key);
        return number == null ? null : (Double) number.doubleValue();
    }

    Double number(Metric metric) {
        return number(metric.key());
    }

    /** How many times the median the slowest of a hundred runs takes. */
    double outlying() {
        return number(Metric.LATENCY_MILLIS_P99) / number(Metric.LATENCY_MILLIS_P50);
    }

    /** A table for people, a line each: a column for each metric that some member has, what needs examples first. */
    static List<String> table(List<FrontMember> front, Metrics metrics) {
        List<Metric> columns = metrics.all().stream()
                .filter(metric ->
                        metric.shown() == Shown.EVERYWHERE && front.stream().anyMatch(m -> m.number(metric) != null))
                .sorted((a, b) -> Integer.compare(place(a), place(b)))
                .toList();
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder(" ");
        columns.forEach(metric -> head.append(cell(metric, heading(metric))));
        lines.add(head + "  member");
        for (FrontMember m : front) {
            StringBuilder line = new StringBuilder(" ");
            columns.forEach(metric -> line.append(cell(metric, m.text(metric))));
            lines.add(line + "  " + Text.member(m.member) + (m.table.isEmpty() ? "" : "  " + m.table)
                    + (m.leaf == null ? "" : "  leaf " + m.leaf));
        }
        return lines;
    }

    private static int place(Metric metric) {
        return switch (metric.needs()) {
            case EXAMPLES -> 0;
            case MACHINE -> 1;
            case SHAPES -> 2;
            case TABLE -> 3;
        };
    }

    private static String heading(Metric metric) {
        String label = metric.label().toLowerCase(Locale.ROOT);
        String unit = metric.form().unit();
        return metric.isShare() || unit.isEmpty() || metric.equals(Metric.LATENCY_MILLIS_P50)
                ? label
                : label + ", " + unit;
    }

    /** Wide enough for a share or a time with its interval. */
    private static String cell(Metric metric, String text) {
        int interval = metric.isShare() || metric.needs() == Needs.MACHINE ? 21 : 11;
        return String.format(
                Locale.ROOT, " %" + Math.max(interval, heading(metric).length()) + "s", text);
    }

    private String text(Metric metric) {
        Double value = number(metric);
        if (value == null) {
            return "";
        }
        if (metric.equals(Metric.LATENCY_MILLIS_P50)) {
            return Text.millis(value, number(Metric.LATENCY_MILLIS_HALF_WIDTH));
        }
        return metric.isShare()
                ? Text.percent(value, number(metric.key() + LOW), number(metric.key() + HIGH))
                : metric.form().number(value);
    }
}
