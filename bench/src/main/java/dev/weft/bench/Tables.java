package dev.weft.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Results as Markdown: what a run prints, and what {@code docs/results.md} shows. */
final class Tables {
    private Tables() {}

    /** A heading, the circumstances, the table of measurements and the goals. */
    static String markdown(Result result) {
        Machine machine = result.machine();
        StringBuilder text = new StringBuilder("### " + result.benchmark() + "\n\n");
        text.append(String.format(
                Locale.ROOT,
                "%s, %s, %d cores, %d MiB, %s, Java %s, libtorch for Java %s, Weft %s, load %.1f.%n",
                result.date(),
                machine.cpu(),
                machine.cores(),
                machine.memoryMib(),
                machine.system(),
                machine.java(),
                machine.libtorch(),
                machine.commit(),
                machine.load()));
        text.append(result.settings().entrySet().stream()
                        .map(e -> e.getKey() + ": " + e.getValue())
                        .collect(Collectors.joining("; ")))
                .append(".\n\n| measured | unit | min | median | max | samples |\n|---|---|---:|---:|---:|---:|\n");
        for (Result.Measurement m : result.measurements()) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %s | %s | %d |%n",
                    m.what(),
                    m.unit(),
                    number(m.spread().min()),
                    number(m.spread().median()),
                    number(m.spread().max()),
                    m.spread().samples()));
        }
        if (!result.goals().isEmpty()) {
            text.append("\n");
        }
        for (Result.Goal goal : result.goals()) {
            text.append("- " + (goal.reached() ? "reached: " : "**not reached**: ") + goal.goal() + "; measured "
                    + goal.measured() + "\n");
        }
        return text.toString();
    }

    static String markdown(List<Result> results) {
        return results.stream().map(Tables::markdown).collect(Collectors.joining("\n"));
    }

    /** Three or more significant digits, never an exponent. */
    static String number(double value) {
        double size = Math.abs(value);
        return String.format(
                Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.4f", value);
    }
}
