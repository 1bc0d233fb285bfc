package dev.weft.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Unpacks a made-up jar with five libraries, so that it takes no time: whole files, or one clear line. */
@Timeout(120)
class NativeLibrariesTest {
    private static final int LIBRARIES = 5;
    private static final int BYTES = 3_000_000;

    @TempDir
    private Path folder;

    private Path cache;
    private URL known;
    private String cacheBefore;
    private final Map<String, byte[]> contents = new TreeMap<>();

    @BeforeEach
    void writeJar() throws IOException {
        cacheBefore = System.getProperty(NativeCache.PROPERTY);
        cache = folder.resolve("cache ü#1");
        System.setProperty(NativeCache.PROPERTY, cache.toString());
        Path jar = folder.resolve("natives.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            for (int i = 0; i < LIBRARIES; i++) {
                byte[] content = new byte[BYTES + i];
                new Random(i).nextBytes(content);
                contents.put("lib" + i + ".so.1", content);
                out.putNextEntry(new JarEntry("native/here/lib" + i + ".so.1"));
                out.write(content);
            }
            out.putNextEntry(new JarEntry("native/elsewhere/libother.so"));
            out.putNextEntry(new JarEntry("native/here/deeper/libother.so"));
        }
        known = new URL("jar:" + jar.toUri() + "!/native/here/lib0.so.1");
    }

    @AfterEach
    void restore() {
        if (cacheBefore == null) {
            System.clearProperty(NativeCache.PROPERTY);
        } else {
            System.setProperty(NativeCache.PROPERTY, cacheBefore);
        }
    }

    private Path unpack() {
        return NativeLibraries.unpack("made-up", NativeFile.beside(known));
    }

    private NativesChild child(String shell) throws IOException {
        return new NativesChild(
                List.of("-Dweft.cache=" + cache, "-Dfile.encoding=UTF-8", "-Dsun.jnu.encoding=UTF-8"),
                Map.of("LC_ALL", "C.UTF-8"),
                shell,
                "jar",
                known.toString());
    }

    private void assertWhole(Path unpacked) throws IOException {
        try (Stream<Path> files = Files.list(unpacked)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> !name.equals(".lock")))
                    .containsExactlyInAnyOrderElementsOf(contents.keySet());
        }
        for (Map.Entry<String, byte[]> library : contents.entrySet()) {
            assertThat(unpacked.resolve(library.getKey())).hasBinaryContent(library.getValue());
        }
    }

    @Test
    void whatLiesBesideALibraryIsUnpackedAndNothingElse() throws IOException {
        assertWhole(unpack());
    }

    @Test
    void aSecondStartWritesNothing() throws IOException {
        Path library = unpack().resolve("lib2.so.1");
        Object before = Files.readAttributes(library, "unix:ino,lastModifiedTime");
        unpack();
        assertThat(Files.readAttributes(library, "unix:ino,lastModifiedTime")).isEqualTo(before);
    }

    @Test
    void aCutOrMissingLibraryIsMended() throws IOException {
        Path unpacked = unpack();
        Files.write(unpacked.resolve("lib3.so.1"), new byte[1000]);
        Files.delete(unpacked.resolve("lib4.so.1"));
        assertThat(unpack()).isEqualTo(unpacked);
        assertWhole(unpacked);
    }

    @Test
    void otherContentOfTheSameNameGetsAnotherFolder() throws IOException {
        Path first = unpack();
        List<NativeFile> files = new ArrayList<>(NativeFile.beside(known));
        files.remove(0);
        assertThat(NativeLibraries.unpack("made-up", files)).isNotEqualTo(first);
    }

    @Test
    void aDamagedJarIsOneLineAndLeavesNoLibrary() throws IOException {
        List<NativeFile> files = new ArrayList<>(NativeFile.beside(known));
        NativeFile right = files.get(0);
        files.set(0, new NativeFile(right.name(), right.source(), right.size(), right.checksum() + 1));
        assertThatThrownBy(() -> NativeLibraries.unpack("made-up", files))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContaining("damaged");
        try (Stream<Path> left = Files.walk(cache)) {
            assertThat(left.filter(file -> file.toString().contains(".so"))).isEmpty();
        }
    }

    /** A start is killed when a certain number of bytes is written; whatever has its final name is whole, and the next one goes on. */
    @Test
    void aKillAtAnyMomentLeavesNoCutLibrary() throws Exception {
        for (int moment = 0; moment < 8; moment++) {
            long bytes = (long) moment * LIBRARIES * BYTES / 8 + 1;
            try (NativesChild child = child("")) {
                while (child.isAlive() && written() < bytes) {
                    Thread.sleep(1);
                }
            }
            for (Path file : files()) {
                String name = file.getFileName().toString();
                if (contents.containsKey(name)) {
                    assertThat(file).hasBinaryContent(contents.get(name));
                    Files.delete(file); // so that the next one has to write as much
                }
            }
        }
        try (NativesChild child = child("")) {
            assertThat(child.end()).contains("exit 0");
        }
        assertWhole(unpack());
    }

    @Test
    void severalFirstStartsWaitForEachOther() throws Exception {
        List<NativesChild> children = List.of(child(""), child(""), child(""));
        for (NativesChild child : children) {
            assertThat(child.end()).contains("made-up-").contains("exit 0");
        }
        assertWhole(unpack());
    }

    @Test
    void aDiskThatTakesNoMoreIsOneLine() throws Exception {
        try (NativesChild child = child("ulimit -f 1000")) { // KiB that a file may have
            assertThat(child.end().lines().filter(line -> line.contains("Exception")))
                    .singleElement()
                    .asString()
                    .contains("NativeLibraryException")
                    .contains("made-up (14 MiB)")
                    .contains(cache.toString())
                    .contains("too large")
                    .contains("WEFT_CACHE=DIR");
        }
        assertThat(files()).noneMatch(file -> file.toString().contains(".so"));
        assertWhole(unpack());
    }

    /** The system says the same of a library without the right to run and of a disk that is mounted "noexec". */
    @Test
    void aFolderFromWhichNothingMayRunIsOneLine() throws IOException {
        Path unpacked = unpack();
        contents.keySet().forEach(name -> unpacked.resolve(name).toFile().setExecutable(false, false));
        assertThatThrownBy(this::unpack)
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContaining("programs cannot be run from there")
                .hasMessageContaining("WEFT_CACHE=DIR");
    }

    @Test
    void aFileInPlaceOfTheFolderIsOneLine() throws IOException {
        Files.writeString(cache, "");
        assertThatThrownBy(this::unpack)
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContaining(cache.toString());
    }

    @Test
    void aMissingFolderForTemporaryFilesIsNamed() {
        String before =
                System.setProperty("java.io.tmpdir", folder.resolve("none").toString());
        try {
            assertThatThrownBy(this::unpack)
                    .isInstanceOf(NativeLibraryException.class)
                    .hasMessageContaining("none is not there")
                    .hasMessageContaining("java.io.tmpdir");
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }
        assertThat(cache).doesNotExist();
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(cache)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(cache)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    /** Bytes in the cache; files come and go meanwhile. */
    private long written() {
        try {
            long sum = 0;
            for (Path file : files()) {
                sum += file.toFile().length();
            }
            return sum;
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }
}
