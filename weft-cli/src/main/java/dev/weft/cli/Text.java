package dev.weft.cli;

import java.util.Locale;

/** Numbers as people read them. */
final class Text {
    private Text() {}

    /** {@code 86.1 %}. */
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    /** The member's line, which is empty where there is nothing to choose. */
    static String member(String line) {
        return line.isEmpty() ? "the only one" : line;
    }

    /** {@code 12,345}. */
    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
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

    /** {@code 2.4e-06}. */
    static String scientific(double value) {
        return String.format(Locale.ROOT, "%.1e", value);
    }
}
