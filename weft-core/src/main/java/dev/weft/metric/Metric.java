package dev.weft.metric;

import dev.weft.io.InputException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Something that members are measured by. Searches, tables, pages and files ask this value how to treat its numbers, so a metric that
 * is added is one value and whatever measures it.
 *
 * @param key the name in databases, files, commands and JSON: {@code latencyMillisP50}
 * @param label the name as people read it: {@code Latency p50}
 * @param better which direction a search prefers
 * @param needs what measuring takes
 * @param form how people read its numbers
 * @param shown where people see them
 */
public record Metric(String key, String label, Direction better, Needs needs, Form form, Shown shown) {
    /** What budgets and lists of metrics are written with. */
    private static final String PUNCTUATION = "<>=,;:";

    /** The part of the predictions that name the right class, 0 to 1. */
    public static final Metric ACCURACY =
            new Metric("accuracy", "Accuracy", Direction.MAXIMIZE, Needs.EXAMPLES, Form.SHARE, Shown.EVERYWHERE);

    /** Cross-entropy: the mean of {@code -log p} of the right token, in nats. */
    public static final Metric LOSS = new Metric(
            "loss", "Loss", Direction.MINIMIZE, Needs.EXAMPLES, Form.plain("nats a token", 4), Shown.EVERYWHERE);

    /** {@code exp(loss)}: among how many equally likely tokens the model would be as uncertain. */
    public static final Metric PERPLEXITY =
            new Metric("perplexity", "Perplexity", Direction.MINIMIZE, Needs.EXAMPLES, Form.plain("", 3), Shown.ASKED);

    /** Numbers in the extracted model's parameters. */
    public static final Metric PARAMS =
            new Metric("params", "Parameters", Direction.MINIMIZE, Needs.SHAPES, Form.count(1), Shown.EVERYWHERE);

    /** Multiply-adds for one input. */
    public static final Metric MACS =
            new Metric("macs", "Multiply-adds", Direction.MINIMIZE, Needs.SHAPES, Form.count(2), Shown.EVERYWHERE);

    /** Size of the extracted model's parameters and statistics. */
    public static final Metric BYTES =
            new Metric("bytes", "Size", Direction.MINIMIZE, Needs.SHAPES, Form.BYTES, Shown.PAGES);

    /** Median time of one inference in ONNX Runtime. */
    public static final Metric LATENCY_MILLIS_P50 = new Metric(
            "latencyMillisP50",
            "Latency p50",
            Direction.MINIMIZE,
            Needs.MACHINE,
            Form.plain("ms", 3),
            Shown.EVERYWHERE);

    /** What 99 of 100 inferences keep to. */
    public static final Metric LATENCY_MILLIS_P99 = new Metric(
            "latencyMillisP99", "Latency p99", Direction.MINIMIZE, Needs.MACHINE, Form.plain("ms", 3), Shown.PAGES);

    /** How far the median latency may be from that of another measurement. */
    public static final Metric LATENCY_MILLIS_HALF_WIDTH = new Metric(
            "latencyMillisHalfWidth",
            "Half width of latency p50",
            Direction.MINIMIZE,
            Needs.MACHINE,
            Form.plain("ms", 4),
            Shown.BESIDE);

    /** How many times as long a reference member took, while the latency was measured, as on the quiet machine. */
    public static final Metric LATENCY_SLOWDOWN = new Metric(
            "latencySlowdown", "Slowdown", Direction.MINIMIZE, Needs.MACHINE, Form.plain("", 2), Shown.BESIDE);

    public Metric {
        if (key == null || key.isBlank() || key.chars().anyMatch(c -> PUNCTUATION.indexOf(c) >= 0)) {
            throw new InputException("The key of a metric must be a word without any of " + PUNCTUATION
                    + " because budgets name it, such as energyMillijoules, but is \"" + key + "\".");
        }
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(better, "better");
        Objects.requireNonNull(needs, "needs");
        Objects.requireNonNull(form, "form");
        Objects.requireNonNull(shown, "shown");
    }

    /** A column of a published table: less is better unless an objective says otherwise. */
    public static Metric column(String name) {
        return new Metric(name, name, Direction.MINIMIZE, Needs.TABLE, Form.signed("", 4), Shown.EVERYWHERE);
    }

    /** The same on the report split, which no choice has seen: {@code testAccuracy}. */
    public Metric test() {
        String capital = key.substring(0, 1).toUpperCase(Locale.ROOT) + key.substring(1);
        return new Metric("test" + capital, label, better, needs, form, Shown.PAGES);
    }

    /** Whether more of it is better. */
    public boolean higherIsBetter() {
        return better == Direction.MAXIMIZE;
    }

    /** Whether its numbers are parts from 0 to 1, which have an interval by the number of examples. */
    public boolean isShare() {
        return form.scale() == Form.Scale.SHARE;
    }

    /** A value as people read it: {@code 86.1 %}, {@code loss 1.2340}, {@code perplexity 3.430}. */
    public String text(double value) {
        return isShare() ? form.number(value) + " %" : key + " " + form.number(value);
    }

    /** All of them, separated by commas. */
    public static String text(Map<Metric, Double> values) {
        return values.entrySet().stream()
                .map(value -> value.getKey().text(value.getValue()))
                .collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return key;
    }
}
