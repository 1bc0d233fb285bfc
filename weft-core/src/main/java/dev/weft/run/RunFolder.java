package dev.weft.run;

import dev.weft.io.AtomicFile;
import dev.weft.io.EnvironmentException;
import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import dev.weft.io.OutputFiles;
import dev.weft.io.Safetensors;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.TensorData;
import dev.weft.io.WeftCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A run on disk, open in one process at a time:
 *
 * <pre>
 * config.yaml                       the resolved settings; a folder that has it holds a run
 * run.db                            metrics, measured members, events
 * checkpoint-000123.safetensors     the latest two
 * family.safetensors                what was trained
 * phase-NAME.safetensors            the largest member at the end of a phase, where a later one learns from it
 * report.html
 * run.lock                          the process that has it open
 * </pre>
 *
 * <p>Every file but the database is replaced whole, and the database survives a kill, so a run can be opened whatever happened to
 * the process before.
 */
public final class RunFolder implements AutoCloseable {
    private static final String CONFIG = "config.yaml";
    private static final Pattern CHECKPOINT = Pattern.compile("checkpoint-([0-9]{6,18})\\.safetensors");
    private static final Pattern PHASE = Pattern.compile("phase-[A-Za-z0-9_-]+\\.safetensors");
    private static final int KEPT_CHECKPOINTS = 2;
    private static final Set<String> OWN = Set.of(
            CONFIG,
            "run.db",
            "run.db-wal",
            "run.db-shm",
            "run.db-journal",
            RunLock.FILE,
            "family.safetensors",
            "tree.json",
            "held-out.json",
            "quickstart.json");

    private final Path folder;
    private final RunLock lock;
    private final RunDatabase database;

    private RunFolder(Path folder, RunLock lock) {
        this.folder = folder;
        this.lock = lock;
        this.database = RunDatabase.open(folder.resolve("run.db"));
    }

