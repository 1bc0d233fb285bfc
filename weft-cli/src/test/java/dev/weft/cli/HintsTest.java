package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.io.WeftCommand;
import dev.weft.pick.TinyRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever command line the program prints can be pasted into the shell that it was called from. */
class HintsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    /** A string of Java source; good enough where no comment holds a lone quotation mark before one. */
    private static final Pattern LITERAL = Pattern.compile("\"(?:[^\"\\\\\n]|\\\\.)*\"");

    @TempDir
    Path folder;

    /** They would begin with a name that is on nobody's PATH. */
    @Test
    void commandLinesAreMadeInOnePlace() throws IOException {
        Pattern command = Pattern.compile("\\bweft (" + String.join("|", MainTest.commandNames()) + ")\\b");
        List<String> found = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path sources : modules.map(m -> m.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .sorted()
                    .toList()) {
                try (Stream<Path> files = Files.walk(sources)) {
                    for (Path file :
                            files.filter(f -> f.toString().endsWith(".java")).toList()) {
                        String code = Files.readString(file).replaceAll("(?m)^\\s*(?:/?\\*|//).*$", "");
                        LITERAL.matcher(code)
                                .results()
                                .filter(literal ->
                                        command.matcher(literal.group()).find())
                                .forEach(literal -> found.add(file.getFileName() + ": " + literal.group()));
                    }
                }
            }
        }
        assertThat(found)
                .as("to be made by WeftCommand, or with ${ROOT-COMMAND-NAME}")
                .isEmpty();
    }

    /** From a first training on, every line that the program proposes is run, and those that it proposes then. */
    @Test
    @Timeout(600)
    void everyHintRunsWhereItWasPrinted() throws Exception {
        Path program = folder.resolve("my weft");
        Files.writeString(
                program,
                "#!/bin/sh\nexec %s -cp %s \"-D%s=./my weft\" %s \"$@\"\n"
                        .formatted(
                                Path.of(System.getProperty("java.home"), "bin", "java"),
                                WeftCommand.quote(System.getProperty("java.class.path")),
                                WeftCommand.PROGRAM,
                                Main.class.getName()));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        TinyRun.recipe(folder.resolve("tiny.yaml"), TinyRun.data(folder.resolve("my data")), 1);

        Deque<String> waiting = new ArrayDeque<>(List.of(
                "'./my weft' train tiny.yaml --out \"$PWD/my run\"",
                "'./my weft' train tiny.yaml --out 'my run'")); // refused, with a hint
        Set<String> done = new LinkedHashSet<>();
        while (!waiting.isEmpty()) {
            String line = waiting.remove();
            if (done.add(line)) {
                // Twelve members say as much about the line as a hundred.
                String run = line.contains("' search ") ? line + " --candidates 12" : line;
                String printed = shell(run, done.size() == 2 ? ExitCode.USAGE : ExitCode.DONE);
                hints(printed).forEach(waiting::add);
            }
        }
        assertThat(done.stream().map(line -> line.split(" ")[2]).collect(Collectors.toSet()))
                .contains("train", "resume", "search", "evaluate", "export", "inspect", "report");
        assertThat(done).allSatisfy(line -> assertThat(line).doesNotContain(folder.toString()));
        assertThat(folder.resolve("my run/report.html")).exists();
    }

    @Test
    void helpNamesTheProgramAsItWasCalled() {
        System.setProperty(WeftCommand.PROGRAM, "./weft");
        try {
            assertThat(Run.weft("--help").out()).contains("  ./weft quickstart");
            for (String command : MainTest.commandNames()) {
                assertThat(Run.weft(command, "--help").out())
                        .startsWith("Usage: ./weft " + command)
                        .contains("./weft " + command + " ")
                        .doesNotContainPattern("[^/]weft ")
                        .doesNotContain("${");
            }
            assertThat(Run.weft("train").err()).contains("(see: ./weft train --help)");
        } finally {
            System.clearProperty(WeftCommand.PROGRAM);
        }
    }

    private static List<String> hints(String printed) {
        Matcher line = Pattern.compile("'\\./my weft' .*").matcher(printed);
        return line.results().map(found -> found.group().strip()).toList();
    }

    private String shell(String line, int exitCode) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-c", line)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(line + "\n" + out).isEqualTo(exitCode);
        return out;
    }
}
