package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.io.Json;
import dev.weft.io.JsonSchema;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.RecipeSummary;
import dev.weft.recipe.Recipes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "recipes",
        description = "List the recipes that come with Weft, or show one.",
        subcommands = {RecipesCommand.Show.class, RecipesCommand.Schema.class, RecipeTimes.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} recipes",
            "  ${ROOT-COMMAND-NAME} recipes show lm-quick > mine.yaml",
            "",
            "Times are of one core. Your own recipe is a YAML file with the same keys; one key is changed by --set."
        })
final class RecipesCommand implements Callable<Integer> {
    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() {
        List<RecipeSummary> all = Recipes.NAMES.stream().map(RecipeSummary::of).toList();
        List<String> text = new ArrayList<>();
        text.add("For this machine, on data that comes with Weft:");
        all.stream().filter(RecipeSummary::quick).forEach(recipe -> text.add(line(recipe)));
        text.add("");
        text.add("Published settings, for data of your own and a large machine:");
        all.stream().filter(recipe -> !recipe.quick()).forEach(recipe -> text.add(line(recipe)));
        options.result(all, text);
        return ExitCode.DONE;
    }

    private static String line(RecipeSummary recipe) {
        return String.format(
                Locale.ROOT,
                "  %-28s %7s  %s, %s, on %s",
                recipe.name(),
                time(recipe),
                recipe.model(),
                recipe.sampler(),
                recipe.data());
    }

    private static String time(RecipeSummary recipe) {
        return recipe.cpuSeconds() == null ? "" : Math.max(1, Math.round(recipe.cpuSeconds() / 60.0)) + " min";
    }

    @Command(
            name = "schema",
            description =
                    "Print the JSON Schema of a recipe, with the kinds of every jar on the class path, for an editor that knows YAML.",
            footerHeading = "%nExample:%n",
            footer = "  ${ROOT-COMMAND-NAME} recipes schema > recipe.schema.json")
    static final class Schema implements Callable<Integer> {
        @Mixin
        private GlobalOptions options;

        @Override
        public Integer call() {
            String schema =
                    JsonSchema.ofExtending(Recipe.class, "recipe.schema.json", "A Weft recipe", Installed.kinds());
            options.result(
                    Json.parse(schema, "the schema", JsonNode.class),
                    schema.lines().toList());
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "show",
            description = "Print a recipe as YAML, to read or to change.",
            footerHeading = "%nExample:%n",
            footer = "  ${ROOT-COMMAND-NAME} recipes show lm-quick > mine.yaml")
    static final class Show implements Callable<Integer> {
        @Mixin
        private GlobalOptions options;

        @Parameters(
                paramLabel = "RECIPE",
                completionCandidates = RecipeNames.class,
                description = "A recipe that comes with Weft, or a YAML file.")
        private String name;

        @Override
        public Integer call() {
            options.result(Recipes.read(name), Recipes.text(name).lines().toList());
            return ExitCode.DONE;
        }
    }
}
