package dev.weft.report;

import java.util.List;
import java.util.Objects;

/**
 * Everything that the page of a diagnosis shows.
 *
 * @param title heading of the page
 * @param created when it was measured, as it is to be read
 * @param findings what was measured, in sentences with numbers
 * @param suggestions what to change; empty where the numbers support nothing
 * @param figures pictures, by what they are about
 * @param members the names that the pictures use, and which members they stand for
 * @param settings what was measured how
 * @param commands exact command lines that repeat it
 * @param notes what this does not show
 */
public record DiagnosisReport(
        String title,
        String created,
        List<String> findings,
        List<Suggestion> suggestions,
        List<FigureGroup> figures,
        List<Fact> members,
        List<Fact> settings,
        List<String> commands,
        List<String> notes) {
    /**
     * One setting to change.
     *
     * @param key of a recipe, {@code train.accumulate}
     * @param setting what to write there
     * @param measured the numbers that it rests on
     * @param threshold the rule by which they led to it
     */
    public record Suggestion(String key, String setting, String measured, String threshold) {
        public Suggestion {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(setting, "setting");
            Objects.requireNonNull(measured, "measured");
            Objects.requireNonNull(threshold, "threshold");
        }
    }

    public DiagnosisReport {
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(created, "created");
        findings = List.copyOf(findings);
        suggestions = List.copyOf(suggestions);
        figures = List.copyOf(figures);
        members = List.copyOf(members);
        settings = List.copyOf(settings);
        commands = List.copyOf(commands);
        notes = List.copyOf(notes);
    }
}
