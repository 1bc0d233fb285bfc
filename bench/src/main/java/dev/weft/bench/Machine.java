package dev.weft.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Properties;

/**
 * Where a result was measured.
 *
 * @param cpu the processor's name
 * @param cores available to this process
 * @param memoryMib of the machine
 * @param system operating system and architecture
 * @param java version of the JVM
 * @param libtorch version of the Java bindings, which names libtorch's first
 * @param commit of Weft, or "unknown"; with "+" when files differed from it
 * @param load average over the last minute when the result was written: over the number of threads used, others ran too
 */
public record Machine(
        String cpu,
        int cores,
        long memoryMib,
        String system,
        String java,
        String libtorch,
        String commit,
        double load) {

    static Machine here() {
        return new Machine(
                cpuName(),
                Runtime.getRuntime().availableProcessors(),
                ProcessMemory.machineMib(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                Runtime.version().toString(),
                libtorchVersion(),
                System.getProperty("weft.commit", "unknown"),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String cpuName() {
        Path file = Path.of("/proc/cpuinfo");
        if (Files.isReadable(file)) {
            try {
                for (String line : Files.readAllLines(file)) {
                    if (line.startsWith("model name")) {
                        return line.substring(line.indexOf(':') + 1).strip();
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return "unknown";
    }

    private static String libtorchVersion() {
        String path = "/META-INF/maven/org.bytedeco/pytorch/pom.properties";
        try (InputStream in = Machine.class.getResourceAsStream(path)) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nanoseconds that the current thread has spent computing. */
    static long threadNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
