package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;

/** Every description in the help is understood without its neighbours, and says what holds unless something is given. */
class HelpTextTest {
    /** Beginnings of fragments, which lean on the name of the option or on the line above. */
    private static final List<String> FRAGMENTS = List.of(
            "Of ",
            "That ",
            "By which",
            "In place",
            "Other than",
            "Which ",
            "What ",
            "Whose ",
            "Where ",
            "As in",
            "Its ",
            "How often",
            "How long");

    static Stream<CommandLine> commands() {
        return withSubcommands(Main.commandLine());
    }

    private static Stream<CommandLine> withSubcommands(CommandLine command) {
        return Stream.concat(
                Stream.of(command), command.getSubcommands().values().stream().flatMap(HelpTextTest::withSubcommands));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void isPlainSentences(CommandLine command) {
        assertPlain(
                command.getCommandName(),
                String.join(" ", command.getCommandSpec().usageMessage().description()));
        for (ArgSpec argument : command.getCommandSpec().args()) {
            assertPlain(argument.toString(), String.join(" ", argument.description()));
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void saysTheDefaultOfEveryArgument(CommandLine command) {
        assertThat(command.getCommandSpec().args()).allSatisfy(argument -> {
            if (argument.defaultValue() != null) {
                assertThat(String.join(" ", argument.description()))
                        .contains("(default: " + argument.defaultValueString() + ")");
            }
        });
    }

    private static void assertPlain(String of, String description) {
        assertThat(description).as(of).matches("[A-Z].*\\.").doesNotContain("  ");
        assertThat(FRAGMENTS).as(of + ": " + description).noneMatch(description::startsWith);
    }
}
