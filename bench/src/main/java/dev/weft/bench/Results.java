package dev.weft.bench;

import dev.weft.io.EnvironmentException;
import dev.weft.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The folder of kept results: a file of JSON lines per benchmark, oldest first. */
public final class Results {
    private static final String SUFFIX = ".jsonl";

    private final Path folder;

    public Results(Path folder) {
        this.folder = folder;
    }

    /** Adds a line; returns the file. */
    public Path append(Result result) {
        Path file = folder.resolve(result.benchmark() + SUFFIX);
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    file, Json.writeLine(result) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            return file;
        } catch (IOException e) {
            throw new EnvironmentException("Cannot write the result to " + file + ": " + e, e);
        }
    }

    /** The latest result of every benchmark that has one, in the order of {@code names}. */
    public List<Result> latest(List<String> names) {
        List<Result> results = new ArrayList<>();
        names.forEach(name -> latest(name).ifPresent(results::add));
        return results;
    }

    private Optional<Result> latest(String name) {
        Path file = folder.resolve(name + SUFFIX);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> !line.isBlank())
                    .reduce((first, second) -> second)
                    .map(line -> Json.parse(line, file.toString(), Result.class));
        } catch (IOException e) {
            throw new EnvironmentException("Cannot read the results in " + file + ": " + e, e);
        }
    }
}
