package dev.weft.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One run of one benchmark: a line of {@code bench/results/NAME.jsonl}.
 *
 * @param benchmark its name
 * @param date ISO 8601, UTC, to the second
 * @param machine where it ran
 * @param settings what was run: sizes, threads, repeats
 * @param measurements in the order in which they are printed
 * @param goals what was aimed at, and whether it was reached
 */
public record Result(
        String benchmark,
        String date,
        Machine machine,
        Map<String, String> settings,
        List<Measurement> measurements,
        List<Goal> goals) {
    public Result {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        measurements = List.copyOf(measurements);
        goals = List.copyOf(goals);
    }

    /** One quantity; its unit as printed: {@code ms}, {@code µs}, {@code MiB}, or empty for a ratio or a count. */
    public record Measurement(String what, String unit, Spread spread) {}

    /** A goal in words, what was measured, in words, and whether it was reached. */
    public record Goal(String goal, String measured, boolean reached) {}

    /** This result with one more setting. */
    public Result with(String name, Object value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(name, String.valueOf(value));
        return new Result(benchmark, date, machine, more, measurements, goals);
    }

    /** Collects a result while a benchmark runs. */
    public static final class Builder {
        private final String benchmark;
        private final Map<String, String> settings = new LinkedHashMap<>();
        private final List<Measurement> measurements = new ArrayList<>();
        private final List<Goal> goals = new ArrayList<>();

        public Builder(String benchmark) {
            this.benchmark = benchmark;
        }

        public Builder setting(String name, Object value) {
            settings.put(name, String.valueOf(value));
            return this;
        }

        public Builder measured(String what, String unit, Spread spread) {
            measurements.add(new Measurement(what, unit, spread));
            return this;
        }

        public Builder goal(String goal, String measured, boolean reached) {
            goals.add(new Goal(goal, measured, reached));
            return this;
        }

        public Result build() {
            return new Result(benchmark, Machine.now(), Machine.here(), settings, measurements, goals);
        }
    }
}
