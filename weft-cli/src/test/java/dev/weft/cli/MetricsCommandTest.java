package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.io.Csv;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsCommandTest {
    @Test
    void writesTablesAndEventFilesOfARun(@TempDir Path folder) throws IOException {
        Path run = Tiny.run(folder);
        assertThat(Run.weft("search", run.toString(), "--strategy", "random", "--candidates", "12")
                        .exitCode())
                .isZero();
        Path steps = folder.resolve("steps.csv");
        Path members = folder.resolve("members.csv");
        Path logs = folder.resolve("logs");
        String[] args = {
            "metrics",
            run.toString(),
            "--steps",
            steps.toString(),
            "--members",
            members.toString(),
            "--tensorboard",
            logs.toString(),
            "--json"
        };
        JsonNode result = Run.weft(args).json();
        assertThat(result.get("series").findValuesAsText("member")).contains("largest", "smallest", "random");
        assertThat(result.get("written")).hasSizeGreaterThanOrEqualTo(5);

        Csv table = Csv.read(steps);
        assertThat(table.columns())
                .containsExactly(
                        "step",
                        "epoch",
                        "member",
                        "metric",
                        "value",
                        "learningRate",
                        "seconds",
                        "table",
                        "row",
                        "column",
                        "unit");
        int points = 0;
        for (JsonNode series : result.get("series")) {
            points += series.get("points").asInt();
        }
        assertThat(table.rows()).hasSize(points);
        List<String> last = table.rows().get(table.rows().size() - 1).values();
        assertThat(last.get(1)).as("the last of three epochs").isEqualTo("3");
        assertThat(table.rows())
                .allSatisfy(row ->
                        assertThat(Double.parseDouble(row.values().get(5))).isNotNegative());

        Csv measured = Csv.read(members);
        assertThat(measured.columns()).startsWith("name", "member", "params").contains("accuracy", "latencyMillisP50");
        assertThat(measured.rows().stream().map(row -> row.values().get(0))).contains("best");
        assertThat(measured.rows()).hasSizeGreaterThanOrEqualTo(12);

        try (var found = Files.walk(logs)) {
            assertThat(found.filter(Files::isRegularFile)
                            .map(file -> logs.relativize(file).getParent().toString()))
                    .contains("largest", "smallest", "random");
        }
        Run again = Run.weft(args);
        assertThat(again.exitCode()).isZero();
        try (var found = Files.walk(logs.resolve("largest"))) {
            assertThat(found.filter(Files::isRegularFile)).hasSize(1);
        }
        assertThat(Run.weft("metrics", run.toString()).out())
                .containsPattern("largest +loss ")
                .contains("Next:");
        Run none = Run.weft("metrics", folder.toString());
        assertThat(none.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(none.err()).contains("has no config.yaml");
    }
}
