package dev.weft.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.metric.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportWriterTest {
    /** A place in HTML or CSS from which a browser would load something that is not in the file. */
    private static final Pattern LOADS =
            Pattern.compile("(?:\\s(?:src|href|action|data|poster)=[\"']?+|url\\([\"']?+|@import\\s)(?!data:|#)\\S");

    @TempDir
    Path folder;

    @Test
    void recordsReadBackFromTheirJson() {
        RunReport run = Samples.run(20);
        ExperimentReport experiment = Samples.experiment();
        assertThat(Json.parse(Json.write(run), "run", RunReport.class)).isEqualTo(run);
        assertThat(Json.parse(Json.write(experiment), "experiment", ExperimentReport.class))
                .isEqualTo(experiment);
    }

    @Test
    void pagesNameNothingToLoad() throws IOException {
        for (String html : List.of(runHtml(Samples.run(20)), experimentHtml())) {
            assertThat(LOADS.matcher(withoutScripts(html)).results().map(r -> r.group()))
                    .isEmpty();
            assertThat(html).contains("default-src 'none'");
        }
    }

    @Test
    void tableIsCompleteWithoutScripts() throws IOException {
        RunReport report = Samples.run(20);
        String html = withoutScripts(runHtml(report));
        for (MemberResult m : report.measured().members()) {
            assertThat(html).contains(m.member(), "%.1f".formatted(100 * m.value(Metric.ACCURACY)));
        }
    }

    @Test
    void expertsAreShownWithoutScriptsAndOnlyWhereThereAreSome() throws IOException {
        assertThat(runHtml(Samples.run(20))).contains("aria-labelledby=\"routing-title\" hidden");
        String html = withoutScripts(runHtml(Samples.routed()));
        assertThat(html)
                .doesNotContain("aria-labelledby=\"routing-title\" hidden")
                .contains("62 members", "396,164, with all experts", "207,744, of the largest", "1.91×")
                .contains("blocks.0.mlp.fc1.weight", "70.0 · 30.0", "0.0125", "0.031", "2.0e-7", "0.998");
    }

    @Test
    void textOfTheUserCannotBecomeMarkup() throws IOException {
        String hostile = "</script><img src=x onerror=alert(1)>{{rows}}$1";
        RunReport report = RunReport.builder(
                        hostile,
                        hostile,
                        new RunReport.Dataset(hostile, List.of(new RunReport.Split(hostile, 1)), List.of(hostile)),
                        new RunReport.Space(hostile, List.of(new RunReport.Choice(hostile, List.of(hostile)))))
                .recipe(hostile)
                .commands(List.of(hostile))
                .notes(List.of(hostile))
                .build();
        // A script that ended early would leave its rest behind.
        String html = withoutScripts(runHtml(report));
        assertThat(html).doesNotContain("<img").contains("&lt;img src=x onerror=alert(1)&gt;{{rows}}$1");
    }

    @Test
    void samePageForTheSameReport() throws IOException {
        assertThat(runHtml(Samples.run(20))).isEqualTo(runHtml(Samples.run(20)));
    }

    @Test
    void replacesTheFileAndLeavesNothingBeside() throws IOException {
        Path file = folder.resolve("report.html");
        Files.writeString(file, "old");
        assertThat(ReportWriter.write(Samples.experiment(), file)).isEqualTo(file);
        assertThat(file).content().startsWith("<!doctype html>");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void folderInPlaceOfTheFileIsNamed() {
        assertThatThrownBy(() -> ReportWriter.write(Samples.experiment(), folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(folder.toString());
    }

    @Test
    void blockWiderThanTheFullNetworkIsRefused() {
        assertThatThrownBy(() -> new RunReport.Block("blocks.0", "conv", 32, 3, 24, 3, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("block blocks.0 has width=32 maxWidth=24");
    }

    private String runHtml(RunReport report) throws IOException {
        return Files.readString(ReportWriter.write(report, folder.resolve("run.html")));
    }

    private static String withoutScripts(String html) {
        return html.replaceAll("(?s)<script.*?</script>", "");
    }

    private String experimentHtml() throws IOException {
        return Files.readString(ReportWriter.write(Samples.experiment(), folder.resolve("experiment.html")));
    }
}
