package dev.weft.bench;

import dev.weft.io.EnvironmentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of this process and machine, as Linux tells it. */
final class ProcessMemory {
    private static final double KIB_PER_MIB = 1024;

    private ProcessMemory() {}

    /** Resident memory of this process (VmRSS), in MiB: Java heap, native memory and mapped files together. */
    static double residentMib() {
        return kib(Path.of("/proc/self/status"), "VmRSS:") / KIB_PER_MIB;
    }

    /** The part of the resident memory that belongs to no file (RssAnon), in MiB. */
    static double anonymousMib() {
        return kib(Path.of("/proc/self/status"), "RssAnon:") / KIB_PER_MIB;
    }

    /** The most that was ever resident of this process (VmHWM), in MiB. */
    static double peakMib() {
        return kib(Path.of("/proc/self/status"), "VmHWM:") / KIB_PER_MIB;
    }

    static long machineMib() {
        return (long) (kib(Path.of("/proc/meminfo"), "MemTotal:") / KIB_PER_MIB);
    }

    private static double kib(Path file, String key) {
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(key)) {
                    return Double.parseDouble(
                            line.substring(key.length()).replace("kB", "").strip());
                }
            }
        } catch (IOException e) {
            throw new EnvironmentException(
                    "The benchmarks read memory from " + file + ", which only Linux has: " + e, e);
        }
        throw new EnvironmentException("The benchmarks read " + key + " from " + file + ", which has no such line.");
    }
}
