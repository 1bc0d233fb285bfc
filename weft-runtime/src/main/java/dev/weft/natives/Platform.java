package dev.weft.natives;

import java.util.Locale;

/** Names of platforms, as jars of native libraries use them in their paths. */
public final class Platform {
    private Platform() {}

    /**
     * System and processor of this machine, such as {@code linux-x86_64} or {@code osx-aarch64}.
     *
     * @param amd64 what the jar calls a 64-bit processor of Intel or AMD
     */
    public static String name(String amd64) {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch");
        return (os.startsWith("win") ? "win" : os.startsWith("mac") ? "osx" : "linux") + "-"
                + (arch.equals("amd64") || arch.equals("x86_64") ? amd64 : arch);
    }
}
