package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {
    @Test
    void thisMachineIsReady() {
        Run run = Run.weft("doctor");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("libtorch")
                .contains("ONNX Runtime")
                .contains("SQLite")
                .contains("tokenizers")
                .contains("This machine is ready.");
        assertThat(run.out()).containsPattern("native cache +\\S+: .*libtorch-[0-9a-f]{8} \\d{3} MiB.*sqlite-");
    }

    @Test
    void jsonNamesEveryFinding() {
        Run run = Run.weft("doctor", "--json");
        assertThat(run.exitCode()).isZero();
        assertThat(run.json().get("ok").asBoolean()).isTrue();
        assertThat(run.json().get("findings").findValuesAsText("name"))
                .contains("java", "libtorch", "ONNX Runtime", "bfloat16", "native cache");
    }

    @Test
    void somethingEssentialMissingIsNotOk() {
        Finding absent = Finding.optional("chromium", false, "not on the PATH");
        Finding missing = Finding.missing("libtorch", "does not load");
        assertThat(DoctorCommand.Diagnosis.of(List.of(absent)).ok()).isTrue();
        assertThat(DoctorCommand.Diagnosis.of(List.of(absent, missing)).ok()).isFalse();
    }
}
