package dev.weft.lab.study;

import dev.weft.report.ExperimentReport;
import dev.weft.report.ExperimentReport.Cell;
import dev.weft.report.ExperimentReport.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A reproduction's table as plain text: arms by metrics, mean ± sample standard deviation. */
public final class TextTable {
    private TextTable() {}

    /** Lines of equal columns, the heading first. */
    public static List<String> lines(ExperimentReport report) {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("arm"));
        report.metrics().forEach(m -> head.add(m.unit().isEmpty() ? m.name() : m.name() + ", " + m.unit()));
        rows.add(head);
        for (ExperimentReport.Arm arm : report.arms()) {
            List<String> row = new ArrayList<>(List.of(arm.name()));
            for (int i = 0; i < report.metrics().size(); i++) {
                row.add(shown(report.metrics().get(i), arm.cells().get(i)));
            }
            rows.add(row);
        }
        int[] widths = new int[head.size()];
        rows.forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String padding = " ".repeat(widths[i] - row.get(i).length());
            line.append(i == 0 ? row.get(i) + padding : "  " + padding + row.get(i));
        }
        return line.toString().stripTrailing();
    }

    private static String shown(Metric metric, Cell cell) {
        if (cell.values().isEmpty()) {
            return "–";
        }
        String mean = String.format(Locale.ROOT, "%." + metric.decimals() + "f", cell.mean());
        return cell.values().size() < 2
                ? mean
                : mean + " ± " + String.format(Locale.ROOT, "%." + metric.decimals() + "f", cell.standardDeviation());
    }
}
