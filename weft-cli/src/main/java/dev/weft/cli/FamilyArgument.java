package dev.weft.cli;

import dev.weft.io.FileContent;
import dev.weft.io.InputException;
import dev.weft.io.WeftCommand;
import dev.weft.run.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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

    /** Does what {@link #file()} does, for a family that an option names. */
    static Path file(Path given) {
        if (FileContent.isOnnx(given)) {
            throw new InputException(
                    given + " must be a family's file or the folder of its run, but is an exported member"
                            + " (ONNX). What it says of itself, its proof and costs among it, shows: "
                            + WeftCommand.of("inspect").path(given));
        }
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

    /** The run that was given, as far as it can be noted there what is done; empty for a file, and for a folder that is read-only. */
    Optional<RunFolder> openRun(GlobalOptions options) {
        return openRun(given, options);
    }

    static Optional<RunFolder> openRun(Path given, GlobalOptions options) {
        if (!Files.exists(given.resolve("config.yaml"))) {
            return Optional.empty();
        }
        if (!Files.isWritable(given)) {
            options.err()
                    .println("note: " + given
                            + " is read-only, so the run does not remember what was measured and exported");
            return Optional.empty();
        }
        return Optional.of(RunFolder.open(given));
    }

    /** The path as it was given, for commands that are to be repeated. */
    Path given() {
        return given;
    }
}
