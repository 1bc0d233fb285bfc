package dev.weft.cli;

import dev.weft.export.OnnxFile;
import dev.weft.io.FileContent;
import dev.weft.io.InputException;
import dev.weft.run.RunFolder;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Parameters;

/** The positional argument MODEL, of commands that take an exported file as well; use it as {@code @Mixin ModelArgument model;}. */
final class ModelArgument {
    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description = "An exported member (ONNX), a family's file, the folder of its run, or an extracted model.")
    private Path given;

    /**
     * The exported file that was given; empty where it is a family. Loads no libtorch.
     *
     * @param member what the option --member says, or null
     * @throws dev.weft.export.InvalidInputException when it is an ONNX file that Weft did not write, or a member is asked of it
     */
    Optional<OnnxFile> exported(String member) {
        if (!FileContent.isOnnx(given)) {
            return Optional.empty();
        }
        if (member != null) {
            throw new InputException(
                    "--member picks from a family, but " + given + " is one exported member. Leave it out.");
        }
        return Optional.of(OnnxFile.read(given));
    }

    /** Does what {@link FamilyArgument#file()} does. */
    Path file() {
        return FamilyArgument.file(given);
    }

    /** Does what {@link FamilyArgument#openRun} does. */
    Optional<RunFolder> openRun(GlobalOptions options) {
        return FamilyArgument.openRun(given, options);
    }

    /** The path as it was given. */
    Path given() {
        return given;
    }
}
