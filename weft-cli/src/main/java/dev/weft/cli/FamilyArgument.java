package dev.weft.cli;

import dev.weft.io.InputException;
import dev.weft.io.WeftCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** The positional argument FAMILY; use it as {@code @Mixin FamilyArgument family;}. */
final class FamilyArgument {
    static final String FILE = "family.safetensors";

    @Parameters(
            index = "0",
            paramLabel = "FAMILY",
            description = "A family's file, the folder of its run, or an extracted model (safetensors).")
    private Path given;

    /**
     * The file to open.
     *
     * @throws InputException when a folder is given that holds no trained family
     */
    Path file() {
        return file(given);
    }

    /** As {@link #file()}, of a family that an option names. */
    static Path file(Path given) {
        if (!Files.isDirectory(given)) {
            return given;
        }
        Path file = given.resolve(FILE);
        if (!Files.exists(file)) {
            throw new InputException(
                    Files.exists(given.resolve("config.yaml"))
                            ? given + " holds a run whose training is not finished, so it has no " + FILE
                                    + " yet. Continue it with: "
                                    + WeftCommand.of("resume").path(given)
                            : given + " must be the folder of a run, or a family's file, but has no " + FILE
                                    + ". Train one with: " + WeftCommand.of("train", "RECIPE", "--out", "DIR"));
        }
        return file;
    }

    /** As it was given, for commands that are to be repeated. */
    Path given() {
        return given;
    }
}
