package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.pick.TinyRun;
import dev.weft.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartCommandTest {
    @TempDir
    Path folder;

    private Run quickstart(Path out, String... more) {
        Path recipe = folder.resolve("tiny recipe.yaml");
        if (!Files.exists(recipe)) {
            TinyRun.recipe(recipe, TinyRun.data(folder.resolve("my data")), 2);
        }
        String[] args = new String[more.length + 7];
        System.arraycopy(
                new String[] {
                    "quickstart", "--recipe", recipe.toString(), "--search-seconds", "3", "--out", out.toString()
                },
                0,
                args,
                0,
                7);
        System.arraycopy(more, 0, args, 7, more.length);
        return Run.weft(args);
    }

    @Test
    void givesAFamilyAFrontProvenExportsAndAReport() throws IOException {
        Path out = folder.resolve("my quickstart");
        Run first = quickstart(out, "--json");
        assertThat(first.exitCode()).as(first.err()).isZero();
        JsonNode json = first.json();
        assertThat(Path.of(json.get("family").asText()))
                .isEqualTo(out.resolve("family.safetensors"))
                .exists();
        assertThat(Path.of(json.get("report").asText())).exists();
        assertThat(json.get("seconds").asDouble()).isPositive();
        assertThat(json.get("front")).isNotEmpty().allSatisfy(member -> {
            assertThat(member.get("member").asText()).contains("stem.width=");
            assertThat(member.get("params").asLong()).isPositive();
            assertThat(member.get("macs").asLong()).isPositive();
            assertThat(member.get("latencyMillisP50").asDouble()).isPositive();
            assertThat(member.get("accuracy").asDouble()).isBetween(0.0, 1.0);
        });
        assertThat(json.get("exported")).hasSize(3).allSatisfy(exported -> {
            assertThat(Path.of(exported.get("onnx").asText())).exists();
            assertThat(Path.of(exported.get("safetensors").asText())).exists();
            assertThat(exported.get("maxAbsError").asDouble()).isLessThan(1e-3);
            assertThat(exported.get("top1Agreement").asDouble()).isGreaterThan(0.99);
        });
        String weights = json.get("exported").get(0).get("safetensors").asText();
        Run evaluated = Run.weft("evaluate", weights, "--json");
        assertThat(evaluated.json().get("accuracy").asDouble())
                .as("the exported file in ONNX Runtime and its weights in libtorch")
                .isEqualTo(json.get("exported").get(0).get("testAccuracy").asDouble());

        Run again = quickstart(out, "--json");
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.err()).contains("finished already");
        assertThat(again.json()).isEqualTo(json);

        Run other = quickstart(out, "--seed", "5");
        assertThat(other.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(other.err()).contains("Give another --out");
        Run otherSplit = quickstart(out, "--seed", "0", "--split", "60/20/20");
        assertThat(otherSplit.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(otherSplit.err()).contains("split 60/20/20, seed");

        Files.delete(Path.of(weights));
        Run mended = quickstart(out, "--json");
        assertThat(mended.exitCode()).as(mended.err()).isZero();
        assertThat(Path.of(weights)).exists();
    }

    /** The run lies in the folder of its own pictures, stopped before its first checkpoint. */
    @Test
    void aRunInsideItsDataGoesOn() throws IOException {
        Path pictures = folder.resolve("pictures");
        RunDataTest.pictures(pictures, 5);
        Path recipe = TinyRun.recipe(folder.resolve("tiny recipe.yaml"), pictures, 2);
        Files.writeString(recipe, Files.readString(recipe).replace("selectionSize: 60", "selectionSize: 12"));
        Path out = pictures.resolve("train"); // a name that would mean something among pictures
        Trainer.start(TrainCommand.recipe(recipe.toString(), List.of(), null, null, new GlobalOptions()), out, 0)
                .close();
        assertThat(out.resolve("checkpoint-000005.safetensors")).doesNotExist();

        Run run = quickstart(out);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(quickstart(out).exitCode()).isZero();
        Path inside = pictures.resolve("above/smallest.onnx");
        for (String[] command : new String[][] {
            {"export", out.toString(), "--member", "smallest", "--onnx", inside.toString()},
            {"report", out.toString(), "--out", pictures.resolve("report.html").toString()},
            {"evaluate", out.toString()},
            {"resume", out.toString()}
        }) {
            Run next = Run.weft(command);
            assertThat(next.exitCode()).as(next.err()).isZero();
        }
        Run data = Run.weft("data", pictures.toString());
        assertThat(data.exitCode()).as(data.out()).isZero();
        assertThat(data.out()).contains(out + " holds results of Weft: passed over");
    }

    @Test
    void goesOnWhereItWasStopped() {
        Path out = folder.resolve("stopped");
        Path recipe = TinyRun.recipe(folder.resolve("tiny recipe.yaml"), TinyRun.data(folder.resolve("my data")), 2);
        int[] steps = {0};
        try (Trainer trainer = Trainer.start(
                TrainCommand.recipe(recipe.toString(), List.of(), null, null, new GlobalOptions()), out, 0)) {
            trainer.run(() -> ++steps[0] > 8, java.util.List.of());
        }
        Run run = quickstart(out);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("Pareto front").contains("accurate").contains("Report: ");
        assertThat(out.resolve("quickstart.json")).exists();
    }
}
