package dev.weft.natives;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * Unpacks the native libraries of one artifact, all of them before any is loaded: a library that is loaded while one that it needs is
 * missing or half written would take another version from the system, or end the process.
 *
 * <p>Each file is written under a temporary name, synced and renamed, by one process at a time: a process that is killed leaves no cut
 * library, and several first starts wait for each other. Every start compares sizes, and mends what does not fit.
 */
public final class NativeLibraries {
    private static final String PART = ".part";
    private static final long MIB = 1L << 20;

    private NativeLibraries() {}

    /**
     * The folder that holds all of {@code files}, whole. Where they are there already this takes a fraction of a millisecond and needs
     * no right to write.
     *
     * @param artifact what they belong to, such as {@code onnxruntime}; other files of the same artifact get a folder of their own
     * @throws NativeLibraryException when they cannot be written, or could not be loaded from there
     */
    public static synchronized Path unpack(String artifact, List<NativeFile> files) {
        NativeCache.requireTemporaryFolder();
        Path folder = NativeCache.folder().resolve(artifact + "-" + fingerprint(files));
        try {
            if (!missing(folder, files).isEmpty()) {
                Files.createDirectories(folder);
                try (FolderLock lock = FolderLock.of(folder)) {
                    if (lock.isHeld()) {
                        deleteParts(folder);
                    }
                    write(folder, missing(folder, files));
                }
            }
            requireExecutable(folder.resolve(files.get(0).name()));
        } catch (IOException e) {
            throw new NativeLibraryException(
                    "The native libraries of " + artifact + " (" + size(files) / MIB + " MiB) must be unpacked to "
                            + folder + ", but " + NativeLibraryException.reason(e) + ". " + NativeCache.otherFolder(),
                    e);
        }
        return folder;
    }

    private static List<NativeFile> missing(Path folder, List<NativeFile> files) {
        return files.stream().filter(file -> !isWhole(folder, file)).toList();
    }

    private static boolean isWhole(Path folder, NativeFile file) {
        try {
            return Files.size(folder.resolve(file.name())) == file.size();
        } catch (IOException e) {
            return false;
        }
    }

    private static void write(Path folder, List<NativeFile> files) throws IOException {
        long room = Files.getFileStore(folder).getUsableSpace();
        if (room < size(files)) {
            throw new IOException("only " + room / MIB + " MiB are free there");
        }
        for (NativeFile file : files) {
            write(folder, file);
        }
        sync(folder);
    }

    private static void write(Path folder, NativeFile file) throws IOException {
        Path part = folder.resolve(file.name() + "-" + UUID.randomUUID() + PART);
        try {
            try (CheckedInputStream in = new CheckedInputStream(file.read(), new CRC32());
                    FileChannel channel =
                            FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                long written = in.transferTo(Channels.newOutputStream(channel));
                if (written != file.size() || in.getChecksum().getValue() != file.checksum()) {
                    throw new IOException(file.source() + " is damaged");
                }
                channel.force(true);
            }
            part.toFile().setExecutable(true, false);
            requireExecutable(part);
            Files.move(part, folder.resolve(file.name()), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** The system says no of a disk that is mounted "noexec", too. */
    private static void requireExecutable(Path file) throws IOException {
        if (!Files.isExecutable(file)) {
            throw new IOException("programs cannot be run from there");
        }
    }

    /** What processes that were killed have left. */
    private static void deleteParts(Path folder) throws IOException {
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, "*" + PART)) {
            for (Path part : parts) {
                Files.delete(part);
            }
        }
    }

    /** Keeps the renames. Windows has nothing of the kind. */
    private static void sync(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // a file whose name is lost is unpacked again at the next start
        }
    }

    private static String fingerprint(List<NativeFile> files) {
        CRC32 all = new CRC32();
        for (NativeFile file : files) {
            String line = file.name() + " " + file.size() + " " + file.checksum() + "\n";
            all.update(line.getBytes(StandardCharsets.UTF_8));
        }
        return String.format(Locale.ROOT, "%08x", all.getValue());
    }

    private static long size(List<NativeFile> files) {
        return files.stream().mapToLong(NativeFile::size).sum();
    }
}
