package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.pick.TinyRun;
import dev.weft.pick.TinyTextRun;
import dev.weft.text.Tokenizer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code measure} and {@code evaluate} of exported ONNX files. */
class ExportedFileCommandsTest {
    @TempDir
    static Path folder;

    private static String run;
    private static String data;
    private static String onnx;

    @BeforeAll
    static void export() {
        run = Tiny.run(folder).toString();
        data = folder.resolve("my data").toString();
        onnx = exported(run, "my largest.onnx", "float32");
    }

    private static String exported(String run, String name, String precision) {
        String file = folder.resolve(name).toString();
        json("export", run, "--onnx", file, "--precision", precision, "--max-drop", "1");
        return file;
    }

    private static JsonNode json(String... args) {
        Run done =
                Run.weft(Stream.concat(Arrays.stream(args), Stream.of("--json")).toArray(String[]::new));
        assertThat(done.exitCode()).as(done.err()).isZero();
        return done.json();
    }

    /** One line on standard error, nothing on standard output. */
    private static String refused(String... args) {
        Run done = Run.weft(args);
        assertThat(done.exitCode()).as(done.err()).isEqualTo(ExitCode.USAGE);
        assertThat(done.err().lines()).hasSize(1).allSatisfy(line -> assertThat(line)
                .startsWith("weft: "));
        assertThat(done.out()).isEmpty();
        return done.err();
    }

    @Test
    void fileIsAsGoodAsItsMemberOnTheSplitsThatItWasTrainedOn() {
        for (String split : List.of("report", "selection")) {
            JsonNode live = json("evaluate", run, "--split", split);
            JsonNode file = json("evaluate", onnx, "--split", split);
            for (String same : List.of(
                    "accuracy", "accuracyLow", "accuracyHigh", "examples", "member", "split", "data", "dataMatch")) {
                assertThat(file.get(same)).as(same).isEqualTo(live.get(same));
            }
            assertThat(file.get("dataMatch").asText()).isEqualTo("verified");
            assertThat(file.get("loss").isNull()).isTrue();
            assertThat(live.has("label")).isFalse();
        }
        JsonNode label = json("evaluate", onnx).get("label");
        JsonNode metadata = json("inspect", onnx).get("metadata");
        assertThat(label.get("precision").asText()).isEqualTo("float32");
        assertThat(label.get("maxAbsError").asDouble())
                .isEqualTo(metadata.get("weft.maxAbsError").asDouble());
        assertThat(label.get("examples").asLong()).isEqualTo(60);
        assertThat(label.has("metric")).isFalse();
        Run text = Run.weft("evaluate", onnx);
        assertThat(text.err()).isEmpty();
        assertThat(text.out().lines())
                .hasSize(3)
                .satisfiesExactly(
                        line -> assertThat(line)
                                .matches("[0-9.]+ % \\([0-9.]+ to [0-9.]+\\) of 60 images, report split of .*my data"),
                        line -> assertThat(line).startsWith("member: resolution=8,"),
                        line -> assertThat(line).startsWith("its label: float32, largest difference of a logit"));
    }

    @Test
    void dataThatWasMovedIsRecognisedAndOtherDataIsCalledSo() throws IOException {
        Path moved = folder.resolve("moved");
        Files.createDirectories(moved);
        try (Stream<Path> files = Files.list(Path.of(data))) {
            for (Path file : files.toList()) {
                Files.copy(file, moved.resolve(file.getFileName()));
            }
        }
        JsonNode there = json("evaluate", onnx, "--data", moved.toString());
        assertThat(there.get("dataMatch").asText()).isEqualTo("verified");
        assertThat(there.get("accuracy")).isEqualTo(json("evaluate", onnx).get("accuracy"));

        String other = TinyRun.data(folder.resolve("others"), 7).toString();
        Path labels = Path.of(other, "t10k-labels-idx1-ubyte");
        byte[] wrong = Files.readAllBytes(labels);
        for (int i = 8; i < 8 + 24; i++) {
            wrong[i] = (byte) ((wrong[i] + 1) % 3);
        }
        Files.write(labels, wrong);
        Run done = Run.weft("evaluate", onnx, "--data", other);
        assertThat(done.err())
                .contains("is other data than the model was trained on")
                .contains("may be among it");
        assertThat(done.out()).contains("other data than it was trained on");
        JsonNode result = json("evaluate", onnx, "--data", other);
        assertThat(result.get("accuracy").asDouble()).isBetween(0.5, 0.7);
        assertThat(result.get("accuracy"))
                .isEqualTo(json("evaluate", run, "--data", other).get("accuracy"));
        assertThat(result.get("accuracyLow").asDouble())
                .isLessThan(result.get("accuracy").asDouble() - 0.05);
        assertThat(refused("evaluate", onnx, "--data", other, "--split", "selection"))
                .contains("has no selection split");
        assertThat(refused("evaluate", onnx, "--data", "fashion-mnist-10k"))
                .contains("must have the images the model reads");
    }

