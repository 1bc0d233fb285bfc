package dev.weft.results;

import dev.weft.loss.Role;
import dev.weft.metric.Cell;
import dev.weft.report.RunReport;
import dev.weft.run.TrainingNumber;
import dev.weft.space.Choice;
import dev.weft.space.Space;
import dev.weft.train.Trainer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a sampler or a blend noted after each epoch of a run, put together as the tables that it says its numbers stand in. */
final class NotedTables {
    /** The numbers of one column by row and step. */
    private record Column(String table, String name, String unit, Map<String, TreeMap<Long, Double>> rows) {}

    private final List<Column> columns;

    private NotedTables(List<Column> columns) {
        this.columns = columns;
    }

    /**
     * The tables of one who notes.
     *
     * @param role {@link Trainer#SAMPLER}, or that of a blend
     * @param space whose choices come in its order
     */
    static NotedTables of(List<TrainingNumber> numbers, String role, Space space) {
        Map<List<String>, Column> columns = new LinkedHashMap<>();
        for (TrainingNumber number : numbers) {
            if (number.cell().isPresent() && number.role().equals(role)) {
                Cell cell = number.cell().get();
                columns.computeIfAbsent(
                                List.of(cell.table(), cell.column()),
                                key -> new Column(cell.table(), cell.column(), cell.unit(), new LinkedHashMap<>()))
                        .rows
                        .computeIfAbsent(cell.row(), row -> new TreeMap<>())
                        .put(number.step(), number.value());
            }
        }
        List<String> order = space.choices().stream().map(Choice::name).toList();
        List<Column> sorted = new ArrayList<>(columns.values());
        sorted.sort(Comparator.comparingInt(column -> order.indexOf(column.table)));
        return new NotedTables(sorted);
    }

    /**
     * Whether a number is one of a sampler or blend that belongs into a table, so that there are too many for curves.
     *
     * @param hasNotes whether the run says so itself; of an earlier version all numbers of either are taken for such
     */
    static boolean isNoted(TrainingNumber number, boolean hasNotes) {
        return number.cell().isPresent()
                || !hasNotes
                        && (number.role().equals(Trainer.SAMPLER)
                                || number.role().equals(Role.BLEND.toString()));
    }

    /** Columns whose rows are parts of one whole, in the course of training. */
    List<RunReport.BlendedChoice> parts() {
        return columns.stream()
                .filter(column -> column.unit.equals(Cell.PART))
                .map(column -> new RunReport.BlendedChoice(
                        column.table,
                        List.copyOf(column.rows.keySet()),
                        column.rows.values().iterator().next().keySet().stream()
                                .map(step -> new RunReport.Parts(
                                        step,
                                        column.rows.values().stream()
                                                .map(history -> history.getOrDefault(step, 0.0))
                                                .toList()))
                                .toList()))
                .toList();
    }

    /** All tables that have a column of another kind, as they were noted last. */
    List<RunReport.NotedTable> latest() {
        Map<String, List<Column>> tables = new LinkedHashMap<>();
        columns.forEach(column ->
                tables.computeIfAbsent(column.table, table -> new ArrayList<>()).add(column));
        tables.values().removeIf(all -> all.stream().allMatch(column -> column.unit.equals(Cell.PART)));
        return tables.entrySet().stream()
                .map(table -> table(table.getKey(), table.getValue()))
                .toList();
    }

    private static RunReport.NotedTable table(String name, List<Column> columns) {
        List<String> rows = columns.stream()
                .flatMap(column -> column.rows.keySet().stream())
                .distinct()
                .toList();
        return new RunReport.NotedTable(
                name,
                rows,
                columns.stream()
                        .map(column -> new RunReport.NotedColumn(
                                column.name,
                                column.unit,
                                rows.stream()
                                        .map(row -> column.rows.containsKey(row)
                                                ? column.rows
                                                        .get(row)
                                                        .lastEntry()
                                                        .getValue()
                                                : Double.NaN)
                                        .toList()))
                        .toList());
    }
}
