package dev.weft.report;

import dev.weft.report.RunReport.NotedColumn;
import dev.weft.report.RunReport.NotedTable;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Tables that a sampler noted, as HTML that is complete without scripts: a row for each option or level, a column for each number. */
final class NotedSection {
    private final List<NotedTable> tables;

    NotedSection(List<NotedTable> tables) {
        this.tables = tables;
    }

    String tables() {
        return tables.stream().map(NotedSection::table).collect(Collectors.joining());
    }

    private static String table(NotedTable table) {
        String head = table.columns().stream()
                .map(column -> "<th scope=\"col\">" + Page.escape(heading(column)) + "</th>")
                .collect(Collectors.joining());
        String rows = IntStream.range(0, table.rows().size())
                .mapToObj(row -> "<tr><th scope=\"row\">"
                        + Page.escape(table.rows().get(row)) + "</th>"
                        + table.columns().stream()
                                .map(column -> "<td>" + number(column.values().get(row)) + "</td>")
                                .collect(Collectors.joining())
                        + "</tr>\n")
                .collect(Collectors.joining());
        return "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">" + Page.escape(table.name()) + "</th>" + head
                + "</tr></thead>\n<tbody>\n" + rows + "</tbody></table></div>\n";
    }

    private static String heading(NotedColumn column) {
        return column.unit().isEmpty() ? column.name() : column.name() + ", " + column.unit();
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "\u2013" : Figures.significant(value);
    }
}
