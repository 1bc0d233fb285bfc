package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only a process of its own can show: its environment, its standard output and its exit code. */
@Timeout(60)
class ProcessTest {
    private record Ended(int exitCode, String out) {}

    private static Ended weft(Map<String, String> environment, String... args)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Dfile.encoding=US-ASCII",
                Main.class.getName());
        builder.command().addAll(List.of(args));
        builder.environment().putAll(environment);
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), out);
    }

    @Test
    void noColorWins() throws Exception {
        assertThat(weft(Map.of("CLICOLOR_FORCE", "1"), "--help").out()).contains("\u001b[");
        assertThat(weft(Map.of("CLICOLOR_FORCE", "1", "NO_COLOR", "1"), "--help")
                        .out())
                .contains("doctor")
                .doesNotContain("\u001b");
    }

    @Test
    void aDumbTerminalGetsPlainText() throws Exception {
        assertThat(weft(Map.of("CLICOLOR_FORCE", "1", "TERM", "dumb"), "--help").out())
                .contains("doctor")
                .doesNotContain("\u001b");
    }

    @Test
    void theExitCodeReachesTheShell() throws Exception {
        assertThat(weft(Map.of(), "--version").exitCode()).isZero();
        Ended ended = weft(Map.of(), "doctor", "--größe", "--json");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.out()).contains("\"exitCode\" : 2");
    }
}
