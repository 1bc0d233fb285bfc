package dev.weft.report;

import java.util.List;
import java.util.Objects;

/**
 * Everything that the page about a ranking shows: what may be concluded, the numbers it rests on, and pictures.
 *
 * @param title heading of the page
 * @param subject what was ranked, and when
 * @param conclusions in sentences, the one that matters most first
 * @param findings one for each group of members
 * @param tables of numbers
 * @param plots pictures; may be empty
 * @param settings where the numbers come from
 * @param environment machine and versions; may be empty
 * @param commands exact command lines that repeat it
 * @param notes what this does not show
 */
public record RankingReport(
        String title,
        String subject,
        List<String> conclusions,
        List<Finding> findings,
        List<Table> tables,
        List<Plot> plots,
        List<Fact> settings,
        List<Fact> environment,
        List<String> commands,
        List<String> notes) {
    public RankingReport {
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(subject, "subject");
        conclusions = List.copyOf(conclusions);
        findings = List.copyOf(findings);
        tables = List.copyOf(tables);
        plots = List.copyOf(plots);
        settings = List.copyOf(settings);
        environment = List.copyOf(environment);
        commands = List.copyOf(commands);
        notes = List.copyOf(notes);
        if (conclusions.isEmpty()) {
            throw new IllegalArgumentException(
                    "a report must conclude something, if only that nothing can be concluded");
        }
    }

    /**
     * Numbers of groups of members, or of what ranks them.
     *
     * @param title of the section
     * @param columns the first that of the names
     * @param rows with as many values as there are columns
     * @param reading how to read it
     */
    public record Table(String title, List<String> columns, List<List<String>> rows, String reading) {
        public Table {
            Objects.requireNonNull(title, "title");
            Objects.requireNonNull(reading, "reading");
            columns = List.copyOf(columns);
            rows = rows.stream().map(List::copyOf).toList();
            int width = columns.size();
            if (rows.stream().anyMatch(row -> row.size() != width)) {
                throw new IllegalArgumentException(
                        "every row must have " + width + " values, but the rows are " + rows);
            }
        }
    }

    /** Whether members may be chosen by their score. */
    public enum Tone {
        YES,
        NO,
        OPEN
    }

    /**
     * What was found of a group of members.
     *
     * @param label the group
     * @param sentence with the numbers
     */
    public record Finding(Tone tone, String label, String sentence) {}
}
