package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.io.SafetensorsFile;
import dev.weft.pick.TinyRun;
import dev.weft.report.PageText;
import dev.weft.run.RunDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command that reads a trained family, on one tiny run. */
class FamilyCommandsTest {
    /** No kept member: recalibrated. */
    private static final String OTHER = "resolution=8,stem.width=4,stage1.depth=2,stage2.width=8";

    @TempDir
    static Path folder;

    private static String run;

    @BeforeAll
    static void train() {
        run = Tiny.run(folder).toString();
    }

    private static JsonNode json(String... args) {
        String[] all = Arrays.copyOf(args, args.length + 1);
        all[args.length] = "--json";
        Run done = Run.weft(all);
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
    void evaluateGivesAccuracyExamplesAndMember() {
        String data = folder.resolve("my data").toString();
        JsonNode largest = json("evaluate", run + "/family.safetensors", "--member", "largest", "--data", data);
        assertThat(largest.get("accuracy").asDouble()).isGreaterThan(0.5).isLessThanOrEqualTo(1);
        assertThat(largest.get("examples").asInt()).isEqualTo(60);
        assertThat(largest.get("member").asText())
                .isEqualTo("resolution=8,stem.width=8,stage1.depth=2,stage2.width=16");
        assertThat(largest.get("statistics").asText()).isEqualTo("stored");
        assertThat(json("evaluate", run, "--member", OTHER).get("statistics").asText())
                .isEqualTo("recalibrated");
        assertThat(Run.weft("evaluate", run, "--member", "smallest").out()).contains("of 60 images, report split");
    }

    @Test
    void evaluatingTheSelectionSplitGivesWhatTrainingSaid() {
        double said = json("inspect", run)
                .get("members")
                .get(0)
                .get("measurements")
                .get("accuracy")
                .asDouble();
        assertThat(json("evaluate", run, "--member", "largest", "--split", "test")
                        .get("split")
                        .asText())
                .isEqualTo("report");
        assertThat(json("evaluate", run, "--member", "largest", "--split", "validation")
                        .get("split")
                        .asText())
                .isEqualTo("selection");
        assertThat(refused("evaluate", run, "--split", "validaton"))
                .contains("--split must be report (also called test) or selection (also validation)")
                .contains("Did you mean \"validation\"?");
        assertThat(json("evaluate", run, "--member", "largest", "--split", "selection")
                        .get("accuracy")
                        .asDouble())
                .isEqualTo(said);
    }

    @Test
    void otherDataIsEvaluatedByItsTestPart() {
        Path other = TinyRun.data(folder.resolve("other data"), 7);
        JsonNode result = json("evaluate", run, "--data", other.toString());
        assertThat(result.get("examples").asInt()).isEqualTo(60);
        assertThat(refused("evaluate", run, "--data", other.toString(), "--split", "selection"))
                .contains("has no selection split");
        assertThat(refused("evaluate", run, "--data", "fashion-mnist-10k"))
                .contains("must have the images the model reads");
    }

    @Test
    void extractedModelScoresAsItsMemberDoes() {
        String file = folder.resolve("other member.safetensors").toString();
        JsonNode extracted = json("extract", run, "--member", OTHER, "--out", file);
        assertThat(extracted.get("member").asText()).isEqualTo(OTHER);
        JsonNode alone = json("evaluate", file);
        assertThat(alone.get("member").asText()).isEqualTo(OTHER);
        assertThat(alone.get("accuracy").asDouble())
                .isEqualTo(
                        json("evaluate", run, "--member", OTHER).get("accuracy").asDouble());
        JsonNode inspected = json("inspect", file);
        assertThat(inspected.get("kind").asText()).isEqualTo("model");
        assertThat(inspected.get("space").isNull()).isTrue();
        assertThat(inspected.get("members").get(0).get("member").asText()).isEqualTo(OTHER);
    }

    @Test
    void aMemberMayHoldOnlyWhatChangesItsBase() throws IOException {
        String tuned = folder.resolve("tuned run").toString();
        json(
                "train",
                folder.resolve("tiny recipe.yaml").toString(),
                "--out",
                tuned,
                "--base",
                run,
                "--frozen",
                "^(?!classifier)",
                "--epochs",
                "1");
        Path whole = folder.resolve("tuned whole.safetensors");
        Path delta = folder.resolve("tuned delta.safetensors");
        Path again = folder.resolve("tuned again.safetensors");
        json("extract", tuned, "--member", "smallest", "--out", whole.toString());
        JsonNode written = json("extract", tuned, "--member", "smallest", "--delta-of", run, "--out", delta.toString());
        assertThat(written.get("base").asText()).isEqualTo(run);
        assertThat(written.get("bytes").asLong()).isEqualTo(Files.size(delta));
        assertThat(SafetensorsFile.open(delta).names())
                .contains("tensor/classifier.weight")
                .noneMatch(name -> name.contains("conv_stem"));
        JsonNode joined = json("extract", delta.toString(), "--base", run, "--out", again.toString());
        assertThat(joined.get("base").isNull()).isTrue();
        assertThat(again).hasSameBinaryContentAs(whole);

        JsonNode inspected = json("inspect", delta.toString());
        assertThat(inspected.get("kind").asText()).isEqualTo("delta");
        assertThat(inspected.get("members").get(0).get("member").asText()).startsWith("resolution=6");
        assertThat(Run.weft("inspect", delta.toString()).out()).contains("what changes a base, and nothing of it");

        assertThat(refused("evaluate", delta.toString()))
                .contains("holds only what changes its base")
                .contains("--base BASE --out FILE");
        assertThat(refused(
                        "train",
                        "smoke",
                        "--base",
                        delta.toString(),
                        "--out",
                        folder.resolve("none").toString()))
                .contains("--base BASE --out FILE");
        String never = folder.resolve("never.safetensors").toString();
        assertThat(refused("extract", delta.toString(), "--base", tuned, "--out", never))
                .contains("with its own base");
        assertThat(refused("extract", run, "--base", tuned, "--out", never))
                .contains("must hold what changes that base");
        assertThat(refused(
                        "extract",
                        tuned,
                        "--delta-of",
                        folder.resolve("nowhere").toString(),
                        "--out",
                        never))
                .contains("nowhere");
        assertThat(refused("extract", tuned, "--member", "largest", "--delta-of", whole.toString(), "--out", never))
                .contains("Give the base that the model was tuned from");
        assertThat(Path.of(never)).doesNotExist();
    }

    @Test
    void inspectExplainsEveryKindOfFile() throws IOException {
        JsonNode family = json("inspect", run + "/family.safetensors");
        assertThat(family.get("kind").asText()).isEqualTo("family");
        assertThat(family.get("space").get("members").asText()).isEqualTo("16");
        assertThat(family.get("members").findValuesAsText("name")).contains("largest", "smallest");
        assertThat(family.get("bytes").asLong()).isEqualTo(Files.size(Path.of(run, "family.safetensors")));
        assertThat(family.get("tensors").findValuesAsText("name")).contains("conv_stem.weight");
        assertThat(family.get("metadata").get("recipe").asText()).isEqualTo("tiny");
        JsonNode checkpoint = json("inspect", run + "/checkpoint-000030.safetensors");
        assertThat(checkpoint.get("kind").asText()).isEqualTo("checkpoint");
        assertThat(checkpoint.get("space").isNull()).isTrue();
        assertThat(Run.weft("inspect", run).out()).contains("16 members").contains("conv_stem.weight");
    }

    @Test
    void inspectReadsFilesOfOtherPrograms() throws IOException {
        byte[] header = "{\"x\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]}}".getBytes();
        byte[] file = new byte[8 + header.length + 4];
        file[0] = (byte) header.length;
        System.arraycopy(header, 0, file, 8, header.length);
        Path foreign = Files.write(folder.resolve("foreign.safetensors"), file);
        JsonNode found = json("inspect", foreign.toString());
        assertThat(found.get("kind").asText()).isEqualTo("safetensors");
        assertThat(found.get("space").isNull()).isTrue();
        assertThat(found.get("tensors").get(0).get("dtype").asText()).isEqualTo("F16");
        assertThat(found.get("checksum").asBoolean()).isFalse();
    }

    @Test
    void exportIsProvenAndLabelled() throws IOException {
        String onnx = folder.resolve("small member.onnx").toString();
        String weights = folder.resolve("small member.safetensors").toString();
        JsonNode result = json("export", run, "--member", "smallest", "--onnx", onnx, "--safetensors", weights);
        assertThat(result.get("onnx").asText()).isEqualTo(onnx);
        assertThat(result.get("maxAbsError").asDouble()).isLessThan(1e-3);
        assertThat(result.get("top1Agreement").asDouble()).isGreaterThan(0.99);
        assertThat(result.get("examples").asInt()).isEqualTo(60);
        JsonNode inspected = json("inspect", onnx);
        assertThat(inspected.get("kind").asText()).isEqualTo("onnx");
        assertThat(inspected.get("metadata").get("weft.maxAbsError").asDouble())
                .isEqualTo(result.get("maxAbsError").asDouble());
        assertThat(inspected.get("metadata").get("params").asLong()).isPositive();
        assertThat(inspected.get("metadata").get("latencyMillisP50").asDouble()).isPositive();
        assertThat(inspected.get("metadata").get("latency").asText())
                .matches("hardware=[0-9a-f]{12} threads=1 batch=1 paired");
        assertThat(inspected.get("metadata").get("run").asText())
                .isEqualTo(Path.of(run).getFileName().toString());
        assertThat(inspected.get("metadata").get("recipe").asText()).isEqualTo("tiny");
        assertThat(json("evaluate", weights).get("accuracy").asDouble())
                .isEqualTo(json("evaluate", run, "--member", "smallest")
                        .get("accuracy")
                        .asDouble());
        // cut short
        byte[] bytes = Files.readAllBytes(Path.of(onnx));
        Path cut = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(bytes, bytes.length / 2));
        assertThat(refused("inspect", cut.toString())).contains("cut.onnx").contains("damaged");
    }

