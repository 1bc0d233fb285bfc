package dev.weft.cli;

import ai.onnxruntime.OrtEnvironment;
import dev.weft.run.Environment;
import dev.weft.train.Precision;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
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
                loads("ONNX Runtime", () -> OrtEnvironment.getEnvironment().getVersion()),
                bfloat16(),
                chromium(),
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
        } catch (Exception | LinkageError e) {
            return Finding.missing(name, "does not load: " + e);
        }
    }

    /** Adds one and one, so that a library that loads but does not compute is found too. */
    private static String libtorch() {
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

    private static String cache() throws IOException {
        Path cache = Loader.getCacheDir().toPath();
        try (Stream<Path> files = Files.walk(cache)) {
            long bytes = files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .mapToLong(DoctorChecks::size)
                    .sum();
            return cache + ", " + bytes / MIB + " MiB of unpacked native libraries";
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
