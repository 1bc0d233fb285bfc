package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class MainTest {
    /** These print something that is no result, or nothing. */
    private static final List<String> WITHOUT_JSON = List.of("completion");

    static List<String> commandNames() {
        return Main.COMMANDS.stream()
                .map(entry -> new CommandLine(entry.command().get()).getCommandName())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("commandNames")
    void everyCommandHasHelpWithAnExample(String command) {
        Run run = Run.weft(command, "--help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .startsWith("Usage: weft " + command)
                .containsPattern("(?m)^Examples?:$")
                .containsPattern("(?m)^  .*weft " + command);
    }

    @ParameterizedTest
    @MethodSource("commandNames")
    void everyCommandThatYieldsAResultHasJson(String command) {
        if (!WITHOUT_JSON.contains(command)) {
            assertThat(Run.weft(command, "--help").out()).contains("--json").contains("--verbose");
        }
    }

    @ParameterizedTest
    @MethodSource("commandNames")
    void everyCommandIsOneLineOfTheGroupedHelp(String command) {
        assertThat(Run.weft("--help").out().lines().filter(line -> line.startsWith("  " + command + " ")))
                .hasSize(1)
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    }

    @ParameterizedTest
    @MethodSource("commandNames")
    void everyCommandRefusesAnUnknownOptionWithOneLine(String command) {
        Run run = Run.weft(command, "--no-such-option");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).hasSize(1).allSatisfy(line -> assertThat(line)
                .startsWith("weft: ")
                .contains("(see: weft " + command + " --help)"));
    }

    @Test
    void noCommandShowsTheHelpAndIsBadUsage() {
        Run run = Run.weft();
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("Usage: weft").contains("doctor");
    }

    @Test
    void misspeltCommandIsSuggested() {
        Run run = Run.weft("docter");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("Did you mean doctor?").contains("(see: weft --help)");
    }

    @Test
    void misspeltOptionIsSuggested() {
        assertThat(Run.weft("doctor", "--jsom").err()).contains("Did you mean --json?");
    }

    @Test
    void versionIsFilledInByTheBuild() {
        Run run = Run.weft("--version");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).matches("weft \\d+\\.\\d+\\.\\d+.*\\R");
        assertThat(Version.of("libtorch")).matches("\\d+\\..*");
    }
}
