package dev.weft.data;

import dev.weft.io.InputException;
import dev.weft.io.ResultFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a folder holds, sorted by name; hidden entries left out.
 *
 * @param files names of its files
 * @param folders names of its sub-folders, but for {@code results}
 * @param results names of sub-folders that Weft has written its results into, see {@link ResultFolder}
 */
record Folder(Path path, List<String> files, List<String> folders, List<String> results) {
    private static final long MAX_TEXT_BYTES = 1 << 20;

    static Folder of(Path path) {
        if (!Files.isDirectory(path)) {
            throw new InputException(
                    "The data folder " + path + (Files.exists(path) ? " is not a folder" : " is not there"));
        }
        try (Stream<Path> entries = Files.list(path)) {
            List<String> files = new ArrayList<>();
            List<String> folders = new ArrayList<>();
            List<String> results = new ArrayList<>();
            for (Path entry : (Iterable<Path>) entries::iterator) {
                String name = entry.getFileName().toString();
                if (!name.startsWith(".")) {
                    (!Files.isDirectory(entry) ? files : ResultFolder.is(entry) ? results : folders).add(name);
                }
            }
            files.sort(null);
            folders.sort(null);
            results.sort(null);
            return new Folder(path, List.copyOf(files), List.copyOf(folders), List.copyOf(results));
        } catch (IOException | UncheckedIOException e) {
            throw new InputException("The data folder " + path + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The results of Weft in it. */
    List<PassedOver> passedOver() {
        return results.stream()
                .map(name -> PassedOver.results(path.resolve(name)))
                .toList();
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
