package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Real processes, real signals: {@code kill -INT}. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill command")
@Timeout(60)
class InterruptTest {
    private Process process;
    private BufferedReader lines;

    /** Works until it is asked to stop; the argument says for how long it then still works. */
    static final class Work {
        public static void main(String[] args) throws InterruptedException {
            PrintWriter err = new PrintWriter(System.err, true);
            try (Interrupt interrupt = Interrupt.watch(err)) {
                err.println("working");
                while (!interrupt.getAsBoolean()) {
                    Thread.sleep(5);
                }
                Thread.sleep(Long.parseLong(args[0]));
                err.println("checkpoint written");
                System.exit(interrupt.getAsBoolean() ? ExitCode.INTERRUPTED : ExitCode.DONE);
            }
        }
    }

    /** Had an interrupt watched, and has closed it. */
    static final class Unwatched {
        public static void main(String[] args) throws InterruptedException {
            PrintWriter err = new PrintWriter(System.err, true);
            Interrupt.watch(err).close();
            err.println("working");
            Thread.sleep(60_000);
        }
    }

    @AfterEach
    void kill() {
        process.destroyForcibly();
    }

    private void start(Class<?> main, String... args) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName());
        builder.command().addAll(List.of(args));
        process = builder.redirectErrorStream(true).start();
        lines = process.inputReader();
        assertThat(lines.readLine()).isEqualTo("working");
    }

    private void press() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    private void awaitNotice() throws IOException {
        assertThat(lines.readLine()).isEmpty();
        assertThat(lines.readLine()).contains("stopping after this step");
    }

    @Test
    void firstCtrlCLetsTheStepEnd() throws Exception {
        start(Work.class, "0");
        press();
        awaitNotice();
        assertThat(lines.readLine()).isEqualTo("checkpoint written");
        assertThat(process.waitFor()).isEqualTo(130);
    }

    @Test
    void secondCtrlCEndsAtOnce() throws Exception {
        start(Work.class, "60000");
        press();
        awaitNotice();
        press();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(130);
        assertThat(lines.readLine()).isNull();
    }

    @Test
    void unwatchedCtrlCEndsWith130() throws Exception {
        start(Unwatched.class);
        press();
        assertThat(process.waitFor()).isEqualTo(130);
    }
}
