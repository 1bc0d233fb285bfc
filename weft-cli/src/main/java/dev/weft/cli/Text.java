package dev.weft.cli;

import dev.weft.metric.Metric;
import dev.weft.stats.Proportion;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Numbers as people read them. */
final class Text {
    private Text() {}

    /** {@code 86.1 %}. */
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    /** {@code 86.1 % (83.9 to 88.1)}: with its 95 % interval. */
    static String percent(Proportion share) {
        return percent(share.share(), share.low(), share.high());
    }

    /** The same of its parts; without an interval where a result of an earlier version has none. */
    static String percent(double share, Double low, Double high) {
        return low == null || high == null
                ? percent(share)
                : String.format(Locale.ROOT, "%.1f %% (%.1f to %.1f)", 100 * share, 100 * low, 100 * high);
    }

    /**
     * The proof of an export in one phrase.
     *
     * @param top1Agreement null where the model chooses nothing
     * @param from what the difference is from, as {@code " from the live member"}, where that is not plain
     * @param examples as {@code 512 held-out examples}
     */
    static String proof(String from, double maxAbsError, Double top1Agreement, String examples) {
        return top1Agreement == null
                ? "largest difference of an output" + from + " " + scientific(maxAbsError) + " on " + examples
                : "largest difference of a logit" + from + " " + scientific(maxAbsError) + ", same first choice on "
                        + percent(top1Agreement) + " of " + examples;
    }

    /** Writes what {@link Metric#text(double)} does; a share has its interval. */
    static String metric(Metric metric, double value, int examples) {
        return metric.isShare() ? percent(new Proportion(value, examples)) : metric.text(value);
    }

    /** All of them, of so many examples, separated by commas. */
    static String metrics(Map<Metric, Double> values, int examples) {
        return values.entrySet().stream()
                .map(e -> metric(e.getKey(), e.getValue(), examples))
                .collect(Collectors.joining(", "));
    }

    /** The member's line, which is empty where there is nothing to choose. */
    static String member(String line) {
        return line.isEmpty() ? "the only one" : line;
    }

    /** {@code 12,345}. */
    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** {@code 1 member}, {@code 12,345 members}. */
    static String count(long count, String noun) {
        return count(count) + " " + noun + (count == 1 ? "" : "s");
    }

    /** {@code 1.2 MB}. */
    static String bytes(long bytes) {
        if (bytes < 1000) {
            return bytes + " B";
        }
        return bytes < 1_000_000
                ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
                : String.format(Locale.ROOT, "%,.1f MB", bytes / 1e6);
    }

    /** {@code 0.412 ms}. */
    static String millis(double millis) {
        return String.format(Locale.ROOT, millis < 10 ? "%.3f ms" : "%.1f ms", millis);
    }

    /** {@code 0.0520 ± 0.0011 ms}: with half the width of its interval, rounded up; without where that is not known. */
    static String millis(double millis, Double halfWidth) {
        if (halfWidth == null || halfWidth == 0) {
            return millis(millis);
        }
        return String.format(Locale.ROOT, "%.4f ± %.4f ms", millis, Math.ceil(halfWidth * 1e4) / 1e4);
    }

    /** {@code 2.4e-06}. */
    static String scientific(double value) {
        return String.format(Locale.ROOT, "%.1e", value);
    }
}
