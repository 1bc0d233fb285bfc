package dev.weft.lab.study;

import dev.weft.io.AtomicFile;
import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import dev.weft.io.Json;
import dev.weft.train.KeptTrainings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The folder of a study, in which nothing is done twice:
 *
 * <pre>
 * study.json                            what decides the numbers, but for budgets and seeds
 * epochs-N/seed-S/runs/NAME/            a run folder, which continues where it was stopped
 * epochs-N/seed-S/results/NAME.json     what was measured or worked out
 * results.json, report.html
 * </pre>
 */
final class StudyFolder {
    private static final String FILE = "study.json";
    private static final int FORMAT_VERSION = 1;

    private final Path folder;

    private StudyFolder(Path folder) {
        this.folder = folder;
    }

    /** What {@code study.json} holds. */
    private record Content(int formatVersion, String system, boolean smoke, String data, Object size) {}

    /**
     * Opens the folder, or begins it when it is missing or empty.
     *
     * @throws InputException when the folder holds something else, or a study of other size or data
     */
    static StudyFolder open(Path folder, Study study, StudySettings settings, Design design) {
        Path file = folder.resolve(FILE);
        String text =
                Json.write(new Content(FORMAT_VERSION, study.name(), settings.smoke(), settings.data(), design.size()));
        if (Files.exists(file)) {
            if (!read(file).equals(text)) {
                throw new InputException(folder + " must hold a study with these settings, but " + FILE
                        + " in it has others. Give the options it was begun with, or another folder.");
            }
        } else if (Files.exists(folder.resolve("experiment.json"))) {
            throw new InputException(folder + " was begun by an earlier version of Weft, whose trainings have other"
                    + " seeds and cannot be continued. Give another folder: --out DIR");
        } else if (!isFree(folder)) {
            throw new InputException(folder + " must be a new or empty folder, or one with a " + FILE
                    + ", but holds something else. Give another folder: --out DIR");
        } else {
            AtomicFile.writeText(file, text);
        }
        return new StudyFolder(folder);
    }

    Path path() {
        return folder;
    }

    /** The time of all trainings, by the clock. */
    double seconds() {
        try (Stream<Path> files = Files.walk(folder, 4)) {
            return files.filter(file -> file.getFileName().toString().matches("training-.*\\.json")
                            && file.getParent().endsWith("results")) // a folder of one name has no parent
                    .mapToDouble(file -> Json.read(file, TrainingRecord.class).seconds())
                    .sum();
        } catch (IOException e) {
            throw new InputException("Cannot read the folder " + folder + ": " + IoReason.of(e) + ".", e);
        }
    }

    /** What is kept of one budget and seed. */
    Kept kept(int epochs, long seed) {
        return new Kept(folder.resolve("epochs-" + epochs).resolve("seed-" + seed));
    }

    /** What is kept under names. */
    record Kept(Path folder) {
        KeptTrainings runs() {
            return new KeptTrainings(folder.resolve("runs"));
        }

        Path file(String name) {
            return folder.resolve("results").resolve(name);
        }

        <T> Optional<T> document(String name, Class<T> type) {
            Path file = file(name + ".json");
            return Files.exists(file) ? Optional.of(Json.read(file, type)) : Optional.empty();
        }

        <T> T once(String name, Class<T> type, Supplier<T> work) {
            Optional<T> known = document(name, type);
            if (known.isPresent()) {
                return known.get();
            }
            T done = work.get();
            write(name, done);
            return done;
        }

        void write(String name, Object document) {
            AtomicFile.writeText(file(name + ".json"), Json.write(document));
        }
    }

    private static boolean isFree(Path folder) {
        if (!Files.exists(folder)) {
            return true;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.allMatch(AtomicFile::isTemporary);
        } catch (IOException e) {
            throw new InputException("Cannot read the folder " + folder + ": " + IoReason.of(e) + ".", e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new InputException("Cannot read " + file + ": " + IoReason.of(e) + ".", e);
        }
    }
}