    /** As a program writes it that exports without the family's notes. */
    @Test
    void fileThatDoesNotSayItsDataNeedsSomeAndSaysThatItMayHaveBeenTrainedOn() throws IOException {
        Path silent = folder.resolve("silent.onnx");
        try (OutputStream out = Files.newOutputStream(silent)) {
            FamilyOnnx.of(Path.of(run), "largest").writeTo(out);
        }
        assertThat(refused("evaluate", silent.toString()))
                .contains("does not say what it was trained on")
                .contains("--data");
        Run done = Run.weft("evaluate", silent.toString(), "--data", data);
        assertThat(done.err()).contains("could not be verified").contains("may have been trained on");
        assertThat(done.out()).contains("of 60 images").contains("its label: float32, without proof of an export");
        JsonNode result = json("evaluate", silent.toString(), "--data", data);
        assertThat(result.get("dataMatch").asText()).isEqualTo("unverified");
        assertThat(result.get("accuracy")).isEqualTo(json("evaluate", run).get("accuracy"));
        assertThat(result.get("label").has("maxAbsError")).isFalse();
        JsonNode costs = json("measure", silent.toString());
        assertThat(costs.get("params").isNull()).isTrue();
        assertThat(costs.get("bytes").asLong()).isEqualTo(Files.size(silent));
        assertThat(Run.weft("measure", silent.toString()).out()).contains("parameters    not on the label of the file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"float16", "int8-dynamic", "int8-static"})
    void fewerBitsAreEvaluatedAndMeasured(String precision) {
        String file = exported(run, precision + ".onnx", precision);
        JsonNode result = json("evaluate", file);
        JsonNode label = result.get("label");
        assertThat(label.get("precision").asText()).isEqualTo(precision);
        assertThat(label.get("metric").asText()).isEqualTo("accuracy");
        assertThat(result.get("accuracy")).isEqualTo(label.get("value"));
        assertThat(label.get("float32Value")).isEqualTo(json("evaluate", run).get("accuracy"));
        JsonNode costs = json("measure", file);
        assertThat(costs.get("latencyMillisP50").asDouble()).isPositive();
        assertThat(costs.get("label").get("precision").asText()).isEqualTo(precision);
        assertThat(Run.weft("measure", file).out()).contains("the whole file in " + precision);
        assertThat(Run.weft("evaluate", file).out()).contains("its label: accuracy ");
    }

    @Test
    void measureSaysWhatTheFileCostsHereAndWhatItsLabelSays() throws IOException {
        JsonNode live = json("measure", run);
        JsonNode file = json("measure", onnx, "--threads", "2");
        for (String same : List.of("member", "params", "macs", "hardware")) {
            assertThat(file.get(same)).as(same).isEqualTo(live.get(same));
        }
        assertThat(file.get("threads").asInt()).isEqualTo(2);
        assertThat(file.get("bytes").asLong()).isEqualTo(Files.size(Path.of(onnx)));
        assertThat(file.get("latencyMillisP99").asDouble())
                .isGreaterThanOrEqualTo(file.get("latencyMillisP50").asDouble());
        assertThat(file.get("latencyMillisHalfWidth").asDouble()).isNotNegative();
        assertThat(live.get("latencyMillisHalfWidth").asDouble()).isNotNegative();
        assertThat(live.has("label")).isFalse();
        JsonNode metadata = json("inspect", onnx).get("metadata");
        assertThat(file.get("label").get("latencyMillisP50").asDouble())
                .isEqualTo(metadata.get("latencyMillisP50").asDouble());
        assertThat(Run.weft("measure", onnx).out().lines())
                .hasSize(6)
                .anyMatch(line -> line.matches(
                        "latency       p50 [0-9.]+ ± [0-9.]+ ms, p99 .* ms \\(ONNX Runtime, one image, 1 thread, .*"))
                .anyMatch(line -> line.matches("its label     p50 .* ms \\(hardware=.*"));
    }

    @Test
    void languageModelIsEvaluatedByItsLoss() throws Exception {
        Path text = TinyTextRun.text(folder.resolve("text.txt"), 1);
        String texts = folder.resolve("text run").toString();
        json("train", TinyTextRun.recipe(folder.resolve("text.yaml"), text, 2).toString(), "--out", texts);
        for (String precision : List.of("float32", "float16", "int8-dynamic")) {
            String file = exported(texts, "text-" + precision + ".onnx", precision);
            for (String split : List.of("report", "selection")) {
                JsonNode live = json("evaluate", texts, "--split", split);
                JsonNode result = json("evaluate", file, "--split", split);
                assertThat(result.get("loss").asDouble())
                        .isCloseTo(live.get("loss").asDouble(), within(precision.equals("float32") ? 1e-4 : 0.05));
                assertThat(Math.log(result.get("perplexity").asDouble()))
                        .isCloseTo(result.get("loss").asDouble(), within(1e-9));
                assertThat(result.get("accuracy").isNull()).isTrue();
                assertThat(result.get("examples")).isEqualTo(live.get("examples"));
                assertThat(result.get("dataMatch").asText()).isEqualTo("verified");
            }
        }
        String file = folder.resolve("text-int8-dynamic.onnx").toString();
        assertThat(Run.weft("evaluate", file).out())
                .startsWith("loss ")
                .contains("windows, report split", "its label: loss ");
        assertThat(Run.weft("measure", file).out()).contains("one text");
        // In disorder, as it was not trained on: all of it, and worse.
        Path disorder = Files.writeString(
                folder.resolve("disorder.txt"),
                new StringBuilder(Files.readString(text).substring(0, 200)).reverse());
        JsonNode other = json("evaluate", file, "--data", disorder.toString());
        assertThat(other.get("dataMatch").asText()).isEqualTo("other");
        assertThat(other.get("examples").asInt()).isEqualTo(25);
        assertThat(other.get("loss").asDouble())
                .isGreaterThan(json("evaluate", file).get("loss").asDouble() + 0.5);
        assertWithoutLibtorch("evaluate", file);
        Path foreign = Files.writeString(folder.resolve("foreign.txt"), "abcdefghi\u4e00abc".repeat(9));
        assertThat(refused("evaluate", file, "--data", foreign.toString())).contains("U+4E00");
    }

    @Test
    void tokenizerOfAnotherProgramIsOnTheLabel() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < 900; i++) {
            words.append(List.of("hug", " pun", "hun", "nug").get(random.nextInt(4)));
        }
        Path text = Files.writeString(folder.resolve("words.txt"), words);
        Path tokenizer = folder.resolve("tokenizer.json");
        try (InputStream in = Tokenizer.class.getResourceAsStream("byte-level-bpe.json")) {
            Files.copy(in, tokenizer);
        }
        Path recipe = TinyTextRun.recipe(folder.resolve("words.yaml"), text, 1);
        Files.writeString(
                recipe,
                Files.readString(recipe)
                        .replace("{kind: characters}", "{kind: hugging-face, file: '" + tokenizer + "'}"));
        String texts = folder.resolve("words run").toString();
        json("train", recipe.toString(), "--out", texts);
        String file = exported(texts, "words.onnx", "float32");
        Files.delete(tokenizer);
        JsonNode result = json("evaluate", file);
        assertThat(result.get("dataMatch").asText()).isEqualTo("verified");
        assertThat(result.get("loss").asDouble())
                .isCloseTo(json("evaluate", texts).get("loss").asDouble(), within(1e-4));
    }

