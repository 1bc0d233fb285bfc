package dev.weft.report;

import dev.weft.stats.Proportion;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The table of measured members as HTML. It is complete without scripts; the scripts read units, raw values and shown text from
 * it, so that a number looks the same in the table, in the chart and in the details.
 */
final class MemberTable {
    private final List<MemberResult> members;
    private final RunReport.Tree tree;
    private final boolean higherIsBetter;
    private final boolean accuracies;
    private final long selectionExamples;
    private final List<Column> columns; // without those that no member has
    private final boolean exported;

    /** One numeric column: raw values divided by {@code divisor} are in {@code unit}; NaN is shown as a dash. */
    private record Column(
            String key,
            String label,
            String unit,
            double divisor,
            int decimals,
            ToDoubleFunction<MemberResult> value) {}

    MemberTable(RunReport report) {
        RunReport.Quality quality = report.quality();
        this.members = report.members();
        this.tree = report.tree();
        this.accuracies = quality.equals(RunReport.Quality.ACCURACY);
        this.selectionExamples = report.dataset().splits().stream()
                .filter(split -> split.name().equals("selection"))
                .mapToLong(RunReport.Split::examples)
                .findFirst()
                .orElse(0);
        this.higherIsBetter = quality.higherIsBetter();
        this.columns = Stream.of(
                        quality("quality", "selection", quality, MemberResult::quality),
                        quality("testQuality", "test", quality, MemberTable::testQuality),
                        new Column(
                                "p50", "Latency p50", "ms", 1, 3, m -> m.cost().latencyMillisP50()),
                        new Column(
                                "p99", "Latency p99", "ms", 1, 3, m -> m.cost().latencyMillisP99()),
                        counted("params", "Parameters", 1, m -> m.cost().params()),
                        counted("macs", "Multiply-adds", 2, m -> m.cost().macs()),
                        sized("bytes", "Size", m -> m.cost().bytes()))
                .filter(column -> members.stream()
                        .anyMatch(m -> !Double.isNaN(column.value().applyAsDouble(m))))
                .toList();
        this.exported = members.stream().anyMatch(m -> m.exported() != null);
    }

    String head() {
        StringBuilder html = new StringBuilder(heading("member", "Member", "options in the order of the choices", 1));
        for (Column c : columns) html.append(heading(c.key(), c.label(), c.unit(), c.divisor()));
        return html.append(exported ? heading("proof", "Export error", "", 1) : "")
                .toString();
    }

    /** The rows: members with a name first, then the front from the fastest on, then the others from the best on. */
    String rows() {
        Comparator<Integer> order = Comparator.comparingInt(i -> rank(members.get(i)));
        return IntStream.range(0, members.size())
                .boxed()
                .sorted(order.thenComparingDouble(i -> place(members.get(i))))
                .map(i -> row(i, members.get(i)))
                .collect(Collectors.joining());
    }

    private static int rank(MemberResult m) {
        return m.name() != null ? 0 : m.onFront() ? 1 : 2;
    }

    private double place(MemberResult m) {
        if (m.name() != null || m.onFront()) return m.cost().latencyMillisP50();
        return higherIsBetter ? -m.quality() : m.quality();
    }

    private String row(int index, MemberResult m) {
        StringBuilder html = new StringBuilder("<tr data-index=\"" + index + "\""
                + (m.onFront() ? " class=\"front\"" : "")
                + ">\n<th scope=\"row\" data-key=\"member\"><button type=\"button\" class=\"pick\">"
                + "<span class=\"name\">" + Page.escape(m.name() == null ? "#" + (index + 1) : m.name()) + "</span>"
                + (m.onFront() ? " <span class=\"badge\">front</span>" : "")
                + leaf(m)
                + " <code class=\"line\">" + breakable(m.member()) + "</code>"
                + "<code class=\"options\" aria-hidden=\"true\" title=\"" + Page.escape(m.member()) + "\">"
                + breakable(options(m.member())) + "</code></button></th>\n");
        for (Column c : columns) {
            double value = c.value().applyAsDouble(m);
            String interval = c.key().equals("quality") ? interval(value) : "";
            html.append("<td data-key=\"" + c.key() + "\" data-value=\"" + value + "\"" + interval + ">"
                    + shown(c, value) + "</td>\n");
        }
        return html.append(exported ? proof(m.exported()) : "")
                .append("</tr>\n")
                .toString();
    }

    /** What accuracies of so many images say of all images. */
    private String interval(double share) {
        if (!accuracies || selectionExamples < 1) return "";
        Proportion accuracy = new Proportion(share, selectionExamples);
        return String.format(Locale.ROOT, " data-interval=\"%.6f %.6f\"", 100 * accuracy.low(), 100 * accuracy.high());
    }

    private String leaf(MemberResult m) {
        String leaf = tree == null ? null : tree.leaves().get(m.member());
        return leaf == null ? "" : " <span class=\"quiet\">leaf " + Page.escape(leaf) + "</span>";
    }

    /** Lines break between choices, and between the edges of a cell. */
    static String breakable(String member) {
        return Page.escape(member).replace(",", ",<wbr>").replace("|", "|<wbr>");
    }

    /** The options alone, {@code 28 16 4}: what tells the rows of one space apart at a glance. */
    private static String options(String member) {
        return Arrays.stream(member.split(","))
                .map(choice -> choice.substring(choice.indexOf('=') + 1).trim())
                .collect(Collectors.joining(" "));
    }

    private static String proof(MemberResult.Export export) {
        if (export == null) return "<td data-key=\"proof\" data-value=\"NaN\">–</td>\n";
        return "<td data-key=\"proof\" data-value=\"" + export.maxAbsError() + "\">"
                + Figures.scientific(export.maxAbsError()) + " <span class=\"quiet\">"
                + Figures.agreement(export.top1Agreement()) + " top-1</span></td>\n";
    }

    private static String heading(String key, String label, String unit, double divisor) {
        String shownUnit = unit.isEmpty() ? "" : " <span class=\"quiet\">" + unit + "</span>";
        return "<th scope=\"col\" aria-sort=\"none\" data-key=\"" + key + "\" data-label=\"" + label + "\" data-unit=\""
                + unit
                + "\" data-divisor=\"" + divisor + "\"><button type=\"button\" class=\"sort\">" + label + shownUnit
                + "</button></th>\n";
    }

    private static String shown(Column c, double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%." + c.decimals() + "f", value / c.divisor());
    }

    /** A column in thousands, millions or billions, by its largest value, so that all its rows share one unit. */
    private Column counted(String key, String label, int decimals, ToDoubleFunction<MemberResult> value) {
        double largest = largest(value);
        if (largest >= 1e9) return new Column(key, label, "billion", 1e9, decimals, value);
        if (largest >= 1e6) return new Column(key, label, "million", 1e6, decimals, value);
        return new Column(key, label, "thousand", 1e3, decimals, value);
    }

    private Column sized(String key, String label, ToDoubleFunction<MemberResult> value) {
        return largest(value) >= 1e7
                ? new Column(key, label, "MB", 1e6, 1, value)
                : new Column(key, label, "kB", 1e3, 0, value);
    }

    private double largest(ToDoubleFunction<MemberResult> value) {
        return members.stream().mapToDouble(value).max().orElse(0);
    }

    private static Column quality(
            String key, String split, RunReport.Quality quality, ToDoubleFunction<MemberResult> value) {
        String label = quality.name() + ", " + split;
        return new Column(key, label, quality.unit(), quality.divisor(), quality.decimals(), value);
    }

    private static double testQuality(MemberResult m) {
        return m.testQuality() == null ? Double.NaN : m.testQuality();
    }
}
