package dev.weft.run;

import dev.weft.io.IoReason;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Properties;

/**
 * The machine and the versions that a number was measured with. What cannot be found out is {@value #UNKNOWN}.
 *
 * @param os name and version
 * @param cpu the processor's model
 * @param logicalCores those this process may use
 * @param memoryBytes of the machine, or of the container; 0 when unknown
 * @param libtorch version of the library on the class path; it is not loaded to find out
 */
public record Environment(
        String os,
        String arch,
        String cpu,
        int logicalCores,
        long memoryBytes,
        String java,
        String weft,
        String libtorch,
        String onnxRuntime) {
    private static final String UNKNOWN = "unknown";

    /** This machine, now. */
    public static Environment current() {
        return new Environment(
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("os.arch"),
                cpuModel(),
                Runtime.getRuntime().availableProcessors(),
                memory(),
                Runtime.version() + ", " + System.getProperty("java.vm.vendor"),
                weftVersion(),
                jarVersion("org.bytedeco.pytorch.Tensor"),
                jarVersion("ai.onnxruntime.OrtEnvironment"));
    }

    /**
     * Twelve hex digits that are the same wherever a latency may be compared: same processor model, cores, system and version of ONNX
     * Runtime. The system's own version is left out: its updates come often and change little.
     */
    public String hardwareFingerprint() {
        String system = os.split(" ")[0];
        String all = String.join("\n", cpu, String.valueOf(logicalCores), system, arch, onnxRuntime);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static long memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 0;
    }

    private static String cpuModel() {
        return cpuInfo("model name").or(() -> cpuInfo("Model")).orElse(UNKNOWN);
    }

    private static Optional<String> cpuInfo(String key) {
        return cpuInfo()
                .lines()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }

    /** The text of Linux's {@code /proc/cpuinfo}; empty elsewhere. */
    public static String cpuInfo() {
        try {
            return Files.readString(Path.of("/proc/cpuinfo"));
        } catch (IOException e) {
            return "";
        }
    }

    private static String weftVersion() {
        Properties version = new Properties();
        try (InputStream in = Environment.class.getResourceAsStream("version.properties")) {
            version.load(in);
        } catch (IOException e) {
            throw new IllegalStateException("version.properties is part of the jar: " + IoReason.of(e), e);
        }
        return version.getProperty("weft");
    }

    /** The version in the manifest of the jar that holds the class, which is found but not initialised: natives stay unloaded. */
    private static String jarVersion(String className) {
        try {
            Class<?> found = Class.forName(className, false, Environment.class.getClassLoader());
            String version = found.getPackage().getImplementationVersion();
            return version == null ? UNKNOWN : version;
        } catch (ClassNotFoundException e) {
            return UNKNOWN;
        }
    }
}
