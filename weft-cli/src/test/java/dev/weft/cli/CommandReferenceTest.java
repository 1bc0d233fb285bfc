package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** docs/cli.md names every command, and every option of it in the command's own section. */
class CommandReferenceTest {
    /** Told once, for all commands. */
    private static final List<String> OF_ALL = List.of("--help", "--json", "--verbose");

    static Stream<CommandLine> commands() {
        return Main.commandLine().getSubcommands().values().stream();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void hasASectionWithEveryOption(CommandLine command) throws IOException {
        String page = Files.readString(Path.of("..", "docs", "cli.md"));
        String heading = "### weft " + command.getCommandName() + "\n";
        assertThat(page).contains(heading);
        String section =
                page.substring(page.indexOf(heading) + heading.length()).split("\n### ", 2)[0];
        for (OptionSpec option : command.getCommandSpec().options()) {
            if (!OF_ALL.contains(option.longestName())) {
                assertThat(section).contains("`" + option.longestName());
            }
        }
        assertThat(section.lines().filter(line -> line.startsWith("| `--")).map(line -> line.split("[` ]+")[1]))
                .allSatisfy(name -> assertThat(command.getCommandSpec().findOption(name))
                        .as(name)
                        .isNotNull());
    }
}
