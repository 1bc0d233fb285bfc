package dev.weft.cli;

import dev.weft.io.IoReason;
import dev.weft.natives.NativeCache;
import dev.weft.natives.NativeLibraryException;
import dev.weft.natives.OnnxRuntime;
import dev.weft.ops.Libtorch;
import dev.weft.run.Environment;
import dev.weft.run.SqliteLibrary;
import dev.weft.text.HuggingFaceTokenizer;
import dev.weft.train.Precision;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What {@code weft doctor} looks at. */
final class DoctorChecks {
    private static final long MIB = 1L << 20;

    private DoctorChecks() {}

    static List<Finding> findings() {
        Environment environment = Environment.current();
        return List.of(
                java(),
                Finding.present(
                        "system",
                        System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", " + environment.cpu()),
                Finding.present("cores", String.valueOf(Runtime.getRuntime().availableProcessors())),
                memory(environment),
                loads("libtorch", DoctorChecks::libtorch),
                loads("ONNX Runtime", () -> OnnxRuntime.environment().getVersion()),
                loads("SQLite", SqliteLibrary::version),
                loads("tokenizers", DoctorChecks::tokenizers),
                bfloat16(),
                chromium(),
                temporaryFolder(),
                loads("native cache", DoctorChecks::cache));
    }

    private static Finding java() {
        String found = Runtime.version() + ", " + System.getProperty("java.vm.vendor") + ", "
                + System.getProperty("java.home");
        return Runtime.version().feature() >= 17
                ? Finding.present("java", found)
                : Finding.missing("java", "17 or newer is needed, this is " + found);
    }

    private static Finding memory(Environment environment) {
        long heap = Runtime.getRuntime().maxMemory() / MIB;
        String machine = environment.memoryBytes() > 0 ? environment.memoryBytes() / MIB + " MiB, " : "";
        return Finding.present("memory", machine + "Java heap up to " + heap + " MiB");
    }

    private static Finding loads(String name, Callable<String> version) {
        try {
            return Finding.present(name, version.call());
        } catch (NativeLibraryException e) {
            return Finding.missing(name, e.getMessage());
        } catch (Exception | LinkageError e) {
            return Finding.missing(name, "does not load: " + e);
        }
    }

    /** Adds one and one, so that a library that loads but does not compute is found too. */
    private static String libtorch() {
        Libtorch.load();
        try (Tensor one = torch.ones(1);
                Tensor two = one.add(one)) {
            if (two.item_double() != 2.0) {
                throw new IllegalStateException("1 + 1 gave " + two.item_double());
            }
        }
        return Version.of("libtorch") + ", " + torch.get_num_threads() + " threads, "
                + torch.get_cpu_capability().getString();
    }

    private static Finding bfloat16() {
        boolean fast = Precision.hasBfloat16();
        return Finding.optional(
                "bfloat16", fast, fast ? "in hardware" : "not in hardware; float32 is as fast or faster");
    }

    private static Finding chromium() {
        for (String name : List.of("chromium", "chromium-browser", "google-chrome")) {
            for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
                if (Files.isExecutable(Path.of(folder, name))) {
                    return Finding.optional(
                            "chromium", true, Path.of(folder, name).toString());
                }
            }
        }
        return Finding.optional("chromium", false, "not on the PATH; only Weft's own tests (./verify) need it");
    }

    /** Encodes two words, so that the library is loaded and works. */
    private static String tokenizers() {
        String words = "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"warp\":0,\"weft\":1},\"unk_token\":\"warp\"},"
                + "\"pre_tokenizer\":{\"type\":\"Whitespace\"}}";
        int[] ids = new HuggingFaceTokenizer(words).encode("weft warp");
        if (!Arrays.equals(ids, new int[] {1, 0})) {
            throw new IllegalStateException("\"weft warp\" became " + Arrays.toString(ids));
        }
        return "load and encode";
    }

    private static Finding temporaryFolder() {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            Path file = Files.createTempFile(folder, "weft", "");
            try {
                Files.write(file, new byte[(int) MIB]);
            } finally {
                Files.delete(file);
            }
            return Finding.present("temporary", folder + ", can be written");
        } catch (IOException e) {
            return Finding.missing(
                    "temporary",
                    folder + " must take a file of 1 MiB, but " + IoReason.of(e)
                            + ". Name another folder with WEFT_JAVA_OPTS=-Djava.io.tmpdir=DIR");
        }
    }

    private static String cache() throws IOException {
        Path cache = NativeCache.folder();
        try (Stream<Path> files = Files.walk(cache)) {
            Map<Path, Long> artifacts = files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .filter(file -> file.getParent().getParent().equals(cache))
                    .collect(Collectors.groupingBy(
                            Path::getParent, TreeMap::new, Collectors.summingLong(DoctorChecks::size)));
            return cache + ": "
                    + artifacts.entrySet().stream()
                            .map(artifact -> artifact.getKey().getFileName() + " " + artifact.getValue() / MIB + " MiB")
                            .collect(Collectors.joining(", "));
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
