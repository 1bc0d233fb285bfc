package dev.weft.cli;

import dev.weft.data.DataCatalog;
import dev.weft.data.SplitShares;
import dev.weft.io.FileContent;
import dev.weft.io.InputException;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.Setting;
import dev.weft.io.Suggest;
import dev.weft.loss.Role;
import dev.weft.model.FamilyDescription;
import dev.weft.recipe.Base;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.results.RunReports;
import dev.weft.train.TrainingRun;
import dev.weft.tree.TrainingRuns;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
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
            "  ${ROOT-COMMAND-NAME} train tanglenas-mobile-quick --out tuned --base searched --member chosen --epochs 3",
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
            names = "--base",
            paramLabel = "BASE",
            description =
                    "Begin from this family, extracted model, or safetensors or ONNX weights of another program, instead of fresh weights.")
    private Path base;

    @Option(
            names = "--member",
            paramLabel = "MEMBER",
            description =
                    "The member of the --base family to train alone (default: chosen, where a search by gradient chose one, and otherwise the whole family).")
    private String member;

    @Option(
            names = "--weights",
            paramLabel = "WEIGHTS",
            completionCandidates = WeightsNames.class,
            description = "The weights to begin with: inherited from the base or fresh (default: inherited).")
    private String weights;

    @Option(
            names = "--frozen",
            paramLabel = "REGEX",
            description = "Never train the weights in whose names this regular expression is found.")
    private String frozen;

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
        Recipe chosen = split(base == null ? recipe(recipe, set, data, epochs, options) : fromBase(set), split);
        if (base == null && (member != null || weights != null || frozen != null)) {
            throw new InputException(
                    "--member, --weights and --frozen are of the base that training begins from. Give it: --base BASE");
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
    private Recipe fromBase(List<Setting> set) {
        Path file = (Files.exists(base.resolve("config.yaml")) ? FamilyArgument.file(base) : base)
                .toAbsolutePath()
                .normalize();
        Optional<FamilyDescription> family = Files.isDirectory(file) || FileContent.isOnnx(file)
                ? Optional.empty()
                : FamilyDescription.of(SafetensorsFile.open(file), Installed.kinds());
        boolean chosen = family.stream()
                .flatMap(described -> described.members().stream())
                .anyMatch(kept -> kept.name().equals(Role.CHOSEN.toString()));
        String picked = member == null && chosen ? Role.CHOSEN.toString() : member;
        Base begun = new Base(file.toString(), picked, weights(weights), null, null, null, frozen);
        if (picked == null) {
            return recipe(recipe, set, data, epochs, options).over(begun, family.isPresent());
        }
        Recipe read = recipe(recipe, set, data, null, options).from(begun);
        return epochs == null ? read : read.with(read.data(), read.train().withEpochs(epochs));
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
        boolean inherited = chosen.base() != null && chosen.base().weights() == Base.Weights.INHERITED;
        return inherited ? chosen.base().seed(Installed.kinds()).orElse(0) : 0;
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
                (data == null ? read.data() : read.data().withSource(data)).withPlaces(TrainCommand::anywhere);
        return read.with(source, epochs == null ? read.train() : read.train().withEpochs(epochs));
    }

    /** A recipe with its data shared out otherwise, where that is asked for. */
    static Recipe split(Recipe recipe, String given) {
        return given == null ? recipe : recipe.with(recipe.data().withShares(SplitShares.parse(given)), recipe.train());
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
