package dev.weft.search;

import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import java.util.List;
import java.util.stream.Stream;

/** The names of what is measured of a member. */
public final class MetricNames {
    /** Fraction of predictions that are right, 0 to 1. */
    public static final String ACCURACY = "accuracy";
    /** Cross-entropy of a language model, in nats a token. */
    public static final String LOSS = "loss";
    /** {@code exp(loss)}. */
    public static final String PERPLEXITY = "perplexity";
    /** Numbers in the extracted model's parameters. */
    public static final String PARAMS = "params";
    /** Multiply-adds for one input. */
    public static final String MACS = "macs";
    /** Size of the extracted model's parameters and statistics. */
    public static final String BYTES = "bytes";

    public static final String LATENCY_MILLIS_P50 = "latencyMillisP50";
    public static final String LATENCY_MILLIS_P99 = "latencyMillisP99";

    /** How far the median latency may be from that of another measurement. */
    public static final String LATENCY_MILLIS_HALF_WIDTH = "latencyMillisHalfWidth";

    /** How many times as long a reference member took, while the latency was measured, as on the quiet machine. */
    public static final String LATENCY_SLOWDOWN = "latencySlowdown";

    /** What says how sure a latency is; measured along with it. */
    public static final List<String> LATENCY_NOISE = List.of(LATENCY_MILLIS_HALF_WIDTH, LATENCY_SLOWDOWN);

    /** What needs no data, what is cheap to measure first. */
    public static final List<String> COSTS = List.of(PARAMS, BYTES, MACS, LATENCY_MILLIS_P50, LATENCY_MILLIS_P99);

    /** Every name. A family is measured by accuracy, or by loss and perplexity. */
    public static final List<String> ALL =
            Stream.concat(COSTS.stream(), Stream.of(ACCURACY, LOSS, PERPLEXITY)).toList();

    private static final String LATENCY_MILLIS = "latencyMillis";

    private MetricNames() {}

    /** {@code latencyMillis} means the median; any other name is itself. */
    public static String resolve(String name) {
        return name.equals(LATENCY_MILLIS) ? LATENCY_MILLIS_P50 : name;
    }

    /**
     * The resolved name when it is one of {@code known}.
     *
     * @param where what the message begins with
     * @throws InputException when it is not; the message lists those that are
     */
    static String check(String name, List<String> known, String where) {
        String resolved = resolve(name);
        if (!known.contains(resolved)) {
            throw new InputException(where + ": unknown metric \"" + name + "\". Known: " + String.join(", ", known)
                    + "." + Suggest.nearest(name, known));
        }
        return resolved;
    }
}
