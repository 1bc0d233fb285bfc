package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReproduceCommandTest {
    @TempDir
    Path folder;

    @Test
    void unknownSystemIsBadInputWithASuggestion() {
        Run run = Run.weft("reproduce", "bignaz", "--json");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.json().get("error").asText())
                .startsWith(
                        "There is no system \"bignaz\". Did you mean \"bignas\"? There are: bignas, tanglenas, mixture-of-supernets, pa-da, shiftnas, gradient-matching.")
                .contains("Did you mean");
    }

    @Test
    void seedsMustBePositive() {
        Run run = Run.weft("reproduce", "bignas", "--seeds", "0");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("seeds must be from 1 to 1000, but is 0.");
    }

    @Test
    void unknownDataLeavesNoFolderBehind() {
        Path out = folder.resolve("out");
        Run run = Run.weft("reproduce", "bignas", "--data", "no-such-data", "--out", out.toString());
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("Unknown data \"no-such-data\"");
        assertThat(out).doesNotExist();
    }
}
