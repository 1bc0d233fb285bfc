package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.pick.TinyTextRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on a language model: the same as on images, by its loss. */
class TextCommandsTest {
    @TempDir
    static Path folder;

    private static Path run;
    private static JsonNode trained;

    @BeforeAll
    static void train() {
        run = folder.resolve("run");
        Path text = TinyTextRun.text(folder.resolve("my text.txt"), 1);
        Path recipe = TinyTextRun.recipe(folder.resolve("tiny.yaml"), text, 2);
        trained = json("train", recipe.toString(), "--out", run.toString(), "--seed", "1");
    }

    private static JsonNode json(String... args) {
        String[] all = Arrays.copyOf(args, args.length + 1);
        all[args.length] = "--json";
        Run done = Run.weft(all);
        assertThat(done.exitCode()).as(done.err()).isZero();
        return done.json();
    }

    @Test
    void trainAndEvaluateGiveLossAndPerplexity() {
        assertThat(trained.get("loss").get("largest").asDouble()).isBetween(0.3, 2.5);
        assertThat(trained.get("accuracy").isNull()).isTrue();
        JsonNode evaluated = json("evaluate", run.toString(), "--member", "largest", "--split", "selection");
        assertThat(evaluated.get("loss").asDouble())
                .isEqualTo(trained.get("loss").get("largest").asDouble());
        assertThat(Math.log(evaluated.get("perplexity").asDouble()))
                .isCloseTo(evaluated.get("loss").asDouble(), org.assertj.core.api.Assertions.within(1e-9));
        assertThat(evaluated.get("accuracy").isNull()).isTrue();
        assertThat(Run.weft("evaluate", run.toString()).out())
                .startsWith("loss ")
                .contains("windows, report split");
    }

    @Test
    void searchMeasureExportInspectAndReport() throws Exception {
        JsonNode found = json("search", run.toString(), "--candidates", "12", "--strategy", "random");
        double best = found.get("best").get("loss").asDouble();
        for (JsonNode member : found.get("front")) {
            assertThat(member.get("loss").asDouble()).isGreaterThanOrEqualTo(best);
        }
        assertThat(json("measure", run.toString(), "--member", "best")
                        .get("macs")
                        .asLong())
                .isEqualTo(found.get("best").get("macs").asLong());
        Path onnx = folder.resolve("best.onnx");
        JsonNode exported = json("export", run.toString(), "--member", "best", "--onnx", onnx.toString());
        assertThat(exported.get("maxAbsError").asDouble()).isLessThan(1e-4);
        assertThat(json("inspect", onnx.toString())
                        .get("metadata")
                        .get("weft.text")
                        .asText())
                .contains("\"contextLength\":8")
                .contains("characters");
        assertThat(Run.weft("inspect", run.resolve("family.safetensors").toString())
                        .out())
                .contains("perplexity");
        Path page = folder.resolve("report.html");
        assertThat(Run.weft("report", run.toString(), "--out", page.toString()).exitCode())
                .isZero();
        assertThat(Files.readString(page)).contains("Loss against cost");
    }

    @Test
    void dryRunNeedsNoText() {
        Path recipe = TinyTextRun.recipe(folder.resolve("elsewhere.yaml"), Path.of("/nowhere/text.txt"), 2);
        assertThat(Run.weft("train", recipe.toString(), "--dry-run").out())
                .contains("random examples, text of 100 different tokens, 8 at a time;");
    }
}
