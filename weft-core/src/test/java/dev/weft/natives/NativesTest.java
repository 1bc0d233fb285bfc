package dev.weft.natives;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The real libraries, in processes of their own. */
@Timeout(180)
class NativesTest {
    @TempDir
    private Path folder;

    /** Libraries of the right names that are not libtorch, where the system's loader looks before it looks beside a library. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void threeFirstStartsBesideAnotherLibtorch() throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        for (String name : List.of("libtorch_cpu.so", "libtorch.so", "libc10.so", "libopenblas.so.0", "libgomp.so.1")) {
            try (InputStream wrong = TokenizersLibrary.class.getResourceAsStream(
                    "/native/lib/" + Platform.name("x86_64") + "/cpu/libtokenizers.so")) {
                Files.copy(wrong, other.resolve(name));
            }
        }
        Path cache = folder.resolve("cache");
        List<NativesChild> children = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            children.add(new NativesChild(
                    List.of("-Dweft.cache=" + cache, "-Duser.home=?"),
                    Map.of("LD_LIBRARY_PATH", other.toString()),
                    "",
                    "libtorch"));
        }
        for (NativesChild child : children) {
            assertThat(child.end().lines())
                    .satisfiesExactly(
                            line -> assertThat(line)
                                    .startsWith("6 " + cache + "/libtorch-")
                                    .endsWith("libtorch_cpu.so"),
                            line -> assertThat(line).startsWith(cache + "/libtorch-"),
                            line -> assertThat(line).isEqualTo("exit 0"));
        }
        assertThat(Path.of("?")).doesNotExist();
    }

    @Test
    void theOthersLeaveNoCopiesInTheFolderForTemporaryFiles() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("temporary"));
        try (NativesChild child = new NativesChild(
                List.of("-Dweft.cache=" + folder.resolve("cache"), "-Djava.io.tmpdir=" + temporary),
                Map.of(),
                "",
                "others")) {
            assertThat(child.end().lines().toList()).hasSize(5).endsWith("2", "0", "exit 0");
        }
        assertThat(temporary).isEmptyDirectory();
        assertThat(folder.resolve("cache").toFile().list())
                .hasSize(3)
                .allMatch(name -> name.matches("(onnxruntime|sqlite|tokenizers)-[0-9a-f]{8}"));
    }

    @Test
    void theFolderIsTheOneThatIsNamedOrInTheHomeFolder() throws Exception {
        assertThat(folder(List.of("-Duser.home=/home/a"), Map.of())).isEqualTo("/home/a/.cache/weft");
        assertThat(folder(List.of("-Duser.home=?"), Map.of("HOME", "/home/b"))).isEqualTo("/home/b/.cache/weft");
        assertThat(folder(List.of("-Dorg.bytedeco.javacpp.cachedir=/c"), Map.of()))
                .isEqualTo("/c");
        assertThat(folder(List.of("-Dorg.bytedeco.javacpp.cachedir=/c"), Map.of("WEFT_CACHE", "/d")))
                .isEqualTo("/d");
        assertThat(folder(List.of("-Dweft.cache=/e"), Map.of("WEFT_CACHE", "/d")))
                .isEqualTo("/e");
        assertThat(folder(List.of("-Duser.home=?"), Map.of("HOME", "nowhere"))).contains("this user has none");
    }

    private static String folder(List<String> options, Map<String, String> environment) throws IOException {
        try (NativesChild child = new NativesChild(options, environment, "", "folder")) {
            return child.end().lines().findFirst().orElseThrow();
        }
    }
}
