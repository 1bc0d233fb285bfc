package dev.weft.report;

import dev.weft.report.ExperimentReport.Arm;
import dev.weft.report.ExperimentReport.Cell;
import dev.weft.report.ExperimentReport.Metric;
import dev.weft.report.ExperimentReport.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The page of a reproduced experiment, complete without scripts. */
final class ExperimentPage {
    private final ExperimentReport report;

    ExperimentPage(ExperimentReport report) {
        this.report = report;
    }

    String html() {
        return Page.shell(
                report.title(), Page.fill("experiment.html", slots()), Page.script(Page.resource("common.js")));
    }

    private Map<String, String> slots() {
        Map<String, String> slots = new LinkedHashMap<>();
        slots.put("title", Page.escape(report.title()));
        slots.put("eyebrow", Page.escape("Reproduced experiment · " + report.created()));
        slots.put("verdicts", verdicts(true));
        List<Verdict> others =
                report.verdicts().stream().filter(v -> !v.decides()).toList();
        slots.put("hideOthers", Page.hiddenIf(others.isEmpty()));
        slots.put("othersCount", others.size() + (others.size() == 1 ? " comparison" : " comparisons"));
        slots.put("others", verdicts(false));
        slots.put("claim", Page.escape(report.claim()));
        slots.put("paper", paper());
        slots.put("charts", charts());
        slots.put(
                "arms",
                Page.facts(report.arms().stream()
                        .map(arm -> new Fact(arm.name(), arm.description()))
                        .toList()));
        slots.put("hideCharts", Page.hiddenIf(report.metrics().stream().noneMatch(Metric::charted)));
        slots.put("hidePlots", Page.hiddenIf(report.plots().isEmpty()));
        slots.put(
                "plots",
                report.plots().stream().map(p -> new PlotPicture(p).html()).collect(Collectors.joining()));
        slots.put("figures", report.figures().stream().map(Pictures::group).collect(Collectors.joining()));
        slots.put("spread", Page.escape(spread()));
        slots.put("head", head());
        slots.put("rows", report.arms().stream().map(this::row).collect(Collectors.joining()));
        slots.put("settings", Page.facts(report.settings()));
        slots.put("environment", Page.facts(report.environment()));
        slots.put("commands", Page.commands(report.commands()));
        slots.put("hideNotes", Page.hiddenIf(report.notes().isEmpty()));
        slots.put("notes", Page.notes(report.notes()));
        return slots;
    }

    private String verdicts(boolean deciding) {
        StringBuilder html = new StringBuilder();
        for (Verdict v : report.verdicts()) {
            if (v.decides() != deciding) {
                continue;
            }
            html.append(
                    "<li class=\"" + v.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-')
                            + "\"><strong>" + v.outcome().text() + "</strong><span>" + Page.prose(v.sentence())
                            + "</span></li>\n");
        }
        return html.toString();
    }

    private String paper() {
        ExperimentReport.Paper p = report.paper();
        return "<cite>" + Page.escape(p.title()) + "</cite> " + Page.escape(p.authors()) + ", " + p.year() + ". "
                + Page.escape(p.link());
    }

    private String spread() {
        String seeds = report.seeds().stream().map(String::valueOf).collect(Collectors.joining(", "));
        return report.seeds().size() == 1
                ? "One seed (" + seeds + "): no spread can be given."
                : "Mean ± sample standard deviation over " + report.seeds().size() + " seeds (" + seeds
                        + "); beneath it the value of each seed, in that order.";
    }

    private String head() {
        return report.metrics().stream()
                .map(m -> "<th scope=\"col\">" + Page.escape(m.name()) + unit(m) + "</th>\n")
                .collect(Collectors.joining("", "<th scope=\"col\">Arm</th>\n", ""));
    }

    private static String unit(Metric m) {
        return m.unit().isEmpty() ? "" : " <span class=\"quiet\">" + Page.escape(m.unit()) + "</span>";
    }

    private String row(Arm arm) {
        StringBuilder html = new StringBuilder("<tr><th scope=\"row\"><span class=\"name\">" + Page.escape(arm.name())
                + "</span> <span class=\"quiet\">" + Page.escape(arm.description()) + "</span></th>\n");
        for (int i = 0; i < report.metrics().size(); i++) {
            Metric metric = report.metrics().get(i);
            Cell cell = arm.cells().get(i);
            String label = metric.unit().isEmpty() ? metric.name() : metric.name() + ", " + metric.unit();
            html.append("<td data-label=\"" + Page.escape(label) + "\"><div>"
                    + DotPlot.meanAndSpread(cell, metric.decimals()) + "<span class=\"seeds\">" + seeds(cell, metric)
                    + "</span></div></td>\n");
        }
        return html.append("</tr>\n").toString();
    }

    /** The values in the order of the seeds, at most five a line. */
    private static String seeds(Cell cell, Metric metric) {
        if (cell.values().size() < 2) return "";
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < cell.values().size(); i++) {
            text.append(i == 0 ? "" : i % 5 == 0 ? "\n" : "  ")
                    .append(shown(cell.values().get(i), metric));
        }
        return text.toString();
    }

    private static String shown(double value, Metric metric) {
        return String.format(Locale.ROOT, "%." + metric.decimals() + "f", value);
    }

    private String charts() {
        StringBuilder html = new StringBuilder();
        for (int i = 0; i < report.metrics().size(); i++) {
            Metric metric = report.metrics().get(i);
            if (!metric.charted()) continue;
            DotPlot plot = new DotPlot(metric.decimals());
            for (Arm arm : report.arms()) {
                Cell cell = arm.cells().get(i);
                plot.row(arm.name(), cell, DotPlot.meanAndSpread(cell, metric.decimals()));
            }
            html.append("<figure><figcaption>" + Page.escape(metric.name()) + unit(metric) + "</figcaption>\n"
                    + plot.html() + "</figure>\n");
        }
        return html.toString();
    }
}
