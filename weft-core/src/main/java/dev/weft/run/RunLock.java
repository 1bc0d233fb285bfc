package dev.weft.run;

import dev.weft.io.EnvironmentException;
import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a folder to one process, and to one handle within it. The operating system drops the lock of a process that dies; the file
 * stays, because deleting it would let two processes lock two files of one name.
 */
final class RunLock implements AutoCloseable {
    static final String FILE = "run.lock";

    /**
     * Folders this JVM holds. Asked before the file is opened: on POSIX, closing any channel of a file drops the process's lock on it.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    /** The locked byte lies behind the text, which others must be able to read on Windows too. */
    private static final long LOCKED_BYTE = 1L << 40;

    private final Path folder;
    private final FileChannel channel;

    private RunLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /** @throws InputException when the folder is in use; the message names the process */
    static RunLock of(Path folder) {
        try {
            Path real = folder.toRealPath();
            if (!HELD.add(real)) {
                throw inUse(
                        folder,
                        "this process (" + ProcessHandle.current().pid() + ")",
                        "Close the other handle first.");
            }
            RunLock lock = null;
            try {
                lock = lock(folder, real);
                return lock;
            } finally {
                if (lock == null) {
                    HELD.remove(real);
                }
            }
        } catch (IOException e) {
            throw new EnvironmentException("Cannot lock " + folder + ": " + IoReason.of(e) + ".", e);
        }
    }

    private static RunLock lock(Path folder, Path real) throws IOException {
        FileChannel channel = FileChannel.open(
                real.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock(LOCKED_BYTE, 1, false);
            if (lock == null) {
                String pid = text(channel);
                throw pid.matches("[0-9]+")
                        ? inUse(folder, "process " + pid, "Wait until it ends, or stop it with: kill " + pid)
                        : inUse(folder, "another process", "Wait until it ends.");
            }
            channel.truncate(0);
            channel.write(
                    StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"), 0);
            return new RunLock(real, channel);
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
    }

    private static String text(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(32);
        channel.read(buffer, 0);
        return StandardCharsets.US_ASCII.decode(buffer.flip()).toString().strip();
    }

    private static InputException inUse(Path folder, String holder, String next) {
        return new InputException(
                folder + " must be open in one place at a time, but is in use by " + holder + ". " + next);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new EnvironmentException("Cannot unlock " + folder + ": " + IoReason.of(e) + ".", e);
        } finally {
            HELD.remove(folder);
        }
    }
}
