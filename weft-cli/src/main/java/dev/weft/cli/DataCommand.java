package dev.weft.cli;

import dev.weft.data.DataCatalog;
import dev.weft.data.DataInspection;
import dev.weft.data.DataListing;
import dev.weft.data.FolderOptions;
import dev.weft.data.ImageListing;
import dev.weft.data.TextInspection;
import dev.weft.data.TextListing;
import dev.weft.export.InvalidInputException;
import dev.weft.io.WeftCommand;
import dev.weft.model.ImageInput;
import dev.weft.recipe.Recipe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "data",
        description = "List the data sets, or check images or text of your own.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} data",
            "  ${ROOT-COMMAND-NAME} data my-images    exit code 2 when something in the folder must be mended",
            "  ${ROOT-COMMAND-NAME} data my-book.txt"
        })
final class DataCommand implements Callable<Integer> {
    @Mixin
    private GlobalOptions options;

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME_OR_PATH",
            description = "The data to check: a data set by name; a folder of IDX files (MNIST), CIFAR binary files, "
                    + "image record files, or one sub-folder of pictures per class; a file of UTF-8 text; or a "
                    + "folder of .txt files.")
    private String source;

    @Override
    public Integer call() {
        if (source == null) {
            list();
            return ExitCode.DONE;
        }
        List<String> problems;
        if (DataCatalog.isText(source)) {
            TextInspection found = DataCatalog.inspectText(source);
            options.result(found, text(found));
            problems = found.problems();
        } else {
            DataInspection found = DataCatalog.inspect(source);
            options.result(found, text(found));
            problems = found.problems();
        }
        return problems.isEmpty() ? ExitCode.DONE : ExitCode.USAGE;
    }

    private void list() {
        List<DataListing> all = DataCatalog.list();
        List<String> text = new ArrayList<>();
        for (DataListing data : all) {
            text.add(String.format(Locale.ROOT, "%-18s %s, %s", data.name(), holds(data), data.licence()));
            text.add(String.format(
                    Locale.ROOT, "%-18s %s: %s", "", data.available() ? "here" : "not installed", data.howTo()));
        }
        text.add("Your own: " + WeftCommand.of("data", "PATH") + ", then "
                + WeftCommand.of("train", "RECIPE", "--data", "PATH", "--out", "RUN"));
        options.result(all, text);
    }

    private static String holds(DataListing data) {
        if (data instanceof ImageListing images) {
            return "images: " + Text.count(images.train()) + " train, " + Text.count(images.test()) + " test, "
                    + images.classes() + " classes, " + images.image();
        }
        if (data instanceof TextListing text) {
            return "text: " + Text.count(text.characters()) + " characters, " + text.distinctCharacters()
                    + " different";
        }
        throw new IllegalStateException("a kind of listing that is not shown: " + data);
    }

    private List<String> text(TextInspection found) {
        List<String> text = new ArrayList<>();
        text.add(source + ": text, " + Text.count(found.files()) + (found.files() == 1 ? " file" : " files"));
        if (found.problems().isEmpty()) {
            text.add("size    " + Text.count(found.characters()) + " characters, "
                    + Text.count(found.distinctCharacters()) + " different; " + Text.count(found.lines())
                    + (found.lines() == 1 ? " line" : " lines"));
            text.add("begins  \"" + found.firstLine() + "\"");
            text.add("tokens  by character: " + Text.count(found.distinctCharacters()) + " kinds; the line above is "
                    + found.firstTokens().stream().map(String::valueOf).collect(Collectors.joining(" ")));
        }
        found.notes().forEach(note -> text.add("note    " + note));
        end(text, found.problems(), "lm-quick", recipe -> recipe.data().open(0));
        return text;
    }

    private List<String> text(DataInspection found) {
        List<String> text = new ArrayList<>();
        text.add(source + ": " + found.kind() + ", " + Text.count(found.images()) + " images, "
                + found.classes().size() + " classes");
        if (found.images() > 0) {
            text.add("size    " + size(found) + ", " + Text.count(found.grey()) + " grey, " + Text.count(found.colour())
                    + " colour");
        }
        for (DataInspection.Part part : found.parts()) {
            text.add(String.format(Locale.ROOT, "%-7s %s images", part.name(), Text.count(part.images())));
            for (int c = 0; c < part.perClass().size(); c++) {
                text.add(String.format(
                        Locale.ROOT,
                        "        %8s  %s",
                        Text.count(part.perClass().get(c)),
                        found.classes().get(c)));
            }
        }
        found.notes().forEach(note -> text.add("note    " + note));
        if (found.splits().train() > 0) {
            text.add("splits  " + Text.count(found.splits().train()) + " to train, "
                    + Text.count(found.splits().selection()) + " to select, "
                    + Text.count(found.splits().report()) + " to report (--split 70/15/15 sets the shares)");
        }
        if (found.splits().unfit() != null) {
            text.add("It can be read, but not trained on. " + found.splits().unfit());
            return text;
        }
        end(text, found.problems(), "smoke", recipe -> recipe.on(input(found), Installed.kinds()));
        return text;
    }

    /**
     * Proposes a command that works, or says why none can be proposed.
     *
     * @param name of a recipe to train with, where nothing must be mended and it fits
     * @param fit fails where that recipe does not fit the data
     */
    private void end(List<String> text, List<String> problems, String name, Consumer<Recipe> fit) {
        problems.forEach(problem -> text.add("PROBLEM " + problem));
        if (!problems.isEmpty()) {
            text.add("Mend the problems above, then look again.");
            return;
        }
        try {
            fit.accept(TrainCommand.recipe(name, List.of(), source, null, options));
            text.add("Ready: " + train(name));
        } catch (InvalidInputException e) {
            text.add("The recipe " + name + " does not fit: " + e.getMessage());
            text.add("A recipe of your own may: " + train("RECIPE"));
        }
    }

    private WeftCommand train(String recipe) {
        return WeftCommand.of("train", recipe, "--data").path(Path.of(source)).and("--out", "RUN");
    }

    /** What a model would read, but for mean and deviation, which decide no fit. */
    private static ImageInput input(DataInspection found) {
        boolean own = found.minHeight() == found.maxHeight()
                && found.minWidth() == found.maxWidth()
                && found.minHeight() == found.minWidth()
                && found.minHeight() <= FolderOptions.MAX_COMMON_SIDE;
        int channels = found.colour() > 0 ? 3 : 1;
        return new ImageInput(
                channels,
                own ? found.minHeight() : FolderOptions.DEFAULT_SIDE,
                Collections.nCopies(channels, 0.0),
                Collections.nCopies(channels, 1.0),
                found.classes());
    }

    private static String size(DataInspection found) {
        String smallest = found.minHeight() + "x" + found.minWidth();
        String largest = found.maxHeight() + "x" + found.maxWidth();
        return smallest.equals(largest) ? smallest : "from " + smallest + " to " + largest;
    }
}
