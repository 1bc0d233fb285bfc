package org.example.outside;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line finds this jar's kinds on its class path, and nobody tells it of them. */
class CommandLineTest {
    @TempDir
    Path folder;

    private ProcessBuilder weft(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.weft.cli.Main"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    }

    private String done(String... arguments) throws Exception {
        Process process = weft(arguments).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private void killAfterACheckpoint(Path run, String... arguments) throws Exception {
        Process process = weft(arguments)
                .redirectOutput(folder.resolve("killed.log").toFile())
                .start();
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (System.nanoTime() < until && process.isAlive() && !hasCheckpoint(run)) {
            Thread.sleep(20);
        }
        process.destroyForcibly().waitFor();
        assertThat(hasCheckpoint(run))
                .as(Files.readString(folder.resolve("killed.log")))
                .isTrue();
    }

    private static boolean hasCheckpoint(Path run) throws IOException {
        if (!Files.isDirectory(run)) {
            return false;
        }
        try (var files = Files.list(run)) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith("checkpoint-"));
        }
    }

    @Test
    void trainKillResumeSearchExtractExportAndReport() throws Exception {
        Example.recipe(folder, 15);
        Path run = folder.resolve("run");
        killAfterACheckpoint(run, "train", "outside.yaml", "--out", "run", "--seed", "1");
        assertThat(run.resolve("family.safetensors")).doesNotExist();
        done("resume", "run");
        assertThat(done(
                        "search",
                        "run",
                        "--strategy",
                        "hill-climbing",
                        "--constraint",
                        "params<=700,energyMicrojoules<=0.4",
                        "--objectives",
                        "accuracy,energyMicrojoules",
                        "--name",
                        "small"))
                .contains("small", "energy, ");
        Process asking = weft(
                        "search",
                        "run",
                        "--json",
                        "--strategy",
                        "hill-climbing",
                        "--constraint",
                        "params<=700,energyMicrojoules<=0.4",
                        "--name",
                        "small")
                .redirectErrorStream(false)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String json = new String(asking.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(asking.waitFor()).isZero();
        JsonNode best = Json.parse(json, "the answer", JsonNode.class).get("best");
        assertThat(best.get("energyMicrojoules").asDouble()).isBetween(1e-3, 0.4);
        assertThat(best.get("accuracyLow").asDouble())
                .isLessThan(best.get("accuracy").asDouble());
        assertThat(done("measure", "run", "--member", "small")).containsPattern("energy +0\\.[0-9]{3} µJ");
        assertThat(done("measure", "run", "--member", "small", "--json"))
                .contains("\"energyMicrojoules\"")
                .contains(best.get("energyMicrojoules").asText());
        done("extract", "run", "--member", "small", "--out", "small.safetensors");
        assertThat(done("inspect", "small.safetensors")).contains("an extracted model");
        done("export", "run", "--member", "small", "--onnx", "small.onnx");
        assertThat(folder.resolve("small.onnx")).exists();
        done("evaluate", "run", "--member", "small");
        done("report", "run");
        assertThat(Files.readString(run.resolve("report.html")))
                .contains("hill-climbing", "data-key=\"energyMicrojoules\"");
    }

    /** The choices of a sharing are choices everywhere: nobody on the way knows which are the model's. */
    @Test
    void choicesOfASharingGoThroughEveryCommand() throws Exception {
        Example.coded(folder, 15);
        Path run = folder.resolve("run");
        killAfterACheckpoint(run, "train", "coded.yaml", "--out", "run", "--seed", "1");
        done("resume", "run");
        assertThat(done("inspect", "run/family.safetensors")).contains("fc1.bits");
        String found = done("search", "run", "--candidates", "12", "--constraint", "params<=700", "--name", "small");
        assertThat(found).contains("fc1.bits=");
        done("report", "run");
        assertThat(Files.readString(run.resolve("report.html"))).contains("fc1.bits");
        done("compare", "run", "run/family.safetensors", "--out", "compare.html");
        assertThat(Files.readString(folder.resolve("compare.html"))).contains("fc1.bits=");
        done("trust", "run", "--anchors", "4", "--epochs", "1", "--out", "trust");
        done("extract", "run", "--member", "small", "--out", "small.safetensors");
        assertThat(done("inspect", "small.safetensors")).contains("an extracted model", "fc1.weight.codes", "I8");
        done("export", "run", "--member", "small", "--onnx", "small.onnx");
        assertThat(done("evaluate", "run", "--member", "hidden=8,fc1.bits=4")).contains("fc1.bits=4");
    }

    /** An input with two ports and a number to predict is an input everywhere: nobody on the way asks which it is. */
    @Test
    void anInputOfThisJarGoesThroughEveryCommand() throws Exception {
        Example.particles(folder, 15, "");
        Path run = folder.resolve("run");
        killAfterACheckpoint(run, "train", "particles.yaml", "--out", "run", "--seed", "1");
        done("resume", "run");
        assertThat(done("inspect", "run/family.safetensors")).contains("space deep-set: 3 members");
        assertThat(done("search", "run", "--candidates", "12", "--constraint", "params<=50", "--name", "small"))
                .contains("root mean squared error", "small");
        done("extract", "run", "--member", "small", "--out", "small.safetensors");
        assertThat(done("inspect", "small.safetensors")).contains("an extracted model");
        assertThat(done("export", "run", "--member", "small", "--onnx", "small.onnx"))
                .contains("small.onnx");
        String live = done("evaluate", "run", "--member", "small");
        assertThat(live).contains("rmse ", "60 examples");
        assertThat(done("evaluate", "small.onnx"))
                .startsWith(live.substring(0, live.indexOf(" of ")))
                .contains("largest difference of an output from the live member")
                .doesNotContain("first choice");
        assertThat(done("evaluate", "run", "--member", "small", "--json"))
                .contains("\"metrics\": {", "\"rmse\": ", "\"accuracy\": null");
        done("measure", "run", "--member", "small");
        done("report", "run");
        assertThat(Files.readString(run.resolve("report.html"))).contains("Root mean squared error");
        done("train", "particles.yaml", "--dry-run");
    }

    @Test
    void unknownStrategyNamesThoseOfThisJarToo() throws Exception {
        Process process = weft("search", "run", "--strategy", "hill-climbin").start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(output).contains("Did you mean \"hill-climbing\"?");
        assertThat(done("recipes", "schema")).contains("Perceptron.perceptron");
    }
}
