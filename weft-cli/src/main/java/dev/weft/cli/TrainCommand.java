package dev.weft.cli;

import dev.weft.data.DataCatalog;
import dev.weft.data.SplitShares;
import dev.weft.io.InputException;
import dev.weft.io.Setting;
import dev.weft.io.Suggest;
import dev.weft.loss.Role;
import dev.weft.recipe.Base;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.results.RunReports;
import dev.weft.text.TokenizerSettings;
import dev.weft.train.TrainingRun;
import dev.weft.tree.TrainingRuns;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "train",
        description = "Train a family: one set of weights for every member.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} train smoke --out run                     a recipe that comes with Weft, about a minute",
            "  ${ROOT-COMMAND-NAME} train recipe.yaml --out run --seed 1 --data my-images",
            "  ${ROOT-COMMAND-NAME} train bignas-imagenet --dry-run",
            "  ${ROOT-COMMAND-NAME} train tanglenas-mobile-quick --out searched",
            "  ${ROOT-COMMAND-NAME} train tanglenas-mobile-quick --out tuned --start searched --member chosen --epochs 3",
            "",
            "Ctrl-C writes a checkpoint; ${ROOT-COMMAND-NAME} resume DIR goes on from there."
        })
final class TrainCommand implements Callable<Integer> {
    private static final List<String> WEIGHTS = List.of("inherited", "fresh");

    @Mixin
    private GlobalOptions options;

    @Mixin
    private RecipeSettings settings;

    @Mixin
    private DeviceOption device;

    @Parameters(
            paramLabel = "RECIPE",
            completionCandidates = RecipeNames.class,
            description = "A recipe that comes with Weft, or a YAML file: ${COMPLETION-CANDIDATES}.")
    private String recipe;

    @Written
    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The folder of the run, which must be new or empty. Only a dry run needs none.")
    private Path out;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of everything random (default: 0, or with inherited weights the seed of their family).")
    private Long seed;

    @Option(
            names = "--data",
            paramLabel = "NAME_OR_DIR",
            description =
                    "Data to use instead of the recipe's: a name of a data set, a folder or a file, see ${ROOT-COMMAND-NAME} data.")
    private String data;

    @Option(
            names = "--split",
            paramLabel = "SHARES",
            description =
                    "Percentages of the images to train on, to choose members by and to report, as 70/15/15 (default: the recipe's). "
                            + "A part that the data brings itself, such as a test part, is taken as it is.")
    private String split;

    @Option(names = "--epochs", paramLabel = "N", description = "Epochs to train (default: the recipe's).")
    private Integer epochs;

    @Option(
            names = "--start",
            paramLabel = "FAMILY",
            description = "Train one member of this family alone, instead of the recipe's model.")
    private Path start;

    @Option(
            names = "--member",
            paramLabel = "MEMBER",
            description =
                    "The member of the --start family to train (default: chosen, the one that a search by gradient chose).")
    private String member;

    @Option(
            names = "--weights",
            paramLabel = "WEIGHTS",
            completionCandidates = WeightsNames.class,
            description =
                    "The weights that the member starts with: inherited from the family or fresh (default: inherited).")
    private String weights;

    @Option(
            names = "--dry-run",
            description =
                    "Try one step on random examples of the real shape, whether or not the data is there, and write nothing.")
    private boolean dryRun;

    @Override
    public Integer call() {
        device.use();
        List<Setting> set = settings.without("--epochs", epochs, "train.epochs")
                .without("--data", data, "data.source")
                .without("--split", split, "data.split")
                .all();
        Recipe chosen = split(start == null ? recipe(recipe, set, data, epochs, options) : fromStart(set), split);
        if (start == null && (member != null || weights != null)) {
            throw new InputException(
                    "--member and --weights are of the family that training starts from. Give it: --start FAMILY");
        }
        long seed = seed(chosen);
        if (dryRun) {
            RecipeTrial.Answer result = RecipeTrial.run(chosen, seed);
            options.result(result, RecipeTrial.text(result));
            return ExitCode.DONE;
        }
        if (out == null) {
            throw new InputException("Training must have a folder for the run. Give it: --out DIR (or --dry-run)");
        }
        TrainingData opened = TrainingData.open(chosen, data != null, seed);
        try (Interrupt interrupt = Interrupt.watch(options.err());
                TrainingRun training =
                        TrainingRuns.start(opened.recipe(), opened.splits(), out, seed, Installed.kinds())) {
            opened.say(options);
            training.folder().database().event(RunReports.COMMAND, options.commandLine());
            Training.Result result = Training.run(training, options, interrupt);
            Training.print(result, options);
            return result.exitCode();
        }
    }

    /** Epochs are of the one member: fewer than a search needs will do. */
    private Recipe fromStart(List<Setting> set) {
        Recipe read = recipe(recipe, set, data, null, options).from(start());
        return epochs == null ? read : read.with(read.data(), read.train().withEpochs(epochs));
    }

    private Base start() {
        return new Base(
                FamilyArgument.file(start).toAbsolutePath().normalize().toString(),
                member == null ? Role.CHOSEN.toString() : member,
                weights(weights));
    }

    /** What weights may be, for TAB. */
    static final class WeightsNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return WEIGHTS.iterator();
        }
    }

    private static Base.Weights weights(String given) {
        if (given == null || given.equals("inherited")) {
            return Base.Weights.INHERITED;
        }
        if (given.equals("fresh")) {
            return Base.Weights.FRESH;
        }
        throw new InputException(
                "--weights must be inherited or fresh, but is \"" + given + "\"." + Suggest.nearest(given, WEIGHTS));
    }

    private long seed(Recipe chosen) {
        if (seed != null) {
            return seed;
        }
        boolean inherited = chosen.start() != null && chosen.start().weights() == Base.Weights.INHERITED;
        return inherited ? chosen.start().seed(Installed.kinds()).orElse(0) : 0;
    }

    /** A recipe with other data and epochs, where given. */
    static Recipe recipe(String fileOrName, List<Setting> set, String data, Integer epochs, GlobalOptions options) {
        if (Recipes.NAMES.contains(fileOrName) && Files.isRegularFile(Path.of(fileOrName))) {
            options.err()
                    .println("note: " + fileOrName + " is the recipe that comes with Weft; the file of that name is ./"
                            + fileOrName);
        }
        Recipe read = Recipes.read(fileOrName, set, Installed.kinds());
        DataSettings source =
                read.data().withSource(anywhere(data == null ? read.data().source() : data));
        if (source instanceof DataSettings.Text text
                && text.tokenizer() instanceof TokenizerSettings.HuggingFace tokenizer) {
            source = text.withTokenizer(new TokenizerSettings.HuggingFace(anywhere(tokenizer.file())));
        }
        return read.with(source, epochs == null ? read.train() : read.train().withEpochs(epochs));
    }

    /** A recipe with its images shared out otherwise, where that is asked for. */
    static Recipe split(Recipe recipe, String given) {
        if (given == null) {
            return recipe;
        }
        if (recipe.data() instanceof DataSettings.Images images) {
            return recipe.with(images.withSplit(SplitShares.parse(given)), recipe.train());
        }
        throw new InputException("--split is of images, but the recipe " + recipe.name()
                + " trains on text. Its data.selectionFraction and data.reportFraction say how that is cut.");
    }

    /** A file or folder by its full path, so that the run can be resumed from another folder. */
    static String anywhere(String source) {
        boolean named = source == null
                || DataCatalog.list().stream().anyMatch(known -> known.name().equals(source));
        return named || !Files.exists(Path.of(source))
                ? source
                : Path.of(source).toAbsolutePath().normalize().toString();
    }
}
