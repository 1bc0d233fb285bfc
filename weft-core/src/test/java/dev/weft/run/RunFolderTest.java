package dev.weft.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.AtomicFile;
import dev.weft.io.InputException;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
    @TempDir
    Path temporary;

    Path folder;

    @BeforeEach
    void setUp() {
        folder = temporary.resolve("runs/first");
    }

    @Test
    void createdRunOpensAgain() {
        try (RunFolder run = RunFolder.create(folder, "seed: 1\n")) {
            assertThat(run.config()).hasContent("seed: 1");
            run.database().record("m", "params", "", 5);
        }
        try (RunFolder run = RunFolder.open(folder)) {
            assertThat(run.database().value("m", "params", "")).hasValue(5);
            assertThat(run.latestCheckpoint()).isEqualTo(new LatestCheckpoint(java.util.Optional.empty(), List.of()));
        }
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("config.yaml", "run.db", "run.lock");
    }

    @Test
    void folderThatHoldsARunIsNotBegunAgain() {
        RunFolder.create(folder, "").close();
        assertThatThrownBy(() -> RunFolder.create(folder, ""))
                .isInstanceOf(InputException.class)
                .hasMessage(folder + " already holds a run. Give another folder, or continue the run with: weft resume "
                        + folder);
    }

    @Test
    void foreignFolderIsLeftAlone() throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("thesis.tex"), "x");
        assertThatThrownBy(() -> RunFolder.create(folder, ""))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("but holds \"thesis.tex\"");
        assertThat(folder.toFile().list()).containsExactly("thesis.tex");
        assertThatThrownBy(() -> RunFolder.create(folder.resolve("thesis.tex"), ""))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is a file");
        assertThatThrownBy(() -> RunFolder.open(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must hold a run, but has no config.yaml")
                .hasMessageContaining("weft train");
    }

    @Test
    void runThatDiedWhileItBeganCanBeBegunAgain() throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("run.lock"), "123\n");
        Path left = folder.resolve(".config.yaml.01234567-89ab-cdef-0123-456789abcdef.tmp");
        Files.writeString(left, "see");
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(60)));
        RunFolder.create(folder, "").close();
        RunFolder.open(folder).close();
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("config.yaml", "run.db", "run.lock");
    }

    /** As {@code weft export RUN --onnx RUN/small.onnx}, while the run is opened to go on. */
    @Test
    void openingARunLeavesWhatOthersAreWritingIntoIt() {
        RunFolder.create(folder, "").close();
        AtomicFile.write(folder.resolve("small.onnx"), out -> {
            RunFolder.open(folder).close();
            out.write(1);
        });
        assertThat(folder.resolve("small.onnx")).hasSize(1);
    }

    @Test
    void secondHandleInThisProcessIsRefusedAndTheFirstKeepsItsLock() throws IOException {
        try (RunFolder run = RunFolder.create(folder, "")) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> RunFolder.open(folder.resolve("../first")))
                        .isInstanceOf(InputException.class)
                        .hasMessageContaining("is in use by this process ("
                                + ProcessHandle.current().pid() + ")");
            }
            try (ChildJvm child = new ChildJvm("hold", folder, 0)) {
                assertThat(child.line())
                        .startsWith("InputException: " + folder)
                        .contains("is in use by process "
                                + ProcessHandle.current().pid() + ".");
            }
        }
        RunFolder.open(folder).close();
    }

    @Test
    void secondProcessIsRefusedUntilTheFirstIsKilled() throws IOException {
        RunFolder.create(folder, "").close();
        try (ChildJvm child = new ChildJvm("hold", folder, 0)) {
            assertThat(child.line()).isEqualTo("holding");
            assertThatThrownBy(() -> RunFolder.open(folder))
                    .isInstanceOf(InputException.class)
                    .hasMessage(folder + " must be open in one place at a time, but is in use by process "
                            + child.process.pid() + ". Wait until it ends, or stop it with: kill "
                            + child.process.pid());
        }
        RunFolder.open(folder).close();
    }

    @Test
    void killedProcessLosesNothingItRecorded() throws IOException {
        RunFolder.create(folder, "").close();
        long last = 0;
        try (ChildJvm child = new ChildJvm("measureUntilKilled", folder, 0)) {
            while (last < 50) {
                last = Long.parseLong(child.line());
            }
        }
        try (RunFolder run = RunFolder.open(folder)) {
            List<Measurement> members = run.database().members();
            assertThat(members).hasSizeGreaterThan((int) last);
            assertThat(run.database().metrics()).hasSizeGreaterThan((int) last);
            assertThat(members.get(50)).isEqualTo(new Measurement("m50", "accuracy", "", 50));
        }
    }

    @Test
    void latestTwoCheckpointsAreKept() {
        try (RunFolder run = RunFolder.create(folder, "")) {
            for (long step : List.of(5L, 999_999L, 1_000_000L)) {
                run.saveCheckpoint(step, tensors(step), Map.of("step", "" + step));
            }
            assertThat(run.checkpoints()).extracting(Checkpoint::step).containsExactly(1_000_000L, 999_999L);
            Checkpoint latest = run.latestCheckpoint().checkpoint().orElseThrow();
            assertThat(latest.file()).isEqualTo(folder.resolve("checkpoint-1000000.safetensors"));
            assertThat(SafetensorsFile.open(latest.file()).bytes("w").getFloat())
                    .isEqualTo(1_000_000f);
        }
    }

    @Test
    void damagedCheckpointIsPassedOverWithAWarning() throws IOException {
        try (RunFolder run = RunFolder.create(folder, "")) {
            Checkpoint good = run.saveCheckpoint(1, tensors(1), Map.of());
            Checkpoint bad = run.saveCheckpoint(2, tensors(2), Map.of());
            byte[] bytes = Files.readAllBytes(bad.file());
            bytes[bytes.length - 1] ^= 1;
            Files.write(bad.file(), bytes);
            run.database().metric(1, "largest", "loss", 0.5, 1);
            run.database().metric(2, "largest", "loss", 0.4, 2);

            LatestCheckpoint latest = run.latestCheckpoint();
            assertThat(latest.checkpoint()).contains(good);
            assertThat(latest.warnings()).hasSize(1).allMatch(line -> line.startsWith(bad.file() + " is damaged"));

            run.rewind(1);
            assertThat(run.checkpoints()).containsExactly(good);
            assertThat(run.database().metrics())
                    .extracting(TrainingNumber::step)
                    .containsExactly(1L);
            assertThat(run.latestCheckpoint().warnings()).isEmpty();
        }
    }

    @Test
    void noIntactCheckpointIsSaid() throws IOException {
        try (RunFolder run = RunFolder.create(folder, "")) {
            Files.writeString(folder.resolve("checkpoint-000001.safetensors"), "cut");
            assertThat(run.latestCheckpoint().checkpoint()).isEmpty();
            assertThat(run.latestCheckpoint().warnings()).hasSize(1);
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void fullDiskWhileSavingLeavesThePreviousCheckpoint() throws IOException {
        Checkpoint previous;
        try (RunFolder run = RunFolder.create(folder, "")) {
            previous = run.saveCheckpoint(1, tensors(1), Map.of());
        }
        byte[] before = Files.readAllBytes(previous.file());
        try (ChildJvm child = new ChildJvm("saveBig", folder, 8 << 10)) {
            assertThat(child.line())
                    .startsWith("EnvironmentException: Cannot write " + folder.resolve("checkpoint-000002.safetensors")
                            + ": ");
        }
        try (RunFolder run = RunFolder.open(folder)) {
            assertThat(run.latestCheckpoint().checkpoint()).contains(previous);
        }
        assertThat(Files.readAllBytes(previous.file())).isEqualTo(before);
        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder("config.yaml", "run.db", "run.lock", "checkpoint-000001.safetensors");
    }

    private static LinkedHashMap<String, TensorData> tensors(float value) {
        LinkedHashMap<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("w", TensorData.floats(List.of(1L), value));
        return tensors;
    }
}
