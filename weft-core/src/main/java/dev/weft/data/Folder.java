package dev.weft.data;

import dev.weft.io.InputException;
import dev.weft.io.ResultFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a folder holds, sorted by name; hidden entries left out.
 *
 * @param files names of its files
 * @param folders names of its sub-folders, but for those passed over
 * @param passedOver sub-folders that Weft has written its results into, see {@link ResultFolder}, and what cannot be named
 */
record Folder(Path path, List<String> files, List<String> folders, List<PassedOver> passedOver) {
    private static final long MAX_TEXT_BYTES = 1 << 20;

    static Folder of(Path path) {
        if (!Files.isDirectory(path)) {
            throw new InputException(
                    "The data folder " + path + (Files.exists(path) ? " is not a folder" : " is not there"));
        }
        try (Stream<Path> entries = Files.list(path)) {
            List<String> files = new ArrayList<>();
            List<String> folders = new ArrayList<>();
            List<PassedOver> passedOver = new ArrayList<>();
            for (Path entry : (Iterable<Path>) entries::iterator) {
                String name = entry.getFileName().toString();
                Optional<PassedOver> unnamed = FileName.passedOver(entry);
                if (name.startsWith(".")) {
                    continue;
                }
                if (unnamed.isPresent()) {
                    passedOver.add(unnamed.get());
                } else if (!Files.isDirectory(entry)) {
                    files.add(name);
                } else if (ResultFolder.is(entry)) {
                    passedOver.add(PassedOver.results(path.resolve(name)));
                } else {
                    folders.add(name);
                }
            }
            files.sort(null);
            folders.sort(null);
            passedOver.sort(Comparator.comparing(PassedOver::path));
            return new Folder(path, List.copyOf(files), List.copyOf(folders), List.copyOf(passedOver));
        } catch (IOException | UncheckedIOException e) {
            throw new InputException("The data folder " + path + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The first of these files that is there, plain or with {@code .gz} appended. */
    Optional<Path> find(String... names) {
        for (String name : names) {
            for (String candidate : List.of(name, name + ".gz")) {
                if (files.contains(candidate)) {
                    return Optional.of(path.resolve(candidate));
                }
            }
        }
        return Optional.empty();
    }

    /** The lines of a text file of class names, without empty lines at the end; empty when there is no such file. */
    Optional<List<String>> lines(String name) {
        if (!files.contains(name)) {
            return Optional.empty();
        }
        Path file = path.resolve(name);
        try {
            if (Files.size(file) > MAX_TEXT_BYTES) {
                throw new InputException(file + " must be a short list of class names, one a line, but is over 1 MB");
            }
            List<String> lines = new ArrayList<>();
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                lines.add(line.strip());
            }
            while (!lines.isEmpty() && lines.get(lines.size() - 1).isEmpty()) {
                lines.remove(lines.size() - 1);
            }
            if (lines.isEmpty() || lines.contains("")) {
                throw new InputException(file + " must hold one class name a line"
                        + (lines.isEmpty() ? ", but is empty" : ", but has an empty line"));
            }
            if (new HashSet<>(lines).size() < lines.size()) {
                throw new InputException(file + " must not name a class twice");
            }
            return Optional.of(List.copyOf(lines));
        } catch (IOException e) {
            throw new InputException(file + " must be a list of class names in UTF-8: " + e.getMessage(), e);
        }
    }
}
