package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.io.Yaml;
import dev.weft.pick.TinyRun;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainCommandTest {
    @TempDir
    Path folder;

    private Path recipe() {
        return TinyRun.recipe(folder.resolve("tiny recipe.yaml"), TinyRun.data(folder.resolve("my data")), 2);
    }

    @Test
    void trainsAFamilyAndSaysWhatIsNext() {
        Path out = folder.resolve("my run");
        Run run = Run.weft("train", recipe().toString(), "--out", out.toString(), "--seed", "7");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(out.resolve("family.safetensors")).exists();
        assertThat(run.out()).contains("largest").contains("weft evaluate '" + out + "'");
        assertThat(run.err())
                .contains("train step 10: largest member")
                .contains("train step 20: smallest member")
                .contains("train 20 steps in");
    }

    @Test
    void jsonHasTheRunTheFamilyAndTheAccuracies() {
        Path out = folder.resolve("run");
        JsonNode json = Run.weft("train", recipe().toString(), "--out", out.toString(), "--epochs", "1", "--json")
                .json();
        assertThat(json.get("family").asText())
                .isEqualTo(out.resolve("family.safetensors").toString());
        assertThat(json.get("complete").asBoolean()).isTrue();
        assertThat(json.get("steps").asLong()).isEqualTo(10);
        assertThat(json.get("accuracy").get("largest").asDouble()).isBetween(0.0, 1.0);
        assertThat(json.get("accuracy").get("smallest").asDouble()).isBetween(0.0, 1.0);
    }

    @Test
    void noEpochsIsOneCause() {
        Run run = Run.weft("train", "smoke", "--out", folder.resolve("none").toString(), "--epochs", "0");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err().strip()).isEqualTo("weft: Training must have epochs >= 1, but got 0.");
        assertThat(folder.resolve("none")).doesNotExist();
    }

    @Test
    void resumingAFinishedRunChangesNothing() throws IOException {
        Path out = folder.resolve("run");
        Run.weft("train", recipe().toString(), "--out", out.toString(), "--epochs", "1");
        byte[] family = Files.readAllBytes(out.resolve("family.safetensors"));
        Run run = Run.weft("resume", out.toString(), "--json");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).contains("all 10 steps are done already");
        assertThat(run.json().get("complete").asBoolean()).isTrue();
        assertThat(Files.readAllBytes(out.resolve("family.safetensors"))).isEqualTo(family);
    }

    @Test
    void aRunOfAnEarlierVersionGoesOnAndSaysThatItsNumbersAreNotTheSame() throws IOException {
        Path out = folder.resolve("run");
        Recipe recipe = Yaml.read(recipe(), Recipe.class);
        try (Trainer trainer = Trainer.start(recipe, out, 1)) {
            trainer.runTo(5, () -> false, List.of());
        }
        Run same = Run.weft("resume", out.toString());
        assertThat(same.exitCode()).isZero();
        assertThat(same.err()).doesNotContain("earlier version");

        Path old = folder.resolve("old");
        try (Trainer trainer = Trainer.start(recipe, old, 1)) {
            trainer.runTo(5, () -> false, List.of());
        }
        Path config = old.resolve("config.yaml");
        Files.writeString(config, Files.readString(config).replace("formatVersion: 2", "formatVersion: 1"));
        Run resumed = Run.weft("resume", old.toString());
        assertThat(resumed.exitCode()).isZero();
        assertThat(resumed.err())
                .contains("begun by an earlier version of Weft")
                .contains("not to the same bits");
    }

    @Test
    void oneMemberOfAFamilyTrainsOnAlone() {
        String family = folder.resolve("run").toString();
        Run.weft("train", recipe().toString(), "--out", family, "--epochs", "1", "--seed", "5");
        Path tuned = folder.resolve("tuned");
        JsonNode json = Run.weft(
                        "train",
                        recipe().toString(),
                        "--out",
                        tuned.toString(),
                        "--base",
                        family,
                        "--member",
                        "smallest",
                        "--epochs",
                        "1",
                        "--json")
                .json();
        assertThat(json.get("accuracy").fieldNames()).toIterable().containsExactly("largest"); // a family of one
        assertThat(dev.weft.train.StoredRun.settings(tuned).seed())
                .as("that of the family")
                .isEqualTo(5);

        Run other = Run.weft(
                "train",
                recipe().toString(),
                "--out",
                folder.resolve("x").toString(),
                "--base",
                family,
                "--seed",
                "6",
                "--member",
                "smallest");
        assertThat(other.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(other.err()).contains("must be split as its base's").contains("seed 5");
        Run unknown = Run.weft(
                "train",
                recipe().toString(),
                "--out",
                folder.resolve("x").toString(),
                "--base",
                family,
                "--member",
                "chosen");
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(unknown.err()).contains("\"chosen\" names no member of this family");
        Run alone = Run.weft("train", recipe().toString(), "--member", "largest", "--dry-run");
        assertThat(alone.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(alone.err()).contains("--base BASE");
        Run weights = Run.weft("train", recipe().toString(), "--base", family, "--weights", "frsh", "--dry-run");
        assertThat(weights.err()).contains("Did you mean \"fresh\"?");
    }

    @Test
    void aFolderThatHoldsARunIsNotOverwritten() {
        String out = folder.resolve("run").toString();
        Run.weft("train", recipe().toString(), "--out", out, "--epochs", "1");
        Run again = Run.weft("train", recipe().toString(), "--out", out);
        assertThat(again.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(again.err().lines()).hasSize(1);
        assertThat(again.err()).contains("already holds a run").contains("weft resume");
    }

    @Test
    void saysHowTheImagesAreSharedOutAndFitsTheBatchesOfOtherData() throws IOException {
        Path recipe = recipe();
        Files.writeString(
                recipe, Files.readString(recipe).replace("selectionSize: 60", "split: \"60/20/20, at most 70\""));
        Path out = folder.resolve("run");
        Run run = Run.weft(
                "train",
                recipe.toString(),
                "--epochs",
                "1",
                "--out",
                out.toString(),
                "--split",
                "10/80/10",
                "--data",
                TinyRun.data(folder.resolve("other")).toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err())
                .contains("other: 72 images to train, 288 to select, 60 to report")
                .contains("batches of 16 images")
                .contains("the recipe's are of 30");
        assertThat(run.out())
                .containsPattern("largest +\\d+\\.\\d % \\(\\d+\\.\\d to \\d+\\.\\d\\) on the selection split");
        assertThat(Files.readString(out.resolve("config.yaml")))
                .contains("split: \"10/80/10\"")
                .contains("batchSize: 16");
        Run wrong = Run.weft(
                "train", recipe.toString(), "--out", folder.resolve("no").toString(), "--split", "80/20");
        assertThat(wrong.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(wrong.err()).contains("--split").contains("70/15/15");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "momentum: 0.9          | momentun: 0.9        | Did you mean \"momentum\"?",
                "learningRate: 0.05     | learningRate: .nan   | learningRate",
                "kind: sandwich         | kind: sandwhich      | sandwich",
                "epochs: 2              | epochs: 0            | epochs",
                "selectionSize: 60      | selectionSize: 6000  | 6000",
                "resolution: [6, 8]     | resolution: [6, 9]   | resolution",
            })
    void aRecipeThatCannotBeIsOneLine(String from, String to, String expected) throws IOException {
        Path recipe = recipe();
        Files.writeString(recipe, Files.readString(recipe).replace(from, to));
        assertThat(Files.readString(recipe)).contains(to);
        Path out = folder.resolve("run");
        Run run = Run.weft("train", recipe.toString(), "--out", out.toString());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains(expected);
        assertThat(out).doesNotExist();
    }

    @Test
    void aDryRunTriesTheRecipeAndWritesNothing() throws IOException {
        Path recipe = recipe();
        JsonNode json =
                Run.weft("train", recipe.toString(), "--dry-run", "--json").json();
        assertThat(json.get("members").findValuesAsText("role")).contains("LARGEST", "SMALLEST");
        assertThat(json.get("input").get("size").asInt()).isEqualTo(8);
        Path elsewhere = Files.writeString(
                folder.resolve("elsewhere.yaml"),
                Files.readString(recipe).replaceFirst("source: '[^']*'", "source: imagenet, imageSize: 16"));
        Run absent = Run.weft("train", elsewhere.toString(), "--dry-run");
        assertThat(absent.exitCode()).as(absent.err()).isZero();
        assertThat(absent.out()).contains("3 x 16 x 16, 1000 classes");
        assertThat(Run.weft("train", recipe.toString()).err()).contains("--out DIR");
    }

    @Test
    void everyNamedRecipeIsRead() {
        assertThat(Recipes.NAMES)
                .allSatisfy(name -> assertThat(TrainCommand.recipe(name, List.of(), null, null, new GlobalOptions())
                                .name())
                        .isEqualTo(name));
    }

    @Test
    void anUnknownRecipeIsSuggested() {
        Run run = Run.weft("train", "quikstart", "--out", folder.resolve("run").toString());
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("Did you mean \"quickstart\"?");
    }

    @Test
    void missingDataAndAFolderWithoutARunAreOneLine() {
        String out = folder.resolve("run").toString();
        Run data = Run.weft("train", recipe().toString(), "--out", out, "--data", "no such data");
        assertThat(data.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(data.err()).contains("Unknown data \"no such data\"");
        Run resume = Run.weft("resume", folder.toString());
        assertThat(resume.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(resume.err()).contains("must hold a run");
    }
}
