package dev.weft.cli;

import dev.weft.data.DataCatalog;
import dev.weft.io.InputException;
import dev.weft.io.OutputFiles;
import dev.weft.io.SafetensorsFile;
import dev.weft.model.FamilyDescription;
import dev.weft.recipe.DataProvenance;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipes;
import dev.weft.recipe.RunSettings;
import dev.weft.run.RunFolder;
import dev.weft.train.StoredRun;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Compares what a command is about to write with all that it reads, before it begins: every command goes through here because it is
 * a command. What is read follows from the arguments: files and folders, the run that they belong to, the recipe, the data.
 */
final class Outputs {
    private static final List<String> DATA_LABELS = List.of("NAME_OR_DIR", "NAME_OR_PATH");

    /** A command that writes more files than its options name. */
    interface More {
        /** The paths of these outputs, each with the option that it follows from. */
        Map<Path, String> moreOutputs();
    }

    private final OutputFiles files = new OutputFiles();

    private Outputs() {}

    /** @throws InputException when an output is an input, two outputs are one file, or one is a folder */
    static void check(CommandSpec command) {
        List<ArgSpec> outputs = command.args().stream()
                .filter(argument -> isWritten(argument) && argument.getValue() instanceof Path)
                .toList();
        if (outputs.isEmpty() && !(command.userObject() instanceof More)) {
            return;
        }
        Outputs gate = new Outputs();
        command.args().stream().filter(argument -> !isWritten(argument)).forEach(gate::read);
        outputs.stream().filter(output -> !isFolder(output)).forEach(o -> gate.files.writes(name(o), o.getValue()));
        outputs.stream().filter(Outputs::isFolder).forEach(o -> gate.files.writesInto(name(o), o.getValue()));
        if (command.userObject() instanceof More more) {
            more.moreOutputs().forEach((file, option) -> gate.files.writes(option, file));
        }
    }

    static boolean isWritten(ArgSpec argument) {
        return argument.userObject() instanceof Field field && field.isAnnotationPresent(Written.class);
    }

    private static boolean isFolder(ArgSpec output) {
        return output.paramLabel().equals("DIR");
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }

    private void read(ArgSpec argument) {
        Object value = argument.getValue();
        if (value instanceof Path path) {
            file(name(argument), path);
        } else if (value instanceof Collection<?> several) {
            several.stream()
                    .filter(Path.class::isInstance)
                    .map(Path.class::cast)
                    .forEach(path -> file(name(argument), path));
        } else if (value instanceof String text && DATA_LABELS.contains(argument.paramLabel())) {
            data(text);
        } else if (value instanceof String text && argument.paramLabel().equals("RECIPE")) {
            recipe(text);
        }
    }

    private void file(String what, Path path) {
        files.reads(what, path);
        Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
        if (folder == null || !Files.exists(folder.resolve("config.yaml"))) {
            quietly(() -> DataProvenance.of(notes(path), Installed.kinds())
                    .ifPresent(origin -> data(origin.data().source())));
        } else if (folder.equals(path) || RunFolder.isOwn(path.getFileName().toString())) {
            RunFolder.protect(folder, files);
            quietly(() -> {
                RunSettings settings = StoredRun.settings(folder, Installed.kinds());
                data(settings.recipe().data().source());
            });
        }
    }

    private static Map<String, String> notes(Path file) {
        return Files.isRegularFile(file)
                ? FamilyDescription.of(SafetensorsFile.open(file), Installed.kinds())
                        .map(FamilyDescription::notes)
                        .orElse(Map.of())
                : Map.of();
    }

    private void recipe(String fileOrName) {
        quietly(() -> {
            if (!Recipes.NAMES.contains(fileOrName)) {
                files.reads("the recipe", Path.of(fileOrName));
            }
            DataSettings settings =
                    Recipes.read(fileOrName, List.of(), Installed.kinds()).data();
            data(settings.source());
            settings.files().forEach(file -> files.reads("a file of the data", Path.of(file)));
        });
    }

    private void data(String source) {
        quietly(() -> {
            if (DataCatalog.list().stream().noneMatch(known -> known.name().equals(source))) {
                Path place = Path.of(source);
                files.reads("the data", place);
                if (Files.isDirectory(place)) {
                    Path real = OutputFiles.real(place);
                    files.keeps("what is read as data", file -> file.startsWith(real) && DataCatalog.isDataFile(file));
                }
            }
        });
    }

    /** What cannot be read is no input; the command itself says so. */
    private static void quietly(Runnable reading) {
        try {
            reading.run();
        } catch (InputException | InvalidPathException e) {
            // said by the command
        }
    }
}
