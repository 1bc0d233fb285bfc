package dev.weft.cli;

import dev.weft.io.InputException;
import dev.weft.io.WeftCommand;
import java.nio.file.Files;
import java.nio.file.Path;

/** The folder of a run, as an argument. */
final class RunFolders {
    private RunFolders() {}

    static boolean is(Path folder) {
        return Files.exists(folder.resolve("config.yaml"));
    }

    /** @throws InputException when the folder holds no run */
    static void require(Path folder) {
        if (!is(folder)) {
            throw new InputException(folder + " must be the folder of a run, but has no config.yaml. Train one with: "
                    + WeftCommand.of("train", "RECIPE").path("--out", folder));
        }
    }
}
