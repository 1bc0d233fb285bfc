package dev.weft.cli;

import dev.weft.io.AtomicFile;
import dev.weft.io.Json;
import dev.weft.io.Progress;
import dev.weft.io.TemporaryFolder;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.RecipeTime;
import dev.weft.run.Environment;
import dev.weft.train.TrainingRun;
import dev.weft.tree.TrainingRuns;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "time",
        description = "Time some training steps of recipes and estimate the whole.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} recipes time lm-quick",
            "  ${ROOT-COMMAND-NAME} recipes time lm-quick smoke --write recipes/times.json",
            "",
            "A recipe with phases is trained whole, because the steps of its phases differ.",
            "Seconds are of the processor, which other work on the machine does not change much; nothing is kept of the training."
        })
final class RecipeTimes implements Callable<Integer> {
    @Mixin
    private GlobalOptions options;

    @Mixin
    private RecipeSettings settings;

    @Parameters(
            arity = "1..*",
            paramLabel = "RECIPE",
            completionCandidates = RecipeNames.class,
            description = "Recipes that come with Weft, or YAML files.")
    private List<String> names;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "100",
            description = "Steps of each recipe to time at most (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "60",
            description = "Seconds of processor time to spend on each recipe at most (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--write",
            paramLabel = "FILE",
            description = "Write the times into this JSON file too, beside those of other recipes that it holds.")
    private Path write;

    @Override
    public Integer call() {
        Map<String, RecipeTime> times = new TreeMap<>();
        List<String> text = new ArrayList<>();
        for (String name : names) {
            RecipeTime time = measure(name);
            times.put(name, time);
            text.add(String.format(
                    Locale.ROOT,
                    "%s: %.3f s of the processor a step, %,d steps: %s",
                    name,
                    time.cpuSeconds() / time.steps(),
                    time.steps(),
                    Progress.duration(time.cpuSeconds())));
        }
        if (write != null) {
            Map<String, RecipeTime> all = new TreeMap<>();
            if (Files.exists(write)) {
                all.putAll(Json.read(write, RecipeTime.Times.class).times());
            }
            all.putAll(times);
            AtomicFile.writeText(write, Json.write(new RecipeTime.Times(all)));
        }
        options.result(times, text);
        return ExitCode.DONE;
    }

    private RecipeTime measure(String name) {
        Recipe recipe = TrainCommand.recipe(name, settings.all(), null, null, options);
        boolean phases = !recipe.train().phases().isEmpty(); // whose steps differ, so that all of them are timed
        StepClock clock = phases ? new StepClock(Integer.MAX_VALUE, Integer.MAX_VALUE) : new StepClock(steps, seconds);
        try (TemporaryFolder folder = TemporaryFolder.make("weft-time")) {
            long planned;
            try (TrainingRun training = TrainingRuns.start(
                    recipe, recipe.data().open(0), folder.path().resolve("run"), 0, Installed.kinds())) {
                planned = training.steps();
                training.run(clock::over, List.of(clock));
            }
            return new RecipeTime(
                    Math.round(clock.secondsPerStep() * planned * 10) / 10.0,
                    planned,
                    clock.timed(),
                    Environment.current().cpu());
        }
    }
}
