package dev.weft.report;

import dev.weft.metric.Form;
import dev.weft.metric.Metric;
import dev.weft.metric.Needs;
import dev.weft.metric.Shown;
import dev.weft.stats.Proportion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The table of measured members as HTML. It is complete without scripts; the scripts read units, raw values and shown text from
 * it, so that a number looks the same in the table, in the chart and in the details.
 */
final class MemberTable {
    private final List<MemberResult> members;
    private final RunReport.Tree tree;
    private final Metric quality;
    private final long selectionExamples;
    private final List<Column> columns; // without those that no member has
    private final boolean exported;

    /**
     * One numeric column; NaN is shown as a dash.
     *
     * @param cost whether it is a cost, which is more or less than that of the largest member
     */
    private record Column(String key, String label, Metric metric, Form.Column scale, boolean cost) {
        String shown(double value) {
            return Double.isNaN(value)
                    ? "–"
                    : String.format(Locale.ROOT, "%." + scale.decimals() + "f", value / scale.divisor());
        }
    }

    MemberTable(RunReport report) {
        this.members = report.measured().members();
        this.tree = report.training().tree();
        this.quality = report.measured().quality();
        this.selectionExamples = report.dataset().splits().stream()
                .filter(split -> split.name().equals("selection"))
                .mapToLong(RunReport.Split::examples)
                .findFirst()
                .orElse(0);
        List<Column> all = new ArrayList<>();
        all.add(column("quality", quality.label() + ", selection", quality, false));
        all.add(column("testQuality", quality.label() + ", test", quality.test(), false));
        costs(report).forEach(metric -> all.add(column(metric.key(), metric.label(), metric, true)));
        this.columns = all.stream()
                .filter(column -> isMeasured(members, column.metric))
                .toList();
        this.exported = members.stream().anyMatch(m -> m.exported() != null);
    }

    /** What members cost, as far as some member has it: what is timed, what is counted, and then the rest. */
    static List<Metric> costs(RunReport report) {
        return report.measured().metrics().stream()
                .filter(metric -> !metric.equals(report.measured().quality())
                        && (metric.shown() == Shown.EVERYWHERE || metric.shown() == Shown.PAGES)
                        && isMeasured(report.measured().members(), metric))
                .sorted(Comparator.comparing((Metric metric) -> metric.needs() != Needs.MACHINE)
                        .thenComparing(Metric::needs))
                .toList();
    }

    private static boolean isMeasured(List<MemberResult> members, Metric metric) {
        return members.stream().anyMatch(m -> !Double.isNaN(m.value(metric)));
    }

    private Column column(String key, String label, Metric metric, boolean cost) {
        double largest = members.stream()
                .mapToDouble(m -> m.value(metric))
                .filter(value -> !Double.isNaN(value))
                .max()
                .orElse(0);
        return new Column(key, label, metric, metric.form().column(largest), cost);
    }

    String head() {
        StringBuilder html =
                new StringBuilder(heading("member", "Member", "options in the order of the choices", 1, false));
        for (Column c : columns) {
            html.append(heading(c.key, c.label, c.scale.unit(), c.scale.divisor(), c.cost));
        }
        return html.append(exported ? heading("proof", "Export error", "", 1, false) : "")
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
        if (m.name() != null || m.onFront()) return m.latency();
        return quality.higherIsBetter() ? -m.value(quality) : m.value(quality);
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
            double value = m.value(c.metric);
            String interval = c.metric.equals(quality) ? interval(value) : "";
            html.append("<td data-key=\"" + c.key + "\" data-value=\"" + value + "\"" + interval + ">" + c.shown(value)
                    + "</td>\n");
        }
        return html.append(exported ? proof(m.exported()) : "")
                .append("</tr>\n")
                .toString();
    }

    /** What accuracies of so many images say of all images. */
    private String interval(double share) {
        if (!quality.isShare() || selectionExamples < 1) return "";
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
                + Figures.scientific(export.maxAbsError())
                + (export.top1Agreement() == null
                        ? ""
                        : " <span class=\"quiet\">" + Figures.agreement(export.top1Agreement()) + " top-1</span>")
                + "</td>\n";
    }

    private static String heading(String key, String label, String unit, double divisor, boolean cost) {
        String shownUnit = unit.isEmpty() ? "" : " <span class=\"quiet\">" + unit + "</span>";
        return "<th scope=\"col\" aria-sort=\"none\" data-key=\"" + key + "\" data-label=\"" + Page.escape(label)
                + "\" data-unit=\"" + unit + "\" data-divisor=\"" + divisor + "\"" + (cost ? " data-cost" : "")
                + "><button type=\"button\" class=\"sort\">" + Page.escape(label) + shownUnit
                + "</button></th>\n";
    }
}
