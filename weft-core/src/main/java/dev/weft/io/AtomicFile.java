package dev.weft.io;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Writes a file whole or not at all: to a temporary name in the same folder, synced, renamed over the target, folder synced. Until
 * the rename the previous file is untouched; whatever fails before it (a full disk, an exception of the caller) also deletes the
 * temporary file, and so does the end of the process. A killed process leaves at most a file named by {@link #isTemporary}, which the
 * next write into its folder deletes: nobody holds its lock any more.
 */
public final class AtomicFile {
    private static final String SUFFIX = ".tmp";
    /** A file is locked as soon as it is made; one that is younger may not be yet. */
    private static final Duration SETTLED = Duration.ofSeconds(2);

    /** Temporary files of this process. On POSIX, closing any channel of a file drops the lock that the process has on it. */
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(AtomicFile::deleteQuietly)));
    }

    /** Writes the content; the stream is buffered, and is flushed and synced for the caller. */
    @FunctionalInterface
    public interface StreamBody {
        void write(OutputStream out) throws IOException;
    }

    /** Writes the content of a file of which an earlier part (a checksum in its header) is only known at the end. */
    @FunctionalInterface
    public interface RandomAccessBody {
        void write(RandomAccessFile out) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Writes {@code target} through a stream; missing parent folders are created.
     *
     * @throws InputException when no file can be written there
     * @throws EnvironmentException when writing fails half-way, as on a full disk; the previous file is then unchanged
     */
    public static void write(Path target, StreamBody body) {
        writeRandomAccess(target, file -> {
            // Closing is left to the owner of the file: the stream shares its descriptor.
            OutputStream out = new BufferedOutputStream(new FileOutputStream(file.getFD()), 1 << 16);
            body.write(out);
            out.flush();
        });
    }

    /** Writes {@code text} as UTF-8. */
    public static void writeText(Path target, String text) {
        write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Does what {@link #write} does, for content that is not written front to back. */
    public static void writeRandomAccess(Path target, RandomAccessBody body) {
        Path temporary = null;
        boolean opened = false;
        boolean done = false;
        try {
            // A link keeps pointing where it points; and renaming over a device such as /dev/null would destroy it.
            Path real = Files.isSymbolicLink(target) && Files.exists(target)
                    ? target.toRealPath()
                    : target.toAbsolutePath();
            if (Files.exists(real) && !Files.isRegularFile(real)) {
                throw new InputException("Cannot write " + target + ": it must be a file, but is a folder or a device. "
                        + "Give the name of a file.");
            }
            Path folder = real.getParent();
            Files.createDirectories(folder);
            deleteLeftOver(folder);
            temporary = folder.resolve("." + real.getFileName() + "." + UUID.randomUUID() + SUFFIX);
            OPEN.add(temporary);
            // A RandomAccessFile, because an interrupted thread would close a FileChannel under a checkpoint.
            try (RandomAccessFile file = new RandomAccessFile(temporary.toFile(), "rw")) {
                opened = true;
                lock(file.getChannel());
                body.write(file);
                file.getFD().sync();
            }
            Files.move(temporary, real, StandardCopyOption.ATOMIC_MOVE);
            done = true;
            syncFolder(folder);
        } catch (IOException e) {
            String line = "Cannot write " + target + ": " + IoReason.of(e) + ".";
            if (!opened) {
                throw new InputException(line, e);
            }
            String previous = !done && Files.exists(target) ? " The previous file is unchanged." : "";
            throw new EnvironmentException(line + previous, e);
        } finally {
            if (!done && temporary != null) {
                deleteQuietly(temporary);
            }
            if (temporary != null) {
                OPEN.remove(temporary);
            }
        }
    }

    /** Whether {@code file} is what a killed process left of an unfinished write; such a file can be deleted when nobody writes. */
    public static boolean isTemporary(Path file) {
        return file.getFileName().toString().matches("\\..+\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\" + SUFFIX);
    }

    /** Held until the file is closed, also by the death of the process; a file system without locks leaves files that are left over. */
    private static boolean lock(FileChannel channel) {
        try {
            return channel.tryLock() != null;
        } catch (IOException | OverlappingFileLockException e) {
            return false;
        }
    }

    private static void deleteLeftOver(Path folder) throws IOException {
        Instant settled = Instant.now().minus(SETTLED);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(AtomicFile::isTemporary).toList()) {
                if (!OPEN.contains(file) && isOlder(file, settled) && isFree(file)) {
                    deleteQuietly(file);
                }
            }
        } catch (AccessDeniedException e) {
            // a folder that may be written and not listed
        }
    }

    private static boolean isOlder(Path file, Instant time) {
        try {
            return Files.getLastModifiedTime(file).toInstant().isBefore(time);
        } catch (IOException e) {
            return false; // gone by now
        }
    }

    private static boolean isFree(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            return lock(channel);
        } catch (IOException e) {
            return false; // gone by now, or another user's
        }
    }

    private static void syncFolder(Path folder) throws IOException {
        if (System.getProperty("os.name").startsWith("Windows")) {
            return; // a folder cannot be opened there, and a rename is journalled
        }
        boolean interrupted = false;
        for (boolean synced = false; !synced; ) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
                synced = true;
            } catch (ClosedByInterruptException e) {
                interrupted |=
                        Thread.interrupted(); // a channel refuses an interrupted thread; the caller's business, later
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The failure that led here is the one to report; what stays is recognised by isTemporary.
        }
    }
}
