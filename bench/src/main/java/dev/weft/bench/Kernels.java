package dev.weft.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Which of its kernels OpenBLAS has chosen in a process: it says so on standard error as soon as it is loaded, where it is asked to.
 * It chooses by the processor, unless {@code OPENBLAS_CORETYPE} in the environment names another kind; kernels of another kind may take
 * twice as long.
 */
final class Kernels {
    /** What a process needs in its environment, to say so. */
    static final Map<String, String> ASKED = Map.of("OPENBLAS_VERBOSE", "2");

    private static final String SAID = "Core: ";
    private static final String SILENT = "none named: another library than OpenBLAS, or none yet";
    private static final int PATIENCE_SECONDS = 5;

    private final CompletableFuture<String> name = new CompletableFuture<>();

    /** Hears what a process says on standard error, until it ends; the rest goes to {@code others}. */
    void listen(BufferedReader errors, PrintStream others) {
        try (errors) {
            for (String line = errors.readLine(); line != null; line = errors.readLine()) {
                if (line.startsWith(SAID)) {
                    name.complete(line.substring(SAID.length()).strip());
                } else {
                    others.println(line);
                }
            }
        } catch (IOException e) {
            others.println("bench: what a process said is lost: " + e.getMessage());
        }
        name.complete(SILENT);
    }

    /** The name, such as {@code SkylakeX}, of a process that has loaded its libraries. */
    String name() {
        return name.copy()
                .completeOnTimeout(SILENT, PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
    }
}
