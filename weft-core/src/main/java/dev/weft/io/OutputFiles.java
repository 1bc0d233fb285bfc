package dev.weft.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The files that a piece of work writes, beside those that it reads: refuses, before the work begins, to write over one of them, or
 * to write two results to one file. Files are compared as the file system knows them, so a link, {@code ./x} and, where case does not
 * matter, {@code X} are {@code x}. A file that nothing of this work reads may be replaced: the same command gives the same file again.
 */
public final class OutputFiles {
    private final Map<Path, String> read = new LinkedHashMap<>();
    private final Map<Predicate<Path>, String> kept = new LinkedHashMap<>();
    private final Map<Path, String> written = new LinkedHashMap<>();

    /** A file that the work reads, or its folder. */
    public OutputFiles reads(String what, Path file) {
        if (Files.exists(file)) {
            read.put(file, what);
        }
        return this;
    }

    /** Files that must stay as they are, or must not come to be; asked with the real path of a file. */
    public OutputFiles keeps(String what, Predicate<Path> files) {
        kept.put(files, what);
        return this;
    }

    /**
     * A file that the work is going to write.
     *
     * @param option what the user calls it, such as {@code --out}
     * @throws InputException when it is, or would be, one of the others, or is a folder, or lies where nothing can be written
     */
    public OutputFiles writes(String option, Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new InputException(option + " must be the name of a file, but " + file + " is a folder or a device.");
        }
        requireNotRead(option, file);
        Path real = real(file);
        Path folder = real.getParent();
        while (folder != null && !Files.exists(folder)) {
            folder = folder.getParent();
        }
        if (folder != null && Files.isDirectory(folder) && !Files.isWritable(folder)) {
            throw new InputException(option + " must lie in a folder that can be written, but " + folder
                    + " is read-only: " + file + ". Give another name.");
        }
        kept.forEach((files, what) -> {
            if (files.test(real)) {
                throw new InputException(
                        option + " must be another file than " + what + ", but is " + file + ". Give another name.");
            }
        });
        written.forEach((other, name) -> {
            if (isSame(other, file)) {
                throw new InputException(
                        name + " and " + option + " must be two files, but are both " + file + ". Give two names.");
            }
        });
        written.put(file, option);
        return this;
    }

    /**
     * A folder that the work is going to write its files into.
     *
     * @throws InputException when it is a file, or a folder that the work reads
     */
    public OutputFiles writesInto(String option, Path folder) {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new InputException(option + " must be a folder, but " + folder + " is a file. Give another name.");
        }
        requireNotRead(option, folder);
        return this;
    }

    private void requireNotRead(String option, Path output) {
        read.forEach((input, what) -> {
            if (isSame(input, output)) {
                throw new InputException(
                        option + " must not be what is read, but is " + what + ", " + input + ". Give another name.");
            }
        });
    }

    private static boolean isSame(Path one, Path other) {
        try {
            if (Files.exists(one) && Files.exists(other)) {
                return Files.isSameFile(one, other);
            }
        } catch (IOException e) {
            // then by their names
        }
        // Names that differ in case alone are one file on some systems, and nobody needs both.
        return real(one).toString().equalsIgnoreCase(real(other).toString());
    }

    /** The place where a file is, or would be, with links followed. */
    public static Path real(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        try {
            if (Files.exists(absolute)) {
                return absolute.toRealPath();
            }
            Path parent = absolute.getParent();
            return parent == null ? absolute : real(parent).resolve(absolute.getFileName());
        } catch (IOException e) {
            return absolute;
        }
    }
}
