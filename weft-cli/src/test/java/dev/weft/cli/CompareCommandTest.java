package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.pick.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
    private static Path train(Path folder, String name, Path data, String... more) {
        Path recipe = TinyRun.recipe(folder.resolve(name + ".yaml"), data, 2);
        Path run = folder.resolve(name);
        String[] args = {"train", recipe.toString(), "--out", run.toString()};
        String[] all = Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new);
        assertThat(Run.weft(all).exitCode()).isZero();
        return run;
    }

    @Test
    void saysWhatRunsHaveHowTheyDifferAndWhatDoesNotCompare(@TempDir Path folder) throws IOException {
        Path data = TinyRun.data(folder.resolve("data"));
        Path first = train(folder, "first", data, "--seed", "1");
        Path second = train(folder, "second", data, "--seed", "1", "--epochs", "3");
        Path other = train(folder, "other", TinyRun.data(folder.resolve("other data"), 5), "--seed", "2");
        assertThat(Run.weft(
                                "search",
                                first.toString(),
                                "--strategy",
                                "random",
                                "--candidates",
                                "12",
                                "--name",
                                "picked")
                        .exitCode())
                .isZero();
        Path page = folder.resolve("compare.html");

        JsonNode two = Run.weft("compare", first.toString(), second.toString(), "--out", page.toString(), "--json")
                .json();
        assertThat(two.get("runs").findValuesAsText("run")).containsExactly("first", "second");
        assertThat(two.get("differences").findValuesAsText("key")).containsExactly("train.epochs");
        assertThat(two.get("differences").get(0).get("values"))
                .extracting(JsonNode::asText)
                .containsExactly("2", "3");
        assertThat(two.get("remarks"))
                .extracting(JsonNode::asText)
                .containsExactly("No member was measured yet by a search: second.");
        JsonNode picked = null;
        for (JsonNode member : two.get("runs").get(0).get("members")) {
            picked = member.get("name").asText().contains("picked") ? member : picked;
        }
        assertThat(picked).isNotNull();
        assertThat(picked.get("low").asDouble())
                .isLessThanOrEqualTo(picked.get("quality").asDouble());
        assertThat(picked.get("high").asDouble())
                .isGreaterThanOrEqualTo(picked.get("quality").asDouble());
        assertThat(picked.get("latencyMillisP50").asDouble()).isPositive();
        assertThat(Files.readString(page))
                .contains("first and second")
                .contains("Fronts")
                .contains("Accuracy of the largest member")
                .contains("train.epochs")
                .contains("picked");

        // Other data, and a family without its run.
        Path family = Files.copy(first.resolve("family.safetensors"), folder.resolve("alone.safetensors"));
        Run three = Run.weft("compare", first.toString(), other.toString(), family.toString());
        assertThat(three.exitCode()).isZero();
        assertThat(three.out())
                .contains("The runs were measured on different examples")
                .containsPattern("first +(\\S+ )*picked ")
                .containsPattern("alone.safetensors +(\\S+ )*picked ")
                .contains("Next:");

        // A run that has not finished: its family is not there yet.
        Files.delete(second.resolve("family.safetensors"));
        assertThat(Run.weft("compare", first.toString(), second.toString()).out())
                .contains("Not finished yet: second.");

        assertThat(Run.weft("compare", first.toString(), first + "/.").err()).contains("different runs");
        assertThat(Run.weft("compare", first.toString(), folder.toString()).err())
                .contains("has no config.yaml");
        Run over = Run.weft("compare", first.toString(), family.toString(), "--out", family.toString());
        assertThat(over.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(over.err()).contains("--out must not be what is read");
    }
}
