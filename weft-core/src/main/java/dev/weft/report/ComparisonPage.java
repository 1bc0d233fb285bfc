package dev.weft.report;

import dev.weft.report.ComparisonReport.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The page about several runs, complete without scripts. */
final class ComparisonPage {
    private final ComparisonReport report;

    ComparisonPage(ComparisonReport report) {
        this.report = report;
    }

    String html() {
        Map<String, String> slots = new LinkedHashMap<>();
        slots.put("title", Page.escape(report.title()));
        slots.put("hideRemarks", Page.hiddenIf(report.remarks().isEmpty()));
        slots.put("remarks", Page.notes(report.remarks()));
        slots.put("hidePlots", Page.hiddenIf(report.plots().isEmpty()));
        slots.put(
                "plots",
                report.plots().stream().map(p -> new PlotPicture(p).html()).collect(Collectors.joining()));
        slots.put("tables", report.tables().stream().map(ComparisonPage::table).collect(Collectors.joining()));
        slots.put("commands", Page.commands(report.commands()));
        return Page.shell(report.title(), Page.fill("comparison.html", slots), Page.script(Page.resource("common.js")));
    }

    private static String table(Table table) {
        String id = table.title().toLowerCase(Locale.ROOT).replace(' ', '-');
        String head = table.columns().stream()
                .map(column -> "<th scope=\"col\">" + Page.escape(column) + "</th>")
                .collect(Collectors.joining("\n"));
        return "<section aria-labelledby=\"" + id + "\">\n<h2 id=\"" + id + "\">" + Page.escape(table.title())
                + "</h2>\n<p class=\"hint\">" + Page.escape(table.hint())
                + "</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"" + id
                + "\">\n<table class=\"arms ranking\">\n<thead><tr>\n" + head + "\n</tr></thead>\n<tbody>\n"
                + table.rows().stream().map(row -> row(table, row)).collect(Collectors.joining())
                + "</tbody>\n</table>\n</div>\n</section>\n";
    }

    private static String row(Table table, List<String> values) {
        StringBuilder html = new StringBuilder(
                "<tr><th scope=\"row\"><span class=\"name\">" + Page.prose(values.get(0)) + "</span></th>\n");
        for (int i = 1; i < values.size(); i++) {
            html.append("<td data-label=\"" + Page.escape(table.columns().get(i)) + "\"><div>"
                    + Page.prose(values.get(i)) + "</div></td>\n");
        }
        return html.append("</tr>\n").toString();
    }
}
