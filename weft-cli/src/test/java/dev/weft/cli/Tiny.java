package dev.weft.cli;

import dev.weft.pick.TinyRun;
import java.nio.file.Path;

/** A run so small that training takes a second or two. */
final class Tiny {
    private Tiny() {}

    /** A trained run in {@code folder/my run}, with the data in {@code folder/my data}: paths with spaces everywhere. */
    static Path run(Path folder) {
        Path recipe = TinyRun.recipe(folder.resolve("tiny recipe.yaml"), TinyRun.data(folder.resolve("my data")), 3);
        Path run = folder.resolve("my run");
        Run trained = Run.weft("train", recipe.toString(), "--out", run.toString(), "--seed", "1", "--json");
        if (trained.exitCode() != ExitCode.DONE) {
            throw new IllegalStateException(trained.err());
        }
        return run;
    }
}
