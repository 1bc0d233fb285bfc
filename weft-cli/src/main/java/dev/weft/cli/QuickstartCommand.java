package dev.weft.cli;

import dev.weft.data.SplitShares;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.io.Setting;
import dev.weft.io.WeftCommand;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.RunSettings;
import dev.weft.train.StoredRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "quickstart",
        description = "Train, search, export and report, in five minutes.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} quickstart",
            "  ${ROOT-COMMAND-NAME} quickstart --out my-run --data my-images --seed 1",
            "",
            "Stopped or not: the same command goes on where it was, and shows the results again when all is done."
        })
final class QuickstartCommand implements Callable<Integer> {
    @Mixin
    private GlobalOptions options;

    @Mixin
    private RecipeSettings settings;

    @Written
    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "quickstart",
            description =
                    "The folder of the run: a new or empty one, or that of a quickstart to go on with (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of everything random (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--data",
            paramLabel = "NAME_OR_DIR",
            description =
                    "Images of your own: a name of a data set or a folder, see ${ROOT-COMMAND-NAME} data (default: the recipe's, Fashion-MNIST).")
    private String data;

    @Option(
            names = "--split",
            paramLabel = "SHARES",
            description =
                    "Percentages of the images to train on, to choose members by and to report, as 70/15/15 (default: the recipe's). "
                            + "A part that the data brings itself, such as a test part, is taken as it is.")
    private String split;

    @Option(
            names = "--recipe",
            paramLabel = "RECIPE",
            defaultValue = "quickstart",
            completionCandidates = RecipeNames.class,
            description = "A recipe that comes with Weft, or a YAML file (default: ${DEFAULT-VALUE}): "
                    + "${COMPLETION-CANDIDATES}.")
    private String recipe;

    @Option(
            names = "--search-seconds",
            paramLabel = "N",
            defaultValue = "60",
            description = "Seconds to search at most (default: ${DEFAULT-VALUE}).")
    private int searchSeconds;

    private static boolean isSetSo(RunSettings begun, Recipe chosen) {
        return begun.recipe().train().equals(chosen.train())
                && begun.recipe()
                        .model()
                        .equals(chosen.model().withInput(begun.recipe().model().input()));
    }

    @Override
    public Integer call() {
        List<Setting> set = settings.without("--data", data, "data.source")
                .without("--split", split, "data.split")
                .all();
        var chosen = TrainCommand.split(TrainCommand.recipe(recipe, set, data, null, options), split);
        if (chosen.split() != null) {
            throw new InputException("A quickstart must have a recipe of one supernet, but " + chosen.name()
                    + " has a split. Train it with: "
                    + WeftCommand.of("train", recipe).path("--out", out));
        }
        if (Files.exists(out.resolve("config.yaml"))) {
            RunSettings begun = StoredRun.settings(out, Installed.kinds());
            boolean same = begun.seed() == seed
                    && begun.recipe().name().equals(chosen.name())
                    && (set.isEmpty() || isSetSo(begun, chosen))
                    && (split == null || begun.recipe().data().shares().equals(Optional.of(SplitShares.parse(split))));
            boolean moved = !begun.recipe().data().source().equals(chosen.data().source());
            if (!same || moved && !isThere(begun, chosen.data().source())) {
                throw new InputException(out + " must hold this quickstart (" + named(chosen, seed)
                        + "), but holds a run of " + named(begun.recipe(), begun.seed()) + ". Give another --out.");
            }
        }
        Path done = out.resolve(QuickstartResult.FILE);
        QuickstartResult result;
        if (Files.exists(done)
                && Json.read(done, QuickstartResult.class).in(out).isThere()) {
            options.err().println("weft: this quickstart is finished already; these are its results");
            result = Json.read(done, QuickstartResult.class);
        } else {
            try (Interrupt interrupt = Interrupt.watch(options.err())) {
                Optional<String> place =
                        Optional.ofNullable(data).map(given -> chosen.data().source());
                result = new Quickstart(options, out, seed, place, searchSeconds, interrupt).run(chosen);
            }
        }
        QuickstartResult here = result.in(out);
        options.result(here, here.text(out));
        return ExitCode.DONE;
    }

    private static String named(Recipe recipe, long seed) {
        return "recipe " + recipe.name() + ", data " + recipe.data().source()
                + recipe.data().shares().map(shares -> ", split " + shares).orElse("") + ", seed " + seed;
    }

    /** Whether a place holds what the run was begun with. */
    private static boolean isThere(RunSettings begun, String place) {
        try {
            begun.origin().open(begun.recipe().model().input(), place);
            return true;
        } catch (InputException e) {
            return false;
        }
    }
}
