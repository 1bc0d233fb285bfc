package dev.weft.report;

import dev.weft.report.ExperimentReport.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Rows of dots on one axis, as plain HTML: one dot per seed, a tick at the mean, a line of one standard deviation to each side.
 * Dots and not bars, because bars would have to start at zero and hide differences of a point or two.
 */
final class DotPlot {
    private record Row(String label, Cell cell, String shown) {}

    private final List<Row> rows = new ArrayList<>();
    private final int decimals;

    DotPlot(int decimals) {
        this.decimals = decimals;
    }

    void row(String label, Cell cell, String shown) {
        rows.add(new Row(label, cell, shown));
    }

    /** {@code 79.6 ± 0.3}; one value has no spread. */
    static String meanAndSpread(Cell cell, int decimals) {
        if (cell.values().isEmpty()) return "–";
        String format = "%." + decimals + "f";
        String mean = String.format(Locale.ROOT, format, cell.mean());
        return cell.values().size() < 2
                ? mean
                : mean + "\u00a0±\u00a0" + String.format(Locale.ROOT, format, cell.standardDeviation());
    }

    String html() {
        double low = measured().mapToDouble(DotPlot::low).min().orElse(0);
        double high = measured().mapToDouble(DotPlot::high).max().orElse(1);
        double step = niceStep(high > low ? (high - low) / 4 : Math.max(1e-9, Math.abs(high)) / 4);
        long first = (long) Math.floor(low / step);
        long last = Math.max(first + 1, (long) Math.ceil(high / step));
        StringBuilder html = new StringBuilder("<div class=\"dots\">\n");
        for (Row row : rows) html.append(rowHtml(row, first, last, step));
        return html.append(axis(first, last, step)).append("</div>\n").toString();
    }

    private String rowHtml(Row row, long first, long last, double step) {
        Cell cell = row.cell();
        double from = first * step;
        double span = (last - first) * step;
        StringBuilder html = new StringBuilder("<span class=\"label\">" + Page.escape(row.label())
                + "</span><span class=\"value\">" + row.shown() + "</span>\n"
                + "<span class=\"track\" aria-hidden=\"true\">");
        for (long i = first; i <= last; i++) html.append(mark("grid", i * step, from, span, ""));
        if (cell.values().size() > 1) {
            html.append(String.format(
                    Locale.ROOT,
                    "<i class=\"spread\" style=\"left:%.2f%%;width:%.2f%%\"></i>",
                    share(cell.mean() - cell.standardDeviation(), from, span),
                    200 * cell.standardDeviation() / span));
        }
        for (double value : cell.values()) html.append(mark("seed", value, from, span, format(value)));
        if (!cell.values().isEmpty()) html.append(mark("mean", cell.mean(), from, span, ""));
        return html.append("</span>\n").toString();
    }

    private String axis(long first, long last, double step) {
        StringBuilder html = new StringBuilder("<span class=\"axis\" aria-hidden=\"true\">");
        long apart =
                (last - first + 2) / 3; // three or four numbers fit beside each other where three plots share a row
        for (long i = first; i <= last; i += apart) {
            html.append(String.format(
                    Locale.ROOT,
                    "<b%s style=\"left:%.2f%%\">%s</b>",
                    i == first ? " class=\"first\"" : i == last ? " class=\"last\"" : "",
                    100.0 * (i - first) / (last - first),
                    tick(i * step, step)));
        }
        return html.append("</span>\n").toString();
    }

    private static String mark(String kind, double value, double from, double span, String title) {
        return String.format(
                Locale.ROOT,
                "<i class=\"%s\" style=\"left:%.2f%%\"%s></i>",
                kind,
                share(value, from, span),
                title.isEmpty() ? "" : " title=\"" + title + "\"");
    }

    private static double share(double value, double from, double span) {
        return 100 * (value - from) / span;
    }

    private String format(double value) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    static String tick(double value, double step) {
        return String.format(Locale.ROOT, "%." + Math.max(0, (int) Math.ceil(-Math.log10(step) - 1e-9)) + "f", value);
    }

    /** The smallest of 1, 2, 5 times a power of ten that is not below {@code rough}. */
    static double niceStep(double rough) {
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double factor : new double[] {1, 2, 5}) {
            if (factor * power >= rough) return factor * power;
        }
        return 10 * power;
    }

    private Stream<Cell> measured() {
        return rows.stream().map(Row::cell).filter(cell -> !cell.values().isEmpty());
    }

    private static double low(Cell cell) {
        double least =
                cell.values().stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        return cell.values().size() < 2 ? least : Math.min(least, cell.mean() - cell.standardDeviation());
    }

    private static double high(Cell cell) {
        double most =
                cell.values().stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        return cell.values().size() < 2 ? most : Math.max(most, cell.mean() + cell.standardDeviation());
    }
}
