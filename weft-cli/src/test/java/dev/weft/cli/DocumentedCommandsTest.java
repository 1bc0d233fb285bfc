package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Every {@code ./weft} command line of the README and the pages of docs is one that the program understands. */
class DocumentedCommandsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern COMMAND = Pattern.compile("\\./weft((?: +(?:\"[^\"]*\"|[^\\s`#()|>]+))+)");

    static Set<String> commandLines() throws IOException {
        Set<String> found = new LinkedHashSet<>();
        try (Stream<Path> pages = Stream.concat(Files.list(ROOT), Files.walk(ROOT.resolve("docs")))) {
            for (Path page :
                    pages.filter(p -> p.toString().endsWith(".md")).sorted().toList()) {
                Matcher command = COMMAND.matcher(Files.readString(page));
                while (command.find()) {
                    found.add(command.group(1).strip());
                }
            }
        }
        return found;
    }

    @ParameterizedTest
    @MethodSource("commandLines")
    void isUnderstood(String commandLine) {
        List<String> words = Pattern.compile("\"([^\"]*)\"|\\S+")
                .matcher(commandLine)
                .results()
                .map(word -> word.group(1) == null ? word.group() : word.group(1))
                .toList();
        CommandLine weft = Main.commandLine();
        if (words.get(0).equals("COMMAND")) {
            return; // stands for any of them
        }
        if (words.size() == 1 && !words.get(0).startsWith("-")) {
            assertThat(weft.getSubcommands()).containsKey(words.get(0)); // named, not called
        } else {
            assertThatCode(() -> weft.parseArgs(words.toArray(String[]::new))).doesNotThrowAnyException();
        }
    }
}
