package dev.weft.lab.study;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import dev.weft.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A table of what a benchmark kept, of which each measurement is called {@code ROW, COLUMN}. A cell is the median and, of more than one
 * sample, the least and the greatest.
 */
final class BenchmarkTable {
    /** One line that a benchmark appends to its file; more keys are there and not read. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Line(
            String benchmark,
            String date,
            Machine machine,
            Map<String, String> settings,
            List<Measurement> measurements,
            List<Goal> goals) {
        String made() {
            return date.substring(0, 10)
                    + settings.entrySet().stream()
                            .map(setting -> ", " + setting.getKey() + ": " + setting.getValue())
                            .collect(Collectors.joining())
                    + ", " + machine.cpu();
        }
    }

    /** What was hoped for, the number beside it, and whether it is so. */
    private record Goal(String goal, String measured, boolean reached) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Machine(String cpu) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Measurement(String what, Spread spread) {
        String row() {
            return what.substring(0, what.lastIndexOf(", "));
        }

        String column() {
            return what.substring(what.lastIndexOf(", ") + 2);
        }
    }

    private record Spread(double min, double median, double max, int samples) {}

    private BenchmarkTable() {}

    /** @param rows those that are shown, in this order; each must be in the file, where the last line that has it counts */
    static List<String> lines(Path results, String benchmark, List<String> rows) {
        Path file = results.resolve(benchmark + ".jsonl");
        Map<String, Map<String, Spread>> cells = new LinkedHashMap<>();
        Map<String, Line> source = new LinkedHashMap<>();
        for (Line line : read(file)) {
            Map<String, Map<String, Spread>> measured = new LinkedHashMap<>();
            line.measurements().forEach(m -> measured.computeIfAbsent(m.row(), key -> new LinkedHashMap<>())
                    .put(m.column(), m.spread()));
            cells.putAll(measured);
            measured.keySet().forEach(row -> source.put(row, line));
        }
        Set<String> columns = new LinkedHashSet<>();
        Set<String> made = new TreeSet<>();
        for (String row : rows) {
            if (!cells.containsKey(row)) {
                throw new InputException("There is no row " + row + " in " + file + ", but " + cells.keySet() + ".");
            }
            columns.addAll(cells.get(row).keySet());
            made.add(source.get(row).made());
        }
        List<String> head = Stream.concat(Stream.of("row"), columns.stream()).toList();
        Stream<String> body = rows.stream()
                .map(row -> ResultTables.row(Stream.concat(
                                Stream.of("`" + row + "`"),
                                columns.stream().map(c -> cell(cells.get(row).get(c))))
                        .toList()));
        return Stream.concat(
                        Stream.of(
                                "Benchmark `" + benchmark + "`, " + String.join("; ", made)
                                        + ": the median, and the least to the greatest.",
                                "",
                                ResultTables.row(head),
                                "|---" + "|---:".repeat(columns.size()) + "|"),
                        body)
                .toList();
    }

    /** The goals of the last line, each with what was measured and whether that reaches it. */
    static List<String> goals(Path results, String benchmark) {
        Path file = results.resolve(benchmark + ".jsonl");
        List<Line> all = read(file);
        if (all.isEmpty() || all.get(all.size() - 1).goals() == null) {
            throw new InputException(file + " must end with a line that has goals, but does not.");
        }
        Line last = all.get(all.size() - 1);
        Stream<String> head = Stream.of(
                "Benchmark `" + benchmark + "`, " + last.made() + ": the median, and the least to the greatest.",
                "",
                ResultTables.row(List.of("goal", "measured", "")),
                "|---|---:|---|");
        Stream<String> body = last.goals().stream()
                .map(goal -> ResultTables.row(
                        List.of(goal.goal(), goal.measured(), goal.reached() ? "reached" : "**not reached**")));
        return Stream.concat(head, body).toList();
    }

    private static String cell(Spread spread) {
        if (spread == null) {
            return "";
        }
        String median = number(spread.median());
        return spread.samples() == 1
                ? median
                : median + " (" + number(spread.min()) + " to " + number(spread.max()) + ")";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.3f" : "%.0f", value);
    }

    private static List<Line> read(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.map(line -> Json.parse(line, file.toString(), Line.class))
                    .toList();
        } catch (IOException e) {
            throw new InputException("Cannot read " + file + ": " + IoReason.of(e) + ".", e);
        }
    }
}
