package dev.weft.cli;

import dev.weft.io.EnvironmentException;
import dev.weft.io.InputException;
import dev.weft.results.RunReports;
import java.nio.file.Files;
import java.nio.file.Path;

/** The page of a run, which every command that adds something to the run writes anew. */
final class RunPage {
    private RunPage() {}

    /**
     * Does what adds to the page, and writes it. A folder that cannot be written is left as it is; anything else that fails is said in
     * a line and fails no command, because what was asked for is done.
     *
     * @param given a folder of a run; a file has no page
     */
    static void update(Path given, GlobalOptions options, Runnable addition) {
        if (!Files.exists(given.resolve("config.yaml")) || !Files.isWritable(given)) {
            return;
        }
        try {
            addition.run();
            RunReports.write(given, Installed.kinds());
        } catch (InputException | EnvironmentException e) {
            options.err().println("note: the page of the run is as it was: " + e.getMessage());
            options.err().flush();
        }
    }

    /** Does what {@link #update(Path, GlobalOptions, Runnable)} does, for what is in the run already. */
    static void update(Path given, GlobalOptions options) {
        update(given, options, () -> {});
    }
}
