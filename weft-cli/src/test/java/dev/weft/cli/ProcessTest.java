package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What only a process of its own can show: its environment, its standard output and its exit code. */
@Timeout(60)
class ProcessTest {
    private record Ended(int exitCode, String out) {}

    private static ProcessBuilder command(String... args) {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Dfile.encoding=US-ASCII",
                Main.class.getName());
        builder.command().addAll(List.of(args));
        return builder;
    }

    private static Ended weft(Map<String, String> environment, String... args)
            throws IOException, InterruptedException {
        ProcessBuilder builder = command(args);
        builder.environment().putAll(environment);
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), out);
    }

    /** One whose standard output goes to {@code file}; {@code out} is its standard error. */
    private static Ended into(File file, String... args) throws IOException, InterruptedException {
        Process process = command(args).redirectOutput(file).start();
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), err);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aNameThatTheLocaleCannotWriteIsOneLine() throws Exception {
        List<String> words = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" \"$(printf '\\303\\274')\"", "sh"));
        words.addAll(command("inspect", "--json").command());
        ProcessBuilder builder = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(ExitCode.USAGE);
        assertThat(out).contains("needs a locale of UTF-8: LC_ALL=C.UTF-8");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskUnderStandardOutputIsOneLineAndNotDone() throws Exception {
        for (String[] args : List.of(
                new String[] {"--help"},
                new String[] {"--version"},
                new String[] {"completion", "bash"},
                new String[] {"data"},
                new String[] {"data", "--json"})) {
            Ended ended = into(new File("/dev/full"), args);
            assertThat(ended.exitCode()).as(String.join(" ", args)).isEqualTo(ExitCode.ENVIRONMENT);
            assertThat(ended.out().lines())
                    .containsExactly(
                            "weft: Standard output must take the whole result, but it is incomplete: No space left on"
                                    + " device. Make room, or send it elsewhere.");
        }
        // A failure of its own is what the command is about.
        assertThat(into(new File("/dev/full"), "inspect", "none", "--json").exitCode())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aReaderThatHasEnoughIsNoErrorToTalkAbout() throws Exception {
        Process process = command("data", "--json").start();
        process.getInputStream().close();
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(ExitCode.READER_GONE);
        assertThat(err).isEmpty();
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
        assertThat(ended.out()).contains("\"exitCode\": 2");
    }
}
