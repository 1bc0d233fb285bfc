package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.pick.TinyRun;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C in real training, in a process of its own. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill command")
@Timeout(120)
class TrainInterruptTest {
    @TempDir
    Path folder;

    @Test
    void ctrlCWritesACheckpointAndResumeFinishes() throws Exception {
        Path recipe = TinyRun.recipe(folder.resolve("tiny recipe.yaml"), TinyRun.data(folder.resolve("my data")), 40);
        Path run = folder.resolve("my run");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "train",
                recipe.toString(),
                "--out",
                run.toString());
        Process process = builder.start();
        try (BufferedReader err = process.errorReader()) {
            String line = err.readLine();
            while (line != null && !line.startsWith("train step 10:")) {
                line = err.readLine();
            }
            assertThat(line).as("the first evaluation").isNotNull();
            new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                    .start()
                    .waitFor();
            String rest = err.lines().collect(Collectors.joining("\n"));
            assertThat(process.waitFor()).as(rest).isEqualTo(ExitCode.INTERRUPTED);
            assertThat(rest).contains("stopping after this step").contains("with a checkpoint");
            assertThat(process.inputReader().lines().collect(Collectors.joining("\n")))
                    .contains("weft resume '" + run + "'");
        } finally {
            process.destroyForcibly();
        }
        Run resumed = Run.weft("resume", run.toString(), "--json");
        assertThat(resumed.exitCode()).as(resumed.err()).isZero();
        assertThat(resumed.err()).contains("going on after step");
        assertThat(resumed.json().get("steps").asLong()).isEqualTo(400);
    }
}