    @Test
    void optionsOfFamiliesAndFilesOfOtherProgramsAreRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(Path.of(onnx));
        bytes[bytes.length / 2] ^= 1;
        Path damaged = Files.write(folder.resolve("damaged.onnx"), bytes);
        Path foreign = Files.write(folder.resolve("foreign.onnx"), new byte[] {8, 7, 18, 3, 'a', 'b', 'c'});
        for (String command : List.of("measure", "evaluate")) {
            assertThat(refused(command, onnx, "--member", "largest"))
                    .contains("--member picks from a family", "my largest.onnx");
            for (Path wrong : List.of(damaged, foreign)) {
                assertThat(refused(command, wrong.toString()))
                        .contains(wrong.getFileName().toString())
                        .contains("must be an ONNX file that Weft exported");
            }
            assertThat(refused(command, folder.resolve("none.onnx").toString())).contains("none.onnx");
        }
        assertThat(refused("measure", onnx, "--threads", "0")).contains("thread");
    }

    @Test
    void exportedFilesNeedNoLibtorch() throws Exception {
        assertWithoutLibtorch("measure", onnx);
        assertWithoutLibtorch("evaluate", onnx);
    }

    /** With no jar of it on the class path, so that loading any of its classes would fail. */
    private static void assertWithoutLibtorch(String command, String file) throws Exception {
        String path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("bytedeco") && !entry.contains("pytorch"))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        path,
                        Main.class.getName(),
                        command,
                        file)
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        assertThat(out).contains("member").contains("its label");
    }
}
