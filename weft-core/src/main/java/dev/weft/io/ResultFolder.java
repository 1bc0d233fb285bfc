package dev.weft.io;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells the folders that Weft writes its results into, by what lies in them: a run, a trust report (which is a run too) and a
 * reproduced experiment. Where data is read they are passed over, so that a run may lie in the folder of its data.
 */
public final class ResultFolder {
    private ResultFolder() {}

    public static boolean is(Path folder) {
        return Files.exists(folder.resolve("run.lock"))
                || Files.exists(folder.resolve("config.yaml")) && Files.exists(folder.resolve("run.db"))
                || Files.exists(folder.resolve("experiment.json"));
    }
}
