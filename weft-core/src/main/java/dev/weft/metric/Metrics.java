package dev.weft.metric;

import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The metrics there are, each key once, what is cheap to measure first.
 *
 * @param all in that order
 */
public record Metrics(List<Metric> all) {
    /** What needs no data. */
    public static final List<Metric> COSTS =
            List.of(Metric.PARAMS, Metric.BYTES, Metric.MACS, Metric.LATENCY_MILLIS_P50, Metric.LATENCY_MILLIS_P99);

    /** What a measurement of latency gives. */
    public static final List<Metric> LATENCIES = List.of(
            Metric.LATENCY_MILLIS_P50,
            Metric.LATENCY_MILLIS_P99,
            Metric.LATENCY_MILLIS_HALF_WIDTH,
            Metric.LATENCY_SLOWDOWN);

    /** Those of Weft. A family is measured by accuracy, or by loss and perplexity, or by what its input says. */
    public static final Metrics BUILT_IN =
            new Metrics(COSTS).with(LATENCIES).with(List.of(Metric.ACCURACY, Metric.LOSS, Metric.PERPLEXITY));

    private static final String LATENCY_MILLIS = "latencyMillis";

    public Metrics {
        Map<String, Metric> byKey = new LinkedHashMap<>();
        for (Metric metric : all) {
            Metric before = byKey.putIfAbsent(metric.key(), metric);
            if (before != null && !before.equals(metric)) {
                throw new InputException("Metrics must differ in their keys, but two are called " + metric + ": \""
                        + before.label() + "\" and \"" + metric.label() + "\".");
            }
        }
        all = List.copyOf(byKey.values());
    }

    /** These and more; what is here already is passed over. */
    public Metrics with(Collection<Metric> more) {
        return new Metrics(Stream.concat(all.stream(), more.stream()).toList());
    }

    /** {@code latencyMillis} means the median; any other name is itself. */
    public static String resolve(String name) {
        return name.equals(LATENCY_MILLIS) ? Metric.LATENCY_MILLIS_P50.key() : name;
    }

    /** The metric of that name. */
    public Optional<Metric> find(String name) {
        String key = resolve(name);
        return all.stream().filter(metric -> metric.key().equals(key)).findFirst();
    }

    /** Those that can be goals and budgets of a search. */
    public List<Metric> goals() {
        return all.stream().filter(metric -> metric.shown() != Shown.BESIDE).toList();
    }

    /**
     * The goal of that name.
     *
     * @param where what the message begins with
     * @throws InputException when there is none; the message lists those that are
     */
    public Metric goal(String name, String where) {
        return find(name).filter(goals()::contains).orElseThrow(() -> unknown(name, goals(), where));
    }

    /**
     * The metric of that name.
     *
     * @param where what the message begins with
     * @throws InputException when there is none; the message lists those that are
     */
    public Metric get(String name, String where) {
        return find(name).orElseThrow(() -> unknown(name, all, where));
    }

    private static InputException unknown(String name, List<Metric> known, String where) {
        List<String> keys = known.stream().map(Metric::key).toList();
        return new InputException(where + ": unknown metric \"" + name + "\". Known: " + String.join(", ", keys) + "."
                + Suggest.nearest(name, keys));
    }
}
