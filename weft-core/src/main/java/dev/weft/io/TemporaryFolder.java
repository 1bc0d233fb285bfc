package dev.weft.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A folder for what need not stay, deleted with all that is in it when it is closed.
 *
 * @param path of the folder
 */
public record TemporaryFolder(Path path) implements AutoCloseable {
    /**
     * Makes a folder where the machine keeps temporary ones.
     *
     * @param prefix of its name
     */
    public static TemporaryFolder make(String prefix) {
        try {
            return new TemporaryFolder(Files.createTempDirectory(prefix));
        } catch (IOException e) {
            throw new EnvironmentException("Cannot create a temporary folder: " + IoReason.of(e) + ".", e);
        }
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new EnvironmentException("Cannot delete " + path + ": " + IoReason.of(e) + ".", e);
        }
    }
}
