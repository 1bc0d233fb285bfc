package dev.weft.natives;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** One process at a time in a folder. The system gives the lock back when its process ends, however it ends. */
final class FolderLock implements AutoCloseable {
    private static final long RETRY_MILLIS = 20;

    private final FileChannel channel;
    private final boolean held;

    private FolderLock(FileChannel channel, boolean held) {
        this.channel = channel;
        this.held = held;
    }

    /** Waits until nobody else has the lock. */
    static FolderLock of(Path folder) throws IOException {
        FileChannel channel =
                FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        return new FolderLock(channel, lock(channel));
    }

    /** Some network disks have no locks. What is written there is renamed when it is whole, so that two writers do no harm. */
    boolean isHeld() {
        return held;
    }

    private static boolean lock(FileChannel channel) {
        while (true) {
            try {
                FileLock lock = channel.lock();
                return lock.isValid();
            } catch (OverlappingFileLockException e) { // another class loader of this JVM has it
                try {
                    Thread.sleep(RETRY_MILLIS);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            } catch (IOException e) {
                return false;
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
