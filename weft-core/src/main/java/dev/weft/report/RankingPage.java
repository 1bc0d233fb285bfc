package dev.weft.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The page about a ranking, complete without scripts. */
final class RankingPage {
    private final RankingReport report;

    RankingPage(RankingReport report) {
        this.report = report;
    }

    String html() {
        return Page.shell(report.title(), Page.fill("ranking.html", slots()), Page.script(Page.resource("common.js")));
    }

    private Map<String, String> slots() {
        Map<String, String> slots = new LinkedHashMap<>();
        slots.put("title", Page.escape(report.title()));
        slots.put("eyebrow", Page.escape(report.subject()));
        slots.put("lead", Page.escape(report.conclusions().get(0)));
        List<String> others =
                report.conclusions().subList(1, report.conclusions().size());
        slots.put(
                "conclusions",
                others.stream().map(c -> "<p>" + Page.escape(c) + "</p>").collect(Collectors.joining("\n")));
        slots.put(
                "findings", report.findings().stream().map(RankingPage::finding).collect(Collectors.joining()));
        slots.put("hidePlots", Page.hiddenIf(report.plots().isEmpty()));
        slots.put(
                "plots",
                report.plots().stream().map(p -> new PlotPicture(p).html()).collect(Collectors.joining()));
        slots.put(
                "tables",
                IntStream.range(0, report.tables().size())
                        .mapToObj(i -> table("table-" + (i + 1), report.tables().get(i)))
                        .collect(Collectors.joining()));
        slots.put("settings", Page.facts(report.settings()));
        slots.put("environment", Page.facts(report.environment()));
        slots.put("hideEnvironment", Page.hiddenIf(report.environment().isEmpty()));
        slots.put("commands", Page.commands(report.commands()));
        slots.put("notes", Page.notes(report.notes()));
        return slots;
    }

    private static String finding(RankingReport.Finding finding) {
        String tone =
                switch (finding.tone()) {
                    case YES -> "held";
                    case NO -> "not-held";
                    case OPEN -> "undecided";
                };
        return "<li class=\"" + tone + "\"><strong>" + Page.escape(finding.label()) + "</strong><span>"
                + Page.escape(finding.sentence()) + "</span></li>\n";
    }

    private static String table(String id, RankingReport.Table table) {
        return "<section aria-labelledby=\"" + id + "\">\n<h2 id=\"" + id + "\">" + Page.escape(table.title())
                + "</h2>\n<p class=\"hint\">" + Page.escape(table.reading())
                + "</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"" + id
                + "\">\n<table class=\"arms ranking\">\n<thead><tr>\n"
                + table.columns().stream()
                        .map(c -> "<th scope=\"col\">" + Page.escape(c) + "</th>")
                        .collect(Collectors.joining("\n"))
                + "\n</tr></thead>\n<tbody>\n"
                + table.rows().stream().map(row -> row(table.columns(), row)).collect(Collectors.joining())
                + "</tbody>\n</table>\n</div>\n</section>\n";
    }

    private static String row(List<String> columns, List<String> values) {
        StringBuilder html = new StringBuilder(
                "<tr><th scope=\"row\"><span class=\"name\">" + Page.escape(values.get(0)) + "</span></th>\n");
        for (int i = 1; i < values.size(); i++) {
            html.append("<td data-label=\"" + Page.escape(columns.get(i)) + "\"><div>" + value(values.get(i))
                    + "</div></td>\n");
        }
        return html.append("</tr>\n").toString();
    }

    /** An interval in brackets stands beneath its value. */
    private static String value(String text) {
        int bracket = text.indexOf(" (");
        return bracket < 0
                ? Page.escape(text)
                : Page.escape(text.substring(0, bracket)) + "<span class=\"seeds\">"
                        + Page.escape(text.substring(bracket + 2, text.length() - 1)) + "</span>";
    }
}
