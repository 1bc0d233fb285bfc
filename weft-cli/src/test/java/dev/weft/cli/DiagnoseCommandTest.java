package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.model.Family;
import dev.weft.model.TinyModels;
import dev.weft.pick.TinyRun;
import dev.weft.pick.TinyTextRun;
import dev.weft.report.PageText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiagnoseCommandTest {
    @TempDir
    static Path folder;

    private static Path run;

    @BeforeAll
    static void train() {
        run = Tiny.run(folder);
    }

    private static Run diagnose(String... more) {
        String[] small = {"diagnose", "--members", "4", "--batches", "2", "--draws", "6"};
        String[] all = java.util.Arrays.copyOf(small, small.length + more.length);
        System.arraycopy(more, 0, all, small.length, more.length);
        return Run.weft(all);
    }

    private static String refused(String... more) {
        Run done = diagnose(more);
        assertThat(done.exitCode()).as(done.err()).isEqualTo(ExitCode.USAGE);
        assertThat(done.out()).isEmpty();
        return done.err();
    }

    @Test
    void runIsDiagnosedAsItsRecipeTrainsIt() throws IOException {
        byte[] before = Files.readAllBytes(run.resolve("family.safetensors"));
        Run done = diagnose(run.toString());
        assertThat(done.exitCode()).as(done.err()).isZero();
        assertThat(done.out())
                .contains("times the squared norm of its mean")
                .contains("mean cosine")
                .contains("stage2.width")
                .contains("Wrote " + run.toAbsolutePath().resolve("diagnose.html"));
        assertThat(Files.readAllBytes(run.resolve("family.safetensors"))).isEqualTo(before);
        PageText.assertPlain(run.resolve("diagnose.html"));
        assertThat(run.resolve("diagnose.html")).content().contains("sandwich, random 1", "What this does not show");
        JsonNode file = new ObjectMapper().readTree(run.resolve("diagnose.json").toFile());
        assertThat(file.get("formatVersion").asInt()).isEqualTo(1);
        JsonNode document = file.get("diagnosis");
        assertThat(document.get("sampler").get("kind").asText()).isEqualTo("sandwich");
        assertThat(document.get("members").findValuesAsText("name")).startsWith("smallest", "largest");
        assertThat(document.get("variance").get("draws").asInt()).isEqualTo(6);
        assertThat(document.get("cosines").get(0).get(0).asDouble()).isGreaterThan(0.999);
        assertThat(document.get("choices").findValuesAsText("choice"))
                .contains("resolution", "stem.width", "stage1.depth", "stage2.width");
    }

    /** The run fits its labels, so their gradients are near zero; those of targets that hardly say the label are not. */
    @Test
    void gradientsAreOfTheCriterionThatTheRunNames() throws IOException {
        Path other = Files.createDirectory(folder.resolve("another criterion"));
        Files.copy(run.resolve("family.safetensors"), other.resolve("family.safetensors"));
        String config = Files.readString(run.resolve("config.yaml"));
        Files.writeString(
                other.resolve("config.yaml"),
                config.replaceFirst("(?m)^( *)train:$", "$0\n$1  criterion: {kind: labels, smoothing: 0.9}"));
        assertThat(norm(other)).isGreaterThan(10 * norm(run));
    }

    private static double norm(Path run) throws IOException {
        Run done = diagnose(run.toString());
        assertThat(done.exitCode()).as(done.err()).isZero();
        return new ObjectMapper()
                .readTree(run.resolve("diagnose.json").toFile())
                .at("/diagnosis/members/1/gradientNorm")
                .asDouble();
    }

    @Test
    void jsonIsOneDocumentThatTheSameSeedRepeats() {
        Path page = folder.resolve("my pages").resolve("x.html");
        page.getParent().toFile().mkdirs();
        String file = run.resolve("family.safetensors").toString();
        JsonNode first = diagnose(file, "--out", page.toString(), "--json").json();
        assertThat(first.get("sampler").asText()).isEqualTo("single-path, members 1");
        assertThat(first.get("document").asText())
                .isEqualTo(page.resolveSibling("x.json").toString());
        assertThat(page).exists();
        assertThat(diagnose(file, "--out", page.toString(), "--json").json()).isEqualTo(first);
        assertThat(diagnose(file, "--out", page.toString(), "--json", "--seed", "7")
                        .json()
                        .get("meanCosine"))
                .isNotEqualTo(first.get("meanCosine"));
        JsonNode largest = diagnose(file, "--out", page.toString(), "--json", "--sampler", "largest")
                .json();
        assertThat(largest.get("memberShare").asDouble()).isLessThan(1e-9);
        for (JsonNode suggestion : first.get("suggestions")) {
            assertThat(suggestion.get("key").asText()).isIn("train.sampler", "train.accumulate", "sharing", "split");
        }
    }

    @Test
    void languageModelIsDiagnosedToo() {
        Path text = TinyTextRun.text(folder.resolve("text.txt"), 1);
        Path recipe = TinyTextRun.recipe(folder.resolve("text.yaml"), text, 1);
        Path trained = folder.resolve("text run");
        assertThat(Run.weft("train", recipe.toString(), "--out", trained.toString())
                        .exitCode())
                .isZero();
        Run done = diagnose(trained.toString());
        assertThat(done.exitCode()).as(done.err()).isZero();
        assertThat(done.out()).contains("embedDim", "mean cosine");
    }

    @Test
    void refusalsSayWhatToDo() throws IOException {
        assertThat(refused(run.toString(), "--sampler", "sandwhich"))
                .contains(
                        "There is no sampler \"sandwhich\". Did you mean \"sandwich\"? There are: single-path, sandwich,")
                .contains("largest.");
        Run once = Run.weft("diagnose", run.toString(), "--draws", "1");
        assertThat(once.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(once.err()).contains("draws >= 2", "draws=1");
        assertThat(refused(run.toString(), "--out", folder.resolve("x.json").toString()))
                .contains("--out must be a name that ends in .html");
        Path alone = folder.resolve("alone.safetensors");
        assertThat(Run.weft("extract", run.toString(), "--member", "smallest", "--out", alone.toString())
                        .exitCode())
                .isZero();
        assertThat(refused(alone.toString())).contains("2 or more members to be diagnosed");
        Path stray = folder.resolve("stray.safetensors");
        try (Family family = Family.of(TinyModels.mobileCnn(), 1)) {
            family.save(stray);
        }
        assertThat(refused(stray.toString())).contains("does not say what it was trained on. Give the data: --data");
        assertThat(refused(
                        stray.toString(),
                        "--data",
                        TinyRun.data(folder.resolve("other")).toString()))
                .contains("must have the images the model reads");
    }
}
