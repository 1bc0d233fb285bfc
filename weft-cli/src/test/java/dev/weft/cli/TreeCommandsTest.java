package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.pick.TinyRun;
import dev.weft.report.PageText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recipe with a split, from training to the report. */
class TreeCommandsTest {
    @TempDir
    Path folder;

    private Path recipe(String split) throws IOException {
        Path file = TinyRun.recipe(folder.resolve("tree.yaml"), TinyRun.data(folder.resolve("data")), 2);
        return Files.writeString(file, Files.readString(file) + "split: " + split + "\n");
    }

    @Test
    void treeIsTrainedSearchedExportedAndReported() throws IOException {
        Path out = folder.resolve("run");
        String recipe = recipe("{rounds: [1], repeats: 2, restart: final}").toString();
        Run dry = Run.weft("train", recipe, "--dry-run");
        assertThat(dry.exitCode()).as(dry.err()).isZero();
        assertThat(dry.out()).contains("2 leaves").contains("3 supernet-epochs");
        Run run = Run.weft("train", recipe, "--out", out.toString(), "--seed", "3");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err())
                .contains("probe supernet root: stem.width, cut")
                .contains("split supernet root by ")
                .contains("train supernet 1 step 10: largest member")
                .contains("train 30 steps in")
                .contains("2 leaves, 3 supernet-epochs");
        assertThat(out.resolve("tree.json")).exists();

        Run again = Run.weft("resume", out.toString(), "--json");
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.err()).contains("all 30 steps are done already");

        JsonNode found = Run.weft("search", out.toString(), "--candidates", "12", "--strategy", "random", "--json")
                .json();
        assertThat(found.get("best").get("leaf").asText()).isIn("0", "1");
        Run evaluated = Run.weft("evaluate", out.toString(), "--member", "largest");
        assertThat(evaluated.exitCode()).as(evaluated.err()).isZero();
        assertThat(evaluated.out()).contains("leaf: ");
        Run exported = Run.weft(
                "export",
                out.toString(),
                "--member",
                "smallest",
                "--onnx",
                folder.resolve("s.onnx").toString());
        assertThat(exported.exitCode()).as(exported.err()).isZero();
        Run trust = Run.weft(
                "trust",
                out.toString(),
                "--anchors",
                "3",
                "--epochs",
                "1",
                "--out",
                folder.resolve("trust").toString());
        assertThat(trust.exitCode()).as(trust.err()).isZero();
        Run report = Run.weft("report", out.toString());
        assertThat(report.exitCode()).as(report.err()).isZero();
        PageText.assertPlain(out.resolve("report.html"));
        assertThat(Files.readString(out.resolve("report.html")))
                .contains("Tree of supernets")
                .contains("root")
                .contains("3 supernet-epochs")
                .contains("class=\"heat\"");
    }

    @Test
    void quickstartNamesTheCommandForATree() throws IOException {
        Run run = Run.weft(
                "quickstart", "--recipe", recipe("{rounds: [1], repeats: 2}").toString(), "--out", folder + "/run");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("recipe of one supernet").contains("weft train ");
    }

    @Test
    void splitThatCannotBeIsOneLine() throws IOException {
        Run run = Run.weft(
                "train",
                recipe("{rounds: [1], choices: [stage9.width]}").toString(),
                "--out",
                folder.resolve("run").toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("\"stage9.width\" is not a choice");
        assertThat(folder.resolve("run")).doesNotExist();
    }
}
