package dev.weft.report;

import java.util.List;
import java.util.Objects;

/**
 * Everything that the page about several runs shows.
 *
 * @param title the runs
 * @param remarks in sentences, what does not compare or is missing; may be empty
 * @param tables with what the runs have and how they differ
 * @param plots pictures; may be empty
 * @param commands exact command lines that repeat it
 */
public record ComparisonReport(
        String title, List<String> remarks, List<Table> tables, List<Plot> plots, List<String> commands) {
    public ComparisonReport {
        Objects.requireNonNull(title, "title");
        remarks = List.copyOf(remarks);
        tables = List.copyOf(tables);
        plots = List.copyOf(plots);
        commands = List.copyOf(commands);
    }

    /**
     * Text in rows.
     *
     * @param hint how to read it
     * @param columns the first that of the names
     * @param rows with as many values as there are columns
     */
    public record Table(String title, String hint, List<String> columns, List<List<String>> rows) {
        public Table {
            Objects.requireNonNull(title, "title");
            Objects.requireNonNull(hint, "hint");
            columns = List.copyOf(columns);
            rows = rows.stream().map(List::copyOf).toList();
            int width = columns.size();
            if (rows.stream().anyMatch(row -> row.size() != width)) {
                throw new IllegalArgumentException(
                        "every row must have " + width + " values, but the rows are " + rows);
            }
        }
    }
}
