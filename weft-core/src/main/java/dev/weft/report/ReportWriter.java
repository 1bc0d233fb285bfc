package dev.weft.report;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Writes a report as one HTML file that holds its data, style and scripts and loads nothing. The file appears whole or not at
 * all: it is written under a temporary name in the same folder, synced and renamed.
 */
public final class ReportWriter {
    private ReportWriter() {}

    /**
     * Writes the page of a run, replacing the file if it exists.
     *
     * @return {@code file}
     * @throws UncheckedIOException when the folder does not exist or cannot be written
     */
    public static Path write(RunReport report, Path file) {
        return writeText(new RunPage(report).html(), file);
    }

    /**
     * Writes the page of a reproduced experiment, replacing the file if it exists.
     *
     * @return {@code file}
     * @throws UncheckedIOException when the folder does not exist or cannot be written
     */
    public static Path write(ExperimentReport report, Path file) {
        return writeText(new ExperimentPage(report).html(), file);
    }

    private static Path writeText(String html, Path file) {
        Path folder = file.toAbsolutePath().getParent();
        Path temporary = folder.resolve(
                file.getFileName() + ".tmp" + ProcessHandle.current().pid());
        try {
            try (FileChannel channel = FileChannel.open(temporary, CREATE, TRUNCATE_EXISTING, WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(html.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) channel.write(bytes);
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return file;
        } catch (IOException e) {
            deleteQuietly(temporary);
            throw new UncheckedIOException("cannot write the report " + file, e);
        }
    }

    private static void deleteQuietly(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException ignored) {
            // The first failure is the one worth telling.
        }
    }
}
