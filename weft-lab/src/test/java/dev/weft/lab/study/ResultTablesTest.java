package dev.weft.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.report.ExperimentReport.Outcome;
import dev.weft.run.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultTablesTest {
    @TempDir
    Path docs;

    @BeforeEach
    void folder() throws IOException {
        Files.createDirectory(docs.resolve("results"));
    }

    private static Map<String, Object> arm(String name, int epochs, double mean, Double deviation) {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("mean", mean);
        numbers.put("sd", deviation);
        Map<String, Object> arm = new LinkedHashMap<>();
        arm.put("arm", name);
        arm.put("description", "what " + name + " does");
        arm.put("epochs", epochs);
        arm.put("seeds", 2);
        arm.put("x", numbers);
        arm.put("passes", 4480.0);
        arm.put("updates", 1120.0);
        arm.put("seconds", 12.4);
        return arm;
    }

    private void document(boolean smoke, List<Integer> epochs, List<Map<String, Object>> arms) throws IOException {
        Environment environment = new Environment("Linux 1", "x", "Some CPU", 2, 1, "17", "0.1", "2.10", "1.20");
        StudyResults results = new StudyResults(
                StudyResults.FORMAT_VERSION,
                "tiny",
                smoke,
                "stripes",
                Outcome.HELD,
                "2026-11-30",
                epochs,
                List.of(1L, 2L),
                List.of(new StudyResults.Statement(
                        "x, A minus B",
                        Claim.Kind.CLAIM,
                        epochs.get(0),
                        Outcome.NOT_HELD,
                        -1.0,
                        new Statistics.Interval(-2, -0.5, 0.95),
                        "Claim: x, A minus B: at least 1.0 points expected.")),
                arms,
                List.of(Column.accuracy("x", "smallest", true), new Column("y", "other", "", 0, false)),
                150,
                null,
                null,
                environment,
                null);
        Files.writeString(docs.resolve("results/tiny.json"), Json.writeWithNulls(results));
    }

    @Test
    void tablesAreWrittenFromTheDocumentAndNothingElseIsTouched() throws IOException {
        document(false, List.of(8, 32), List.of(arm("A", 8, 81.256, 0.5), arm("A", 32, 90, null)));
        Path page = docs.resolve("tiny.md");
        Files.writeString(
                page,
                "# Tiny\n\n<!-- table: tiny arms x -->\nold\n<!-- /table -->\n\nbetween\n\n<!-- table: tiny claims -->\n<!-- /table -->\nend\n");
        Path other = Files.writeString(docs.resolve("other.md"), "no table\n");
        ResultTables tables = new ResultTables(docs);
        assertThat(tables.outdated()).containsOnlyKeys(page);
        assertThat(tables.write()).containsExactly(page);
        String measured = "Study `tiny`, measured 2026-11-30: stripes, 2 seeds, Some CPU; trainings took 3 minutes.";
        assertThat(Files.readString(page)).isEqualTo("""
                        # Tiny

                        <!-- table: tiny arms x -->
                        %s

                        | arm | epochs | smallest, %% test accuracy | updates of a shared weight | passes | training, s |
                        |---|---:|---:|---:|---:|---:|
                        | A: what A does | 8 | 81.26 ± 0.50 | 1,120 | 4,480 | 12 |
                        | A: what A does | 32 | 90.00 | 1,120 | 4,480 | 12 |
                        <!-- /table -->

                        between

                        <!-- table: tiny claims -->
                        %s

                        | verdict | statement |
                        |---|---|
                        | not held | At 8 epochs: Claim: x, A minus B: at least 1.0 points expected. |
                        <!-- /table -->
                        end
                        """.formatted(measured, measured));
        assertThat(Files.readString(other)).isEqualTo("no table\n");
        assertThat(tables.outdated()).as("a second time there is nothing to do").isEmpty();
    }

    @Test
    void whatABenchmarkKeptIsATableOfItsRows() throws IOException {
        String line = """
                {"benchmark":"fronts","date":"2026-11-30T09:06:23Z","machine":{"cpu":"Some CPU","cores":2},"settings":{"split":"%s"},\
                "measurements":[{"what":"a.yaml, x","unit":"","spread":{"min":0.5,"median":%s,"max":12,"samples":2}},\
                {"what":"b, c.yaml, x","unit":"","spread":{"min":3,"median":3,"max":3,"samples":1}},\
                {"what":"a.yaml, y","unit":"","spread":{"min":199.6,"median":199.6,"max":199.6,"samples":1}}],"goals":[]}
                """;
        Files.writeString(
                docs.resolve("results/fronts.jsonl"), line.formatted("old", "1") + line.formatted("new", "2"));
        Path page = docs.resolve("fronts.md");
        Files.writeString(page, "<!-- table: fronts benchmark a.yaml -->\n<!-- /table -->\n");
        assertThat(new ResultTables(docs).outdated()).containsEntry(page, """
                        <!-- table: fronts benchmark a.yaml -->
                        Benchmark `fronts`, 2026-11-30, split: new, Some CPU: the median, and the least to the greatest.

                        | row | x | y |
                        |---|---:|---:|
                        | `a.yaml` | 2.000 (0.500 to 12) | 200 |
                        <!-- /table -->
                        """);
        Files.writeString(page, "<!-- table: fronts benchmark z.yaml -->\n<!-- /table -->\n");
        refused("There is no row z.yaml in ");
        Files.writeString(page, "<!-- table: nothing benchmark a.yaml -->\n<!-- /table -->\n");
        refused("Cannot read ");
    }

    @Test
    void goalsAreThoseOfTheLastLine() throws IOException {
        String line = """
                {"benchmark":"steps","date":"2026-11-30T09:06:23Z","machine":{"cpu":"Some CPU"},"settings":{"threads":"1"},\
                "measurements":[],"goals":[{"goal":"a not slower","measured":"%s","reached":%s},\
                {"goal":"b not slower","measured":"1.2","reached":false}]}
                """;
        Files.writeString(
                docs.resolve("results/steps.jsonl"), line.formatted("1.1", "false") + line.formatted("0.9", "true"));
        Path page = docs.resolve("steps.md");
        Files.writeString(page, "<!-- table: steps goals -->\n<!-- /table -->\n");
        assertThat(new ResultTables(docs).outdated()).containsEntry(page, """
                        <!-- table: steps goals -->
                        Benchmark `steps`, 2026-11-30, threads: 1, Some CPU: the median, and the least to the greatest.

                        | goal | measured |  |
                        |---|---:|---|
                        | a not slower | 0.9 | reached |
                        | b not slower | 1.2 | **not reached** |
                        <!-- /table -->
                        """);
        Files.writeString(docs.resolve("results/steps.jsonl"), "");
        refused("must end with a line that has goals, but does not");
    }

    @Test
    void whatCannotBeWrittenIsRefused() throws IOException {
        Files.writeString(docs.resolve("tiny.md"), "<!-- table: tiny arms -->\n<!-- /table -->\n");
        refused("has a table of tiny, so ");
        document(true, List.of(1), List.of());
        refused("must be the document of a run of tiny, but is of a smoke run");
        document(false, List.of(1), List.of());
        Files.writeString(docs.resolve("tiny.md"), "<!-- table: tiny arms z -->\n<!-- /table -->\n");
        refused("There is no column z of tiny");
        Files.writeString(docs.resolve("tiny.md"), "<!-- table: tiny rows -->\n<!-- /table -->\n");
        refused("must have tables of the form");
    }

    private void refused(String message) {
        assertThatThrownBy(() -> new ResultTables(docs).outdated())
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    /** What {@code tools/result-tables} writes: the tables of this project's pages come from documents alone. */
    @Test
    void tablesOfThePagesAreThoseOfTheDocuments() {
        assertThat(new ResultTables(Path.of("..", "docs")).outdated().keySet())
                .as("run tools/result-tables")
                .isEmpty();
    }
}