    /**
     * Begins a run in a folder that is missing or empty.
     *
     * @param config the text of {@code config.yaml}
     * @throws InputException when the folder holds a run or anything else, or is in use
     */
    public static RunFolder create(Path folder, String config) {
        refuseUnlessFree(folder);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new InputException("Cannot create the folder " + folder + ": " + IoReason.of(e) + ".", e);
        }
        return locked(folder, () -> {
            refuseUnlessFree(folder); // again: another process may have begun a run before this one had the lock
            AtomicFile.writeText(folder.resolve(CONFIG), config);
        });
    }

    /**
     * @throws InputException when the folder holds no run, or is in use
     * @throws EnvironmentException when it may not be written
     */
    public static RunFolder open(Path folder) {
        if (!Files.exists(folder.resolve(CONFIG))) {
            throw new InputException(folder + " must hold a run, but has no " + CONFIG + ". Begin one with: "
                    + WeftCommand.of("train", "RECIPE").path("--out", folder));
        }
        if (!Files.isWritable(folder)) {
            throw new EnvironmentException(
                    folder + " must be writable, because what is done with a run is noted in it, but is"
                            + " read-only. Copy the run to where you may write.");
        }
        return locked(folder, () -> {});
    }

    private static RunFolder locked(Path folder, Runnable preparation) {
        RunLock lock = RunLock.of(folder);
        RunFolder run = null;
        try {
            preparation.run();
            run = new RunFolder(folder, lock);
            return run;
        } finally {
            if (run == null) {
                lock.close();
            }
        }
    }

    private static void refuseUnlessFree(Path folder) {
        if (Files.exists(folder.resolve(CONFIG))) {
            throw new InputException(folder + " already holds a run. Give another folder, or continue the run with: "
                    + WeftCommand.of("resume").path(folder));
        }
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new InputException(folder + " must be a folder for the run, but is a file. Give another name.");
        }
        if (Files.isDirectory(folder)) {
            for (Path file : files(folder)) {
                if (!file.getFileName().toString().equals(RunLock.FILE) && !AtomicFile.isTemporary(file)) {
                    throw new InputException(folder + " must be an empty or a new folder for the run, but holds \""
                            + file.getFileName() + "\". Give another folder.");
                }
            }
        }
    }

    /** Whether a file of that name is one of those that a run lives by; its report and what was exported into it are not. */
    public static boolean isOwn(String name) {
        return OWN.contains(name)
                || CHECKPOINT.matcher(name).matches()
                || PHASE.matcher(name).matches();
    }

    /** Has the files that a run lives by kept from being written over, those too that it may come to have. */
    public static void protect(Path folder, OutputFiles outputs) {
        Path real = OutputFiles.real(folder);
        for (Path file : files(folder)) {
            if (isOwn(file.getFileName().toString())) {
                outputs.reads("a file of the run", file);
            }
        }
        outputs.keeps(
                "those of the run",
                file -> real.equals(file.getParent())
                                && isOwn(file.getFileName().toString())
                        || file.startsWith(real.resolve("nodes")));
    }

    public Path path() {
        return folder;
    }

    public Path config() {
        return folder.resolve(CONFIG);
    }

    /** Replaces the settings: for what may change while a run lives, as where its data lies. */
    public void saveConfig(String config) {
        AtomicFile.writeText(config(), config);
    }

    public Path family() {
        return folder.resolve("family.safetensors");
    }

    /** The largest member as it was at the end of a phase, for phases that learn from it. */
    public Path phaseFamily(String phase) {
        return folder.resolve("phase-" + phase + ".safetensors");
    }

    public Path report() {
        return folder.resolve("report.html");
    }

    /** Open as long as this folder is, and closed by it. */
    public RunDatabase database() {
        return database;
    }

    /**
     * Saves the state after {@code step} steps, and the metrics before it; then deletes all but the two latest checkpoints.
     *
     * @throws dev.weft.io.EnvironmentException when the disk is full; earlier checkpoints are then untouched
     */
    public Checkpoint saveCheckpoint(
            long step, LinkedHashMap<String, TensorData> tensors, Map<String, String> metadata) {
        if (step < 0) {
            throw new IllegalArgumentException("step must be 0 or more, but is " + step);
        }
        database.flush();
        Checkpoint saved =
                new Checkpoint(step, folder.resolve(String.format(Locale.ROOT, "checkpoint-%06d.safetensors", step)));
        Safetensors.write(saved.file(), tensors, metadata);
        checkpoints().stream().skip(KEPT_CHECKPOINTS).forEach(old -> delete(old.file()));
        return saved;
    }

    /** Checkpoints on disk, intact or not, newest first. */
    public List<Checkpoint> checkpoints() {
        List<Checkpoint> found = new ArrayList<>();
        for (Path file : files(folder)) {
            Matcher name = CHECKPOINT.matcher(file.getFileName().toString());
            if (name.matches()) {
                found.add(new Checkpoint(Long.parseLong(name.group(1)), file));
            }
        }
        found.sort(Comparator.comparingLong(Checkpoint::step).reversed());
        return found;
    }

    /** The newest checkpoint whose checksum is right; damaged ones are passed over with a warning, and stay on disk. */
    public LatestCheckpoint latestCheckpoint() {
        List<String> warnings = new ArrayList<>();
        for (Checkpoint checkpoint : checkpoints()) {
            try {
                SafetensorsFile.open(checkpoint.file()).verify();
                return new LatestCheckpoint(Optional.of(checkpoint), warnings);
            } catch (InputException e) {
                warnings.add(e.getMessage());
            }
        }
        return new LatestCheckpoint(Optional.empty(), warnings);
    }

    /**
     * Takes the run back to {@code step}, before it goes on from there: metrics of later steps are deleted, and later checkpoints,
     * which were found damaged, are put aside under the ending {@code .damaged}. Measured members and events stay.
     */
    public void rewind(long step) {
        for (Checkpoint checkpoint : checkpoints()) {
            if (checkpoint.step() > step) {
                putAside(checkpoint.file());
            }
        }
        database.truncateAfter(step);
    }

    /** Closes the database and lets others open the folder. */
    @Override
    public void close() {
        try {
            database.close();
        } finally {
            lock.close();
        }
    }

    private static void putAside(Path file) {
        try {
            Files.move(file, file.resolveSibling(file.getFileName() + ".damaged"), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new InputException("Cannot rename " + file + ": " + IoReason.of(e) + ".", e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new InputException("Cannot delete " + file + ": " + IoReason.of(e) + ".", e);
        }
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new InputException("Cannot read the folder " + folder + ": " + IoReason.of(e) + ".", e);
        }
    }
}
