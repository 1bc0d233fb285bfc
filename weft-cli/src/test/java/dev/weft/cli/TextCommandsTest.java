package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.pick.TinyTextRun;
import dev.weft.recipe.DataSettings;
import dev.weft.text.TokenizerSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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
    void predictSaysHowWellATextIsForeseenAndWhatComesNext() throws Exception {
        Path onnx = folder.resolve("predict.onnx");
        json("export", run.toString(), "--onnx", onnx.toString());
        // As it was trained on, and the same characters in disorder.
        String known = Files.readString(folder.resolve("my text.txt")).substring(0, 60);
        StringBuilder disorder = new StringBuilder(known).reverse();
        Path likely = Files.writeString(folder.resolve("likely.txt"), known);
        Path unlikely = Files.writeString(folder.resolve("unlikely.txt"), disorder);
        Path foreign = Files.writeString(folder.resolve("foreign.txt"), known + "\u4e00");
        for (String model : new String[] {onnx.toString(), run.toString()}) {
            Run done = Run.weft(
                    "predict",
                    model,
                    likely.toString(),
                    foreign.toString(),
                    unlikely.toString(),
                    "--continue",
                    "5",
                    "--json");
            assertThat(done.exitCode()).isEqualTo(ExitCode.USAGE);
            JsonNode predictions = done.json().get("predictions");
            assertThat(predictions.get(0).get("tokens").asInt()).isEqualTo(60);
            assertThat(predictions.get(0).get("continuation").asText()).hasSize(5);
            assertThat(predictions.get(0).get("loss").asDouble())
                    .isLessThan(predictions.get(2).get("loss").asDouble());
            assertThat(predictions.get(1).get("error").asText()).contains("foreign.txt", "U+4E00");
        }
        assertThat(Run.weft("predict", onnx.toString(), likely.toString()).out())
                .matches("(?s).*likely\\.txt: loss \\d\\.\\d{3}, perplexity .* over 60 tokens; next: .{40}\\R");
    }

    /** Less loss is better: negated, so that more is. */
    @Test
    void trustComparesLosses() {
        Path out = folder.resolve("trust");
        JsonNode trust = json("trust", run.toString(), "--anchors", "4", "--epochs", "1", "--out", out.toString());
        assertThat(trust.get("unit").asText()).isEqualTo("of loss");
        assertThat(trust.get("members")).hasSize(4).allSatisfy(member -> {
            assertThat(member.get("inherited").asDouble()).isBetween(-3.0, -0.3);
            assertThat(member.get("alone").get(0).asDouble()).isBetween(-3.0, -0.3);
        });
        Run files = Run.weft(
                "trust",
                "--scores",
                out.resolve("inherited.csv").toString(),
                "--truth",
                out.resolve("anchors.csv").toString(),
                "--losses");
        assertThat(files.out()).contains("of loss short of the best one").contains("too few");
        Run batch = Run.weft(
                "trust", run.toString(), "--anchors", "4", "--statistics", "batch", "--out", folder + "/batch");
        assertThat(batch.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(batch.err()).contains("Use --statistics recalibrated");
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
                        .get("weft.text.contextLength")
                        .asText())
                .isEqualTo("8");
        assertThat(Run.weft("inspect", run.resolve("family.safetensors").toString())
                        .out())
                .contains("perplexity");
        Path page = folder.resolve("report.html");
        assertThat(Run.weft("report", run.toString(), "--out", page.toString()).exitCode())
                .isZero();
        assertThat(Files.readString(page)).contains("Loss against cost");
    }

    @Test
    void modelWithoutBatchNormSaysNothingOfItsStatistics() {
        assertThat(Run.weft("evaluate", run.toString()).out())
                .contains("member: ")
                .doesNotContain("batch-norm");
    }

    @Test
    void reportShowsEveryMemberThatASearchMeasured() {
        JsonNode found = json("search", run.toString(), "--candidates", "14", "--strategy", "random", "--seed", "5");
        assertThat(json("report", run.toString()).get("members").asInt())
                .isGreaterThanOrEqualTo(found.get("measured").asInt());
    }

    /** What training measured of it counts, so that an export needs no search to be reported. */
    @Test
    void memberThatWasExportedWithoutASearchIsReported() {
        Path own = folder.resolve("exported");
        String recipe = folder.resolve("tiny.yaml").toString();
        json("train", recipe, "--out", own.toString(), "--epochs", "1");
        json(
                "export",
                own.toString(),
                "--member",
                "smallest",
                "--onnx",
                own.resolve("smallest.onnx").toString());
        JsonNode report = json("report", own.toString());
        assertThat(report.get("members").asInt()).isEqualTo(1);
        assertThat(report.get("exported").asInt()).isEqualTo(1);
    }

    @Test
    void oneMemberIsNamedAndLeavesNothingToSearch() {
        Path tuned = folder.resolve("tuned");
        String out = Run.weft(
                        "train",
                        folder.resolve("tiny.yaml").toString(),
                        "--out",
                        tuned.toString(),
                        "--base",
                        run.toString(),
                        "--member",
                        "smallest",
                        "--epochs",
                        "1")
                .out();
        assertThat(out).contains("--member largest --onnx largest.onnx").doesNotContain("weft search");
        assertThat(Run.weft("evaluate", tuned.toString()).out()).contains("member: the only one");
    }

    @Test
    void unfinishedRunIsInspectedByNoOne() throws Exception {
        Path unfinished = Files.createDirectory(folder.resolve("unfinished"));
        Files.writeString(unfinished.resolve("config.yaml"), "");
        Run refused = Run.weft("inspect", unfinished.toString());
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("training is not finished", "weft resume");
    }

    @Test
    void tokenizerOfARecipeIsKeptByItsFullPath() throws Exception {
        Path recipe = folder.resolve("tokenizer.yaml");
        Files.writeString(
                recipe,
                Files.readString(folder.resolve("tiny.yaml"))
                        .replace("{kind: characters}", "{kind: hugging-face, file: pom.xml}"));
        DataSettings.Text data =
                (DataSettings.Text) TrainCommand.recipe(recipe.toString(), List.of(), null, null, new GlobalOptions())
                        .data();
        assertThat(data.tokenizer())
                .isEqualTo(new TokenizerSettings.HuggingFace(
                        Path.of("pom.xml").toAbsolutePath().toString()));
    }

    @Test
    void dryRunNeedsNoText() {
        Path recipe = TinyTextRun.recipe(folder.resolve("elsewhere.yaml"), Path.of("/nowhere/text.txt"), 2);
        assertThat(Run.weft("train", recipe.toString(), "--dry-run").out())
                .contains("random examples, text of 100 different tokens, 8 at a time;");
    }
}
