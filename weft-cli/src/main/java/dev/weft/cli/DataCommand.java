package dev.weft.cli;

import dev.weft.data.DataCatalog;
import dev.weft.data.DataInspection;
import dev.weft.data.DataListing;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "data",
        description = "List the data sets, or look into a folder of images.",
        footerHeading = "%nExamples:%n",
        footer = {"  weft data", "  weft data my-images    exit code 2 when something in the folder must be mended"})
final class DataCommand implements Callable<Integer> {
    @Mixin
    private GlobalOptions options;

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME_OR_DIR",
            description = {
                "What to look into: a data set by name, or a folder of IDX files (MNIST), CIFAR binary files,",
                "image record files, or one sub-folder of PNG and JPEG files per class."
            })
    private String source;

    @Override
    public Integer call() {
        if (source == null) {
            list();
            return ExitCode.DONE;
        }
        DataInspection found = DataCatalog.inspect(source);
        options.result(found, text(found));
        return found.problems().isEmpty() ? ExitCode.DONE : ExitCode.USAGE;
    }

    private void list() {
        List<DataListing> all = DataCatalog.list();
        List<String> text = new ArrayList<>();
        for (DataListing data : all) {
            text.add(String.format(
                    "%-18s %s train, %s test, %d classes, %s, %s",
                    data.name(),
                    Text.count(data.train()),
                    Text.count(data.test()),
                    data.classes(),
                    data.image(),
                    data.licence()));
            text.add(String.format("%-18s %s: %s", "", data.available() ? "here" : "not installed", data.howTo()));
        }
        text.add("Folders of your own: weft data DIR, then weft train RECIPE --data DIR --out RUN");
        options.result(all, text);
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
            text.add(String.format("%-7s %s images", part.name(), Text.count(part.images())));
            for (int c = 0; c < part.perClass().size(); c++) {
                text.add(String.format(
                        "        %8s  %s",
                        Text.count(part.perClass().get(c)), found.classes().get(c)));
            }
        }
        found.notes().forEach(note -> text.add("note    " + note));
        found.problems().forEach(problem -> text.add("PROBLEM " + problem));
        text.add(
                found.problems().isEmpty()
                        ? "Ready: weft train smoke --data " + Shell.quote(source) + " --out RUN"
                        : "Mend the problems above, then look again.");
        return text;
    }

    private static String size(DataInspection found) {
        String smallest = found.minHeight() + "x" + found.minWidth();
        String largest = found.maxHeight() + "x" + found.maxWidth();
        return smallest.equals(largest) ? smallest : "from " + smallest + " to " + largest;
    }
}
