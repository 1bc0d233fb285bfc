package dev.weft.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    @Test
    void createsFoldersAndReplacesTheFile() throws IOException {
        Path file = folder.resolve("a/b/file.txt");
        AtomicFile.writeText(file, "one");
        AtomicFile.writeText(file, "two");
        assertThat(file).hasContent("two");
        assertThat(listed(file.getParent())).containsExactly(file);
    }

    @Test
    void fullDiskMidwayLeavesThePreviousFileAndNoTemporary() throws IOException {
        Path file = folder.resolve("checkpoint");
        AtomicFile.writeText(file, "good");
        assertThatThrownBy(() -> AtomicFile.write(file, out -> {
                    out.write(new byte[100_000]);
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(EnvironmentException.class)
                .hasMessage("Cannot write " + file + ": No space left on device. The previous file is unchanged.");
        assertThat(file).hasContent("good");
        assertThat(listed(folder)).containsExactly(file);
    }

    @Test
    void exceptionOfTheCallerLeavesThePreviousFileAndNoTemporary() throws IOException {
        Path file = folder.resolve("checkpoint");
        AtomicFile.writeText(file, "good");
        assertThatThrownBy(() -> AtomicFile.write(file, out -> {
                    throw new IllegalStateException("mine");
                }))
                .hasMessage("mine");
        assertThat(file).hasContent("good");
        assertThat(listed(folder)).containsExactly(file);
    }

    @Test
    void interruptedThreadStillWrites() {
        Path file = folder.resolve("checkpoint");
        Thread.currentThread().interrupt();
        try {
            AtomicFile.writeText(file, "written");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(file).hasContent("written");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void devicesAndFoldersAreNotReplaced() {
        assertThatThrownBy(() -> AtomicFile.writeText(Path.of("/dev/full"), "x"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("/dev/full: it must be a file");
        assertThatThrownBy(() -> AtomicFile.writeText(folder, "x")).isInstanceOf(InputException.class);
        assertThat(Path.of("/dev/full")).exists();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void reallyFullDeviceGivesItsReason() throws IOException {
        Path file = folder.resolve("checkpoint");
        AtomicFile.writeText(file, "good");
        assertThatThrownBy(() -> AtomicFile.write(file, out -> {
                    try (var full = Files.newOutputStream(Path.of("/dev/full"))) {
                        full.write(1);
                    }
                }))
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("No space left on device");
        assertThat(file).hasContent("good");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void linkKeepsPointingAtTheFileThatIsReplaced() throws IOException {
        Path file = folder.resolve("real");
        AtomicFile.writeText(file, "one");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        AtomicFile.writeText(link, "two");
        assertThat(link).isSymbolicLink();
        assertThat(file).hasContent("two");
    }

    @Test
    void fileWhereAFolderMustBeIsNamed() {
        Path file = folder.resolve("file");
        AtomicFile.writeText(file, "x");
        assertThatThrownBy(() -> AtomicFile.writeText(file.resolve("child"), "y"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("Cannot write " + file.resolve("child"));
    }

    @Test
    void temporaryNamesAreRecognised() {
        AtomicFile.write(folder.resolve("x.safetensors"), out -> {
            List<Path> during = listed(folder);
            assertThat(during).hasSize(1).allMatch(AtomicFile::isTemporary);
        });
        assertThat(AtomicFile.isTemporary(Path.of("x.tmp"))).isFalse();
        assertThat(AtomicFile.isTemporary(Path.of("x.safetensors"))).isFalse();
    }

    private static List<Path> listed(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void whatAKilledProcessLeftIsDeletedAndWhatIsBeingWrittenStays() throws IOException {
        Path left = folder.resolve(".x.onnx." + UUID.randomUUID() + ".tmp");
        Path young = folder.resolve(".y.onnx." + UUID.randomUUID() + ".tmp");
        Files.writeString(left, "half");
        Files.writeString(young, "half");
        FileTime old = FileTime.from(Instant.now().minusSeconds(60));
        Files.setLastModifiedTime(left, old);
        AtomicFile.write(folder.resolve("slow"), out -> {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(f -> f.getFileName().toString().startsWith(".slow"))
                        .toList()) {
                    Files.setLastModifiedTime(file, old);
                }
            }
            AtomicFile.writeText(folder.resolve("other"), "x");
            out.write('x');
        });
        assertThat(left).doesNotExist();
        assertThat(young).exists();
        assertThat(folder.resolve("slow")).hasContent("x");
    }
}
