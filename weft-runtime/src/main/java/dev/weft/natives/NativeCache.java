package dev.weft.natives;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder that native libraries are unpacked to, once per user and version: the system property {@value #PROPERTY}, or else the
 * environment variable {@value #VARIABLE}, or else JavaCPP's own {@value #JAVACPP}, or else {@code .cache/weft} in the home folder.
 */
public final class NativeCache {
    /** The system property that names the folder. */
    public static final String PROPERTY = "weft.cache";

    /** The environment variable that names the folder. */
    public static final String VARIABLE = "WEFT_CACHE";

    private static final String JAVACPP = "org.bytedeco.javacpp.cachedir";

    private NativeCache() {}

    /** The folder, absolute. It need not exist yet. */
    public static Path folder() {
        for (String given : new String[] {
            System.getProperty(PROPERTY), System.getenv(VARIABLE), System.getProperty(JAVACPP),
        }) {
            if (given != null && !given.isBlank()) {
                return Path.of(given).toAbsolutePath();
            }
        }
        return home().resolve(".cache").resolve("weft");
    }

    /** A user without an entry in the system's list of users, as in containers, has the home "?" in Java. */
    private static Path home() {
        for (String given : new String[] {System.getProperty("user.home"), System.getenv("HOME")}) {
            if (given != null && Path.of(given).isAbsolute()) {
                return Path.of(given);
            }
        }
        throw new NativeLibraryException(
                "Native libraries must be unpacked to the home folder, but this user has none. " + otherFolder());
    }

    /** What to do when the folder does not serve. */
    static String otherFolder() {
        return "Name a folder that can be written and holds programs: WEFT_CACHE=DIR (in a program of your own also -D"
                + PROPERTY + "=DIR).";
    }

    /**
     * Libraries also make files of their own in Java's folder for temporary files.
     *
     * @throws NativeLibraryException when it is missing or cannot be written
     */
    static void requireTemporaryFolder() {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new NativeLibraryException("The folder for temporary files must exist and be writable, but " + folder
                    + (Files.isDirectory(folder) ? " cannot be written" : " is not there")
                    + ". Name another with -Djava.io.tmpdir=DIR (./weft: WEFT_JAVA_OPTS=-Djava.io.tmpdir=DIR).");
        }
    }
}
