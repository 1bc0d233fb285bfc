package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceOptionTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"train smoke --out OUT", "search OUT", "evaluate OUT", "generate OUT --prompt a"})
    void whatIsNoDeviceIsAMistakeOfTheCallAndOneThatIsNotHereOneOfTheMachine(String command) {
        String[] words =
                command.replace("OUT", folder.resolve("run").toString()).split(" ");
        Run unknown = Run.weft(with(words, "gpu"));
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(unknown.err())
                .isEqualTo("weft: A device must be cpu, cuda, cuda:N or mps, but got \"gpu\". Without one it is cpu."
                        + System.lineSeparator());
        Run absent = Run.weft(with(words, "cuda:98"));
        assertThat(absent.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(absent.err())
                .startsWith("weft: Device cuda:98 must be here, but ")
                .hasLineCount(1);
        assertThat(Files.exists(folder.resolve("run"))).isFalse();
    }

    private static String[] with(String[] words, String device) {
        String[] all = java.util.Arrays.copyOf(words, words.length + 2);
        all[words.length] = "--device";
        all[words.length + 1] = device;
        return all;
    }
}
