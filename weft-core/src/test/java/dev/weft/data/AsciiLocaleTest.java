package dev.weft.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.io.InputException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A program that uses Weft in a locale of ASCII, as services have it, on data whose names are not ASCII. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class AsciiLocaleTest {
    @TempDir
    private Path folder;

    /** Runs in {@link #folder}, where {@code shell} has made the data. */
    private String inspected(String shell) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", shell + "; exec \"$@\"", "sh"));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                AsciiLocaleTest.class.getName()));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return out;
    }

    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try {
            out.println(DataCatalog.inspect("data"));
        } catch (InputException e) {
            out.println("InputException: " + e.getMessage());
        }
    }

    @Test
    void aClassFolderIsOneLineThatNamesTheLocale() throws Exception {
        assertThat(inspected("mkdir -p data/pear \"data/$(printf '\\303\\204')pfel\""))
                .startsWith("InputException: ")
                .contains("needs a locale of UTF-8: LC_ALL=C.UTF-8")
                .hasLineCount(1);
    }

    @Test
    void aTextIsOneLineThatNamesTheLocale() throws Exception {
        assertThat(inspected("mkdir data; echo a >data/a.txt; echo b >\"data/$(printf 's\\303\\274')\".txt"))
                .startsWith("InputException: ")
                .contains("needs a locale of UTF-8: LC_ALL=C.UTF-8")
                .hasLineCount(1);
    }
}
