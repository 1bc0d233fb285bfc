package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.lab.Studies;
import dev.weft.lab.study.Study;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
                .startsWith("There is no system \"bignaz\". Did you mean \"bignas\"? There are: ")
                .contains(Studies.ALL.stream().map(Study::name).toList());
    }

    @Test
    void withoutASystemItSaysWhichThereAre() {
        Run run = Run.weft("reproduce");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("A system must be given", "bignas", "reproduce --list");
    }

    @Test
    void listSaysOfEverySystemWhatItIsAndWhatCanBeAdded() {
        Run run = Run.weft("reproduce", "--list", "--json");
        assertThat(run.exitCode()).isEqualTo(ExitCode.DONE);
        List<String> names = new ArrayList<>();
        for (JsonNode system : run.json().get("systems")) {
            names.add(system.get("system").asText());
            assertThat(system.fieldNames())
                    .toIterable()
                    .contains("title", "description", "paper", "data", "budget", "parts");
        }
        assertThat(names)
                .containsExactlyElementsOf(Studies.ALL.stream().map(Study::name).toList());
        assertThat(Run.weft("reproduce", "--list").out()).contains(names);
    }

    @Test
    void seedsEpochsAndPartsAreCheckedBeforeAnythingIsWritten() {
        Path out = folder.resolve("out");
        refused(out, "seeds must be from 1 to 1000, but is 0.", "--seeds", "0");
        refused(out, "epochs must be from 1 to 100000, but is 0.", "--epochs", "8,0");
        refused(out, "bignas must be run without --with", "--with", "maps");
        refused(out, "Unknown data \"no-such-data\"", "--data", "no-such-data");
        assertThat(out).doesNotExist();
    }

    private static void refused(Path out, String message, String... options) {
        List<String> command = new ArrayList<>(List.of("reproduce", "bignas", "--out", out.toString()));
        command.addAll(List.of(options));
        Run run = Run.weft(command.toArray(String[]::new));
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(message);
    }
}
