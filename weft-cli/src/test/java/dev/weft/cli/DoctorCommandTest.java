package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    /** A home folder or a whole disk may be named as the cache; only the folders of artifacts are looked into. */
    @Test
    void otherFilesInTheCacheAreNotLookedAt(@TempDir Path cache) throws IOException {
        Path artifact = Files.createDirectories(cache.resolve("libtorch-0123abcd"));
        Files.write(artifact.resolve("lib.so"), new byte[3 << 20]);
        Files.createSymbolicLink(artifact.resolve("link.so"), Path.of("lib.so"));
        Files.write(Files.createDirectories(cache.resolve("photos/more")).resolve("large"), new byte[3 << 20]);
        Files.write(cache.resolve("file"), new byte[1]);
        assertThat(DoctorChecks.cache(cache).found()).isEqualTo(cache + ": libtorch-0123abcd 3 MiB");
        assertThat(DoctorChecks.cache(Path.of("/")).ok()).isTrue();
        assertThat(DoctorChecks.cache(cache.resolve("none")).found())
                .isEqualTo(cache.resolve("none") + " must be readable, but there is no such file or folder");
    }

    @Test
    void jsonNamesEveryFinding() {
        Run run = Run.weft("doctor", "--json");
        assertThat(run.exitCode()).isZero();
        assertThat(run.json().get("ok").asBoolean()).isTrue();
        assertThat(run.json().get("findings").findValuesAsText("name"))
                .contains("java", "libtorch", "GPU", "ONNX Runtime", "bfloat16", "native cache");
    }

    @Test
    void somethingEssentialMissingIsNotOk() {
        Finding absent = Finding.optional("chromium", false, "not on the PATH");
        Finding missing = Finding.missing("libtorch", "does not load");
        assertThat(DoctorCommand.Diagnosis.of(List.of(absent)).ok()).isTrue();
        assertThat(DoctorCommand.Diagnosis.of(List.of(absent, missing)).ok()).isFalse();
    }
}