    @Test
    void exportOverTheLimitFailsAndLeavesNoFile() {
        Path onnx = folder.resolve("never.onnx");
        Run done = Run.weft("export", run, "--onnx", onnx.toString(), "--limit", "1e-30");
        assertThat(done.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(done.err().lines()).hasSize(1);
        assertThat(done.err()).contains("must differ from the live one by at most 1.0E-30");
        assertThat(onnx).doesNotExist();
    }

    @Test
    void measureCountsAndTimesAndRemembers() {
        JsonNode first = json("measure", run, "--member", "largest");
        assertThat(first.get("params").asLong())
                .isGreaterThan(json("measure", run, "--member", "smallest")
                        .get("params")
                        .asLong());
        assertThat(first.get("latencyMillisP50").asDouble()).isPositive();
        assertThat(json("measure", run, "--member", "largest"))
                .as("measured once")
                .isEqualTo(first);
        assertThat(json("measure", run + "/family.safetensors", "--threads", "2")
                        .get("threads")
                        .asInt())
                .isEqualTo(2);
        assertThat(refused("measure", run, "--threads", "0")).contains("thread");
    }

    @ParameterizedTest
    @ValueSource(strings = {"coarse-to-fine", "random", "nsga2"})
    void searchFindsAFrontNamesTheBestAndRemembers(String strategy) {
        String name = "best-" + strategy;
        String[] args = {
            "search",
            run,
            "--strategy",
            strategy,
            "--candidates",
            "12",
            "--name",
            name,
            "--seed",
            "3",
            "--constraint",
            "latencyMillis<=1000",
            "--constraint",
            "params<=100000"
        };
        JsonNode found = json(args);
        assertThat(found.get("complete").asBoolean()).isTrue();
        assertThat(found.get("measured").asInt()).isEqualTo(12);
        assertThat(found.get("front")).isNotEmpty().allSatisfy(member -> {
            assertThat(member.get("latencyMillisHalfWidth").asDouble()).isNotNegative();
            assertThat(member.get("latencyMillisP99").asDouble())
                    .isGreaterThanOrEqualTo(member.get("latencyMillisP50").asDouble());
        });
        assertThat(found.get("latencies").get("slowdown").asDouble()).isGreaterThanOrEqualTo(1);
        JsonNode best = found.get("best");
        assertThat(best.get("latencyMillisP50").asDouble()).isPositive();
        JsonNode again = json(args);
        assertThat(again.get("front")).isEqualTo(found.get("front"));
        JsonNode evaluated = json("evaluate", run, "--member", name, "--split", "selection");
        assertThat(evaluated.get("statistics").asText()).isEqualTo("stored");
        assertThat(evaluated.get("accuracy").asDouble())
                .isEqualTo(best.get("accuracy").asDouble());
        assertThat(json("inspect", run).get("members").findValuesAsText("name")).contains(name, "largest", "smallest");
    }

    @Test
    void oneSearchFindsAndExportsAMemberForEachTier() throws IOException {
        Path models = folder.resolve("my models");
        String[] args = {
            "search",
            run,
            "--strategy",
            "random",
            "--candidates",
            "12",
            "--tiers",
            "params<=100000;90000",
            "--names",
            "tv,watch",
            "--constraint",
            "latencyMillis<=1000",
            "--export",
            models.toString()
        };
        JsonNode found = json(args);
        assertThat(found.get("measured").asInt()).isEqualTo(12);
        assertThat(found.get("tiers").findValuesAsText("name")).containsExactly("tv", "watch");
        assertThat(found.get("tiers").findValuesAsText("budget"))
                .containsExactly("params<=100000,latencyMillisP50<=1000", "params<=90000,latencyMillisP50<=1000");
        assertThat(found.get("best").isNull()).isTrue();
        assertThat(found.get("exported").findValuesAsText("onnx"))
                .containsExactly(models + "/tv.onnx", models + "/watch.onnx")
                .allMatch(file -> Files.exists(Path.of(file)));
        assertThat(json("inspect", run).get("members").findValuesAsText("name")).contains("tv", "watch");
        Run text = Run.weft(args);
        assertThat(text.out())
                .contains("Kept for the tiers:")
                .containsPattern("\n   1 +[0-9.]+ % \\([0-9.]+ to [0-9.]+\\) +[0-9.]+ ± ")
                .containsPattern("  tier +budget +accuracy")
                .containsPattern("  watch +params<=90000,latencyMillisP50<=1000 ")
                .contains("Wrote " + models + "/watch.onnx: largest difference of a logit ");

        assertThat(refused("search", run, "--tiers", "params<=100000;1", "--names", "tv,ring"))
                .contains("Tier ring: params<=1 cannot be reached: the cheapest member");
        assertThat(refused("search", run, "--tiers", "params<=7;8", "--name", "a"))
                .contains("--names");
        assertThat(refused("search", run, "--names", "a,b")).contains("--tiers");
    }

    @Test
    void searchRefusesWhatCannotBe() {
        assertThat(refused("search", run, "--constraint", "params<=1"))
                .contains("params<=1 cannot be reached: the cheapest member");
        assertThat(refused("search", run, "--constraint", "parms<=1000")).contains("Did you mean \"params\"?");
        assertThat(refused("search", run, "--constraint", "params=1000")).contains("METRIC<=NUMBER");
        assertThat(refused("search", run, "--objectives", "accurracy")).contains("Did you mean \"accuracy\"?");
        assertThat(refused("search", run, "--strategy", "ransom")).contains("Did you mean \"random\"?");
        assertThat(refused("search", run, "--name", "a b")).contains("name");
        assertThat(refused("search", run, "--candidates", "0")).contains("candidates");
    }

    @Test
    void thePageOfARunShowsWhatLaterCommandsAdd() throws IOException {
        Path own = Tiny.run(Files.createDirectories(folder.resolve("paged")));
        Path page = own.resolve("report.html");
        assertThat(Files.readString(page))
                .as("trained")
                .contains("What members get right and wrong", "data-value=\"1\" aria-pressed=\"false\">smallest")
                .doesNotContain("another member", "Export error");

        json("evaluate", own.toString(), "--member", OTHER);
        assertThat(Files.readString(page)).as("evaluated").contains("another member: ", OTHER.replace(",", ",<wbr>"));

        json("search", own.toString(), "--strategy", "random", "--candidates", "12", "--name", "found");
        assertThat(Files.readString(page)).as("searched").contains("found</button>", "Accuracy, test");

        json(
                "export",
                own.toString(),
                "--member",
                "found",
                "--onnx",
                own.resolve("found.onnx").toString());
        assertThat(Files.readString(page)).as("exported").contains("Export error", "\"onnx\":\"found.onnx\"");

        PageText.assertPlain(page);
        String before = Files.readString(page);
        json("evaluate", own.toString(), "--data", folder.resolve("my data").toString());
        json("evaluate", own.toString(), "--split", "selection");
        assertThat(Files.readString(page))
                .as("other examples are not the report split")
                .isEqualTo(before);

        Files.writeString(own.resolve("held-out.json"), "no JSON");
        Run evaluated = Run.weft("evaluate", own.toString(), "--member", "found", "--json");
        assertThat(evaluated.exitCode()).isZero();
        assertThat(evaluated.err()).contains("note: the page of the run is as it was: ", "held-out.json");
    }

    @Test
    void reportIsBuiltFromTheFilesOfTheRun() throws IOException {
        json("search", run, "--strategy", "random", "--candidates", "12");
        Path html = folder.resolve("my report.html");
        JsonNode result = json("report", run, "--out", html.toString());
        assertThat(result.get("members").asInt()).isGreaterThanOrEqualTo(12);
        assertThat(PageText.of(html)).contains("tiny").contains("weft train ").contains("stem.width=4");
        assertThat(Files.readString(html)).doesNotContain("http://cdn");
    }

    @Test
    void aMemberThatIsNotOfTheSpaceIsOneLine() {
        assertThat(refused("evaluate", run, "--member", "largst")).contains("Did you mean \"largest\"?");
        assertThat(refused("evaluate", run, "--member", OTHER.replace("stem.width=4", "stem.width=5")))
                .contains("stem.width must be one of [4, 8]");
        assertThat(refused(
                        "extract",
                        run,
                        "--member",
                        "stem.width=4",
                        "--out",
                        folder.resolve("x").toString()))
                .contains("every choice must be given");
        assertThat(refused("measure", run, "--member", "colour=red")).contains("is not a choice");
    }

    @Test
    void aFileThatIsNoFamilyIsOneLine() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.safetensors"));
        assertThat(refused("evaluate", empty.toString())).contains("empty.safetensors");
        assertThat(refused("inspect", empty.toString())).contains("empty.safetensors");
        assertThat(refused("evaluate", folder.toString())).contains("must be the folder of a run, or a family's file");
        assertThat(refused("inspect", folder.resolve("nothing").toString())).contains("nothing");
        assertThat(refused("evaluate", run + "/checkpoint-000030.safetensors")).contains("must be a Weft family");
        assertThat(refused("report", folder.toString())).contains("must be the folder of a run");
        assertThat(refused("search", folder.toString())).contains("must hold a run");
        byte[] family = Files.readAllBytes(Path.of(run, "family.safetensors"));
        Path cut = Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(family, family.length - 100));
        assertThat(refused("evaluate", cut.toString())).contains("cut.safetensors");
        family[family.length - 5] ^= 1;
        Path flipped = Files.write(folder.resolve("flipped.safetensors"), family);
        assertThat(refused("inspect", flipped.toString())).contains("is damaged");
    }

    @ParameterizedTest
    @ValueSource(strings = {"float16", "int8-dynamic", "int8-static"})
    void exportInFewerBitsSaysWhatItCosts(String precision) {
        String onnx = folder.resolve(precision + ".onnx").toString();
        JsonNode done = json(
                "export", run, "--member", "largest", "--onnx", onnx, "--precision", precision, "--max-drop", "0.1");
        JsonNode bits = done.get("fewerBits");
        assertThat(bits.get("precision").asText()).isEqualTo(precision);
        assertThat(bits.get("metric").asText()).isEqualTo("accuracy");
        assertThat(bits.get("float32Value").asDouble())
                .isEqualTo(json("evaluate", run, "--member", "largest")
                        .get("accuracy")
                        .asDouble());
        assertThat(bits.get("value").asDouble())
                .isGreaterThanOrEqualTo(bits.get("float32Value").asDouble() - 0.1);
        assertThat(bits.get("latencyMillisP50").asDouble()).isPositive();
        assertThat(bits.get("float32LatencyMillisP50").asDouble()).isPositive();
        JsonNode label = json("inspect", onnx).get("metadata");
        assertThat(label.get("weft.precision").asText()).isEqualTo(precision);
        assertThat(label.get("weft.accuracy").asDouble())
                .isEqualTo(bits.get("value").asDouble());
        assertThat(label.has("bytes")).isFalse(); // that is the float32 member's
        try (RunDatabase database = RunDatabase.read(Path.of(run).resolve("run.db"))) {
            assertThat(database.members()).noneMatch(value -> value.context().contains(precision));
        }
        assertThat(refused("export", run, "--onnx", onnx + "2", "--precision", precision, "--safetensors", onnx + "3"))
                .contains("float32 weights");
    }
}
