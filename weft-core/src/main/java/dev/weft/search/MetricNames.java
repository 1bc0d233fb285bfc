package dev.weft.search;

import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import java.util.List;

/** The names of what is measured of a member. */
public final class MetricNames {
    /** Fraction of examples that are classified rightly, 0 to 1. */
    public static final String ACCURACY = "accuracy";
    /** Numbers in the extracted model's parameters. */
    public static final String PARAMS = "params";
    /** Multiply-adds for one input. */
    public static final String MACS = "macs";
    /** Size of the extracted model's parameters and statistics. */
    public static final String BYTES = "bytes";

    public static final String LATENCY_MILLIS_P50 = "latencyMillisP50";
    public static final String LATENCY_MILLIS_P99 = "latencyMillisP99";

    /** Every name, what is cheap to measure first. */
    public static final List<String> ALL =
            List.of(PARAMS, BYTES, MACS, LATENCY_MILLIS_P50, LATENCY_MILLIS_P99, ACCURACY);

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
