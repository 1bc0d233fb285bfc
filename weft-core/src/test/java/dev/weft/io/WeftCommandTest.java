package dev.weft.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeftCommandTest {
    @AfterEach
    void forgetTheProgram() {
        System.clearProperty(WeftCommand.PROGRAM);
    }

    @Test
    void beginsWithTheProgramAsItWasCalled() {
        assertThat(WeftCommand.of("resume").path(Path.of("run"))).hasToString("weft resume run");
        System.setProperty(WeftCommand.PROGRAM, "../my tools/weft");
        assertThat(WeftCommand.of("resume").path(Path.of("run"))).hasToString("'../my tools/weft' resume run");
    }

    @ParameterizedTest
    @CsvSource({
        "/home/ada/runs/a, /home/ada, runs/a",
        "/home/ada, /home/ada, .",
        "/home/ada/./b/../c, /home/ada, c",
        "/home/adam/a, /home/ada, /home/adam/a",
        "../a, /home/ada, ../a",
        "runs//a, /home/ada, runs/a",
        "-x, /home/ada, ./-x",
        ".., /home/ada, ..",
        "., /home/ada, ."
    })
    void pathsAreAsSeenFromTheCurrentFolder(Path path, Path here, String shown) {
        assertThat(WeftCommand.fromHere(path, here)).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "two words",
                "it's",
                "$HOME `id` \"x\" \\",
                "a;b|c&d",
                "*?[a]",
                "~",
                "ümlaut",
                "",
                "#no",
                "new\nline"
            })
    void aShellReadsEachWordAsItWas(String word) throws IOException {
        String line = WeftCommand.of("x", word).toString().substring("weft x ".length());
        Process shell = new ProcessBuilder(List.of("sh", "-c", "printf %s " + line)).start();
        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(word);
    }

    @Test
    void whatIsKeptSaysWhereItRan() {
        assertThat(WeftCommand.of("search", "run").fromAnywhere())
                .isEqualTo(
                        "cd " + WeftCommand.quote(Path.of("").toAbsolutePath().toString()) + " && weft search run");
    }
}
