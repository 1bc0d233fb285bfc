package dev.weft.cli;

import dev.weft.io.IoReason;
import dev.weft.loss.Precision;
import dev.weft.natives.NativeCache;
import dev.weft.natives.NativeLibraryException;
import dev.weft.natives.OnnxRuntime;
import dev.weft.ops.Devices;
import dev.weft.ops.Libtorch;
import dev.weft.run.Environment;
import dev.weft.run.SqliteLibrary;
import dev.weft.text.HuggingFaceTokenizer;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What {@code weft doctor} looks at. */
final class DoctorChecks {
    private static final long MIB = 1L << 20;
    private static final Pattern ARTIFACT = Pattern.compile("[a-z]+-[0-9a-f]{8}");

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
                gpu(),
                loads("ONNX Runtime", () -> OnnxRuntime.environment().getVersion()),
                loads("SQLite", SqliteLibrary::version),
                loads("tokenizers", DoctorChecks::tokenizers),
                bfloat16(),
                chromium(),
                temporaryFolder(),
                cache(NativeCache.folder()));
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

    /** What {@code --device} may name beside the CPU. */
    private static Finding gpu() {
        try {
            int cuda = Devices.cudaDevices();
            if (cuda > 0) {
                return Finding.optional("GPU", true, cuda == 1 ? "cuda" : "cuda:0 to cuda:" + (cuda - 1));
            }
            return Devices.hasMps()
                    ? Finding.optional("GPU", true, "mps")
                    : Finding.optional(
                            "GPU",
                            false,
                            "none that libtorch can use; a build with -Pcuda uses NVIDIA's, where the driver is");
        } catch (NativeLibraryException | LinkageError e) {
            return Finding.optional("GPU", false, "cannot be looked for without libtorch");
        }
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

    /** Looks at the cache, which may be any folder of the user's: only what Weft unpacks counts. */
    static Finding cache(Path cache) {
        List<String> artifacts = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(cache)) {
            for (Path folder : folders) {
                String name = folder.getFileName().toString();
                if (ARTIFACT.matcher(name).matches() && Files.isDirectory(folder)) {
                    artifacts.add(name + " " + bytes(folder) / MIB + " MiB");
                }
            }
        } catch (IOException e) {
            return Finding.missing("native cache", cache + " must be readable, but " + IoReason.of(e));
        }
        Collections.sort(artifacts);
        return Finding.present("native cache", cache + ": " + String.join(", ", artifacts));
    }

    /** The bytes of the files in a folder, without links to them. */
    private static long bytes(Path folder) throws IOException {
        long bytes = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                bytes += Files.isSymbolicLink(file) ? 0 : Files.size(file);
            }
        }
        return bytes;
    }
}
