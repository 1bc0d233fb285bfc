package dev.weft.cli;

import dev.weft.data.DataCatalog;
import dev.weft.data.DataInspection;
import dev.weft.data.DataListing;
import dev.weft.data.ImageListing;
import dev.weft.data.TextInspection;
import dev.weft.data.TextListing;
import dev.weft.io.WeftCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "data",
        description = "List the data sets, or look into images or text of your own.",
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
            description = {
                "What to look into: a data set by name, or a folder of IDX files (MNIST), CIFAR binary files,",
                "image record files, or one sub-folder of PNG and JPEG files per class; or a file of UTF-8 text, or a",
                "folder of .txt files."
            })
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
        end(text, found.problems(), "RECIPE");
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
        end(text, found.problems(), "smoke");
        return text;
    }

    /** @param recipe what to train with, where nothing must be mended */
    private void end(List<String> text, List<String> problems, String recipe) {
        problems.forEach(problem -> text.add("PROBLEM " + problem));
        text.add(
                problems.isEmpty()
                        ? "Ready: "
                                + WeftCommand.of("train", recipe, "--data")
                                        .path(Path.of(source))
                                        .and("--out", "RUN")
                        : "Mend the problems above, then look again.");
    }

    private static String size(DataInspection found) {
        String smallest = found.minHeight() + "x" + found.minWidth();
        String largest = found.maxHeight() + "x" + found.maxWidth();
        return smallest.equals(largest) ? smallest : "from " + smallest + " to " + largest;
    }
}
