package dev.weft.report;

import dev.weft.report.DiagnosisReport.Suggestion;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The page of a diagnosis, complete without scripts. */
final class DiagnosisPage {
    private final DiagnosisReport report;

    DiagnosisPage(DiagnosisReport report) {
        this.report = report;
    }

    String html() {
        return Page.shell(
                report.title(), Page.fill("diagnosis.html", slots()), Page.script(Page.resource("common.js")));
    }

    private Map<String, String> slots() {
        Map<String, String> slots = new LinkedHashMap<>();
        slots.put("eyebrow", Page.escape("Diagnosis · " + report.created()));
        slots.put("title", Page.escape(report.title()));
        slots.put("findings", Page.notes(report.findings()));
        slots.put("suggestions", suggestions());
        slots.put("figures", report.figures().stream().map(Pictures::group).collect(Collectors.joining()));
        slots.put("hideMembers", Page.hiddenIf(report.members().isEmpty()));
        slots.put("members", Page.facts(report.members()));
        slots.put("notes", Page.notes(report.notes()));
        slots.put("settings", Page.facts(report.settings()));
        slots.put("commands", Page.commands(report.commands()));
        return slots;
    }

    private String suggestions() {
        if (report.suggestions().isEmpty()) {
            return "<p class=\"nothing\">Nothing to change: no number here reaches a threshold.</p>";
        }
        return report.suggestions().stream()
                .map(DiagnosisPage::suggestion)
                .collect(Collectors.joining("", "<ul class=\"suggestions\">\n", "</ul>\n"));
    }

    private static String suggestion(Suggestion suggestion) {
        return "<li><code class=\"recipe-key\">" + Page.escape(suggestion.key()) + "</code><div><p><code>"
                + Page.escape(suggestion.setting()) + "</code></p><p>" + Page.escape(suggestion.measured())
                + "</p><p class=\"quiet\">Rule: " + Page.escape(suggestion.threshold()) + "</p></div></li>\n";
    }
}
