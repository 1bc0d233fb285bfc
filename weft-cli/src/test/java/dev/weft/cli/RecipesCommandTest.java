package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.io.Json;
import dev.weft.io.Yaml;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.RecipeTime;
import dev.weft.recipe.Recipes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipesCommandTest {
    @TempDir
    Path folder;

    @Test
    void listsEveryRecipe() {
        Run list = Run.weft("recipes");
        assertThat(list.exitCode()).isZero();
        assertThat(list.out()).contains(Recipes.NAMES);
        JsonNode json = Run.weft("recipes", "--json").json();
        assertThat(json.findValuesAsText("name")).containsExactlyElementsOf(Recipes.NAMES);
        assertThat(json.get(0).get("model").asText()).isEqualTo("mobile-cnn");
        assertThat(Run.weft("train", "--help").out().replaceAll("\\s+", "")).contains(Recipes.NAMES);
        assertThat(Run.weft("quickstart", "--help").out().replaceAll("\\s+", ""))
                .contains(Recipes.NAMES);
    }

    @Test
    void showsOneAsItCanBeTrained() {
        Run shown = Run.weft("recipes", "show", "smoke");
        assertThat(Yaml.parse(shown.out(), "shown", Recipe.class)).isEqualTo(Recipes.read("smoke"));
        assertThat(Run.weft("recipes", "show", "smoke", "--json")
                        .json()
                        .get("train")
                        .get("epochs")
                        .asInt())
                .isEqualTo(Recipes.read("smoke").train().epochs());
    }

    @Test
    void printsTheSchemaThatIsShipped() throws IOException {
        assertThat(Run.weft("recipes", "schema").out())
                .isEqualTo(Files.readString(Path.of("..", "recipes", "recipe.schema.json")));
        assertThat(Run.weft("recipes", "schema", "--json").json().get("title").asText())
                .isEqualTo("A Weft recipe");
    }

    @Test
    void ofAnUnknownOneTheNearestComeFirst() {
        for (String[] words : new String[][] {{"recipes", "show", "mos"}, {"train", "mos", "--dry-run"}}) {
            Run run = Run.weft(words);
            assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err())
                    .contains("\"mos\". Did you mean \"mos-bert\" or \"mos-lm-quick\"? List them with: weft recipes")
                    .hasLineCount(1);
        }
    }

    /** What is called quick is: five minutes of one core at most, as {@code weft recipes time} measured it. */
    @Test
    void quickRecipesTakeMinutes() {
        List<String> quick = Recipes.NAMES.stream()
                .filter(name -> name.endsWith("-quick") || name.equals("quickstart") || name.equals("smoke"))
                .toList();
        assertThat(RecipeTime.all().keySet()).containsExactlyInAnyOrderElementsOf(quick);
        assertThat(RecipeTime.all()).allSatisfy((name, time) -> {
            assertThat(time.cpuSeconds()).as(name).isBetween(1.0, 300.0);
            assertThat(time.measuredSteps()).as(name).isGreaterThanOrEqualTo(10);
        });
    }

    @Test
    void timesARecipeAndKeepsTheOthers() {
        Path file = folder.resolve("times.json");
        Run first = Run.weft("recipes", "time", "smoke", "--steps", "2", "--write", file.toString(), "--json");
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.json().get("smoke").get("measuredSteps").asInt()).isEqualTo(2);
        assertThat(first.json().get("smoke").get("cpuSeconds").asDouble()).isPositive();
        Run.weft("recipes", "time", "cell-rsps-quick", "--steps", "2", "--write", file.toString());
        assertThat(Json.read(file, RecipeTime.Times.class).times()).containsOnlyKeys("smoke", "cell-rsps-quick");
        assertThat(Files.exists(file)).isTrue();
    }

    @Test
    void aKeyIsSetOnTheCommandLine() {
        Run run = Run.weft("train", "smoke", "--set", "train.epochs=2", "--epochs", "3", "--dry-run");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--epochs and --set train.epochs=2 set the same key, train.epochs");
        assertThat(Run.weft("train", "smoke", "--set", "train.epohcs=2", "--dry-run")
                        .err())
                .contains("Did you mean \"epochs\"?")
                .hasLineCount(1);
        assertThat(Run.weft("train", "smoke", "--set", "train.epochs=two", "--dry-run")
                        .err())
                .contains("train.epochs: must be a whole number, but is \"two\"")
                .hasLineCount(1);
        Run tried = Run.weft("train", "bignas-quick", "--set", "train.sampler.random=0", "--dry-run", "--json");
        assertThat(tried.exitCode()).as(tried.err()).isZero();
        assertThat(tried.json().get("members").findValuesAsText("role")).doesNotContain("random");
    }
}
