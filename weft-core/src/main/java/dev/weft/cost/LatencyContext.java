package dev.weft.cost;

import java.util.List;
import java.util.Optional;

/**
 * The machine and the setting that a latency was measured with, beside a reference member. Databases and labels hold it as it prints:
 * {@code hardware=3f… threads=1 batch=1 paired}.
 *
 * @param hardware fingerprint of the machine
 * @param threads that one run may use
 * @param batch examples of a run
 */
public record LatencyContext(String hardware, int threads, int batch) {
    private static final String PAIRED = "paired";

    /** How latencies are measured with these settings on the machine of that fingerprint. */
    public static LatencyContext of(LatencySettings settings, String hardware) {
        return new LatencyContext(hardware, settings.threads(), settings.batch());
    }

    /** Reads what {@link #toString} wrote; empty for anything else, such as the context of an earlier version. */
    public static Optional<LatencyContext> parse(String text) {
        List<String> words = List.of(text.split(" ", -1));
        if (words.size() != 4 || !words.get(3).equals(PAIRED)) {
            return Optional.empty();
        }
        try {
            LatencyContext read = new LatencyContext(
                    value(words.get(0)), Integer.parseInt(value(words.get(1))), Integer.parseInt(value(words.get(2))));
            return Optional.of(read).filter(context -> context.toString().equals(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static String value(String word) {
        return word.substring(word.indexOf('=') + 1);
    }

    /** The same for people: {@code 2 threads, 1 example at a time, machine 3f…}. */
    public String text() {
        return count(threads, "thread") + ", " + count(batch, "example") + " at a time, machine " + hardware;
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    @Override
    public String toString() {
        return "hardware=" + hardware + " threads=" + threads + " batch=" + batch + " " + PAIRED;
    }
}
