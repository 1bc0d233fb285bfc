package dev.weft.lab;

import dev.weft.io.AtomicFile;
import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import dev.weft.io.Json;
import dev.weft.report.ReportWriter;
import dev.weft.run.Metric;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;
import dev.weft.tree.TreeListener;
import dev.weft.tree.TreeRecord;
import dev.weft.tree.TreeTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The folder of a reproduction, and how arms are trained in it so that nothing is done twice:
 *
 * <pre>
 * experiment.json         the settings that every arm shares
 * runs/ARM-seed-N/        a run folder, which continues where it was stopped
 * results/ARM-seed-N.json what was measured of it
 * results.json, report.html
 * </pre>
 */
public final class Experiment {
    private final Path folder;
    private final BooleanSupplier stop;

    private Experiment(Path folder, BooleanSupplier stop) {
        this.folder = folder;
        this.stop = stop;
    }

    /**
     * Opens the folder, or begins it when it is missing or empty.
     *
     * @param settings a record that decides the numbers; the number of seeds is not part of it
     * @throws InputException when the folder holds something else, or an experiment with other settings
     */
    public static Experiment open(Path folder, Object settings, BooleanSupplier stop) {
        Path file = folder.resolve("experiment.json");
        String text = Json.write(settings);
        if (Files.exists(file)) {
            if (!read(file).equals(text)) {
                throw new InputException(folder
                        + " must hold an experiment with these settings, but experiment.json in it has others. "
                        + "Give the options it was begun with, or another folder.");
            }
        } else if (!isFree(folder)) {
            throw new InputException(
                    folder + " must be a new or empty folder, or one with an experiment.json, but holds "
                            + "something else. Give another folder.");
        } else {
            AtomicFile.writeText(file, text);
        }
        return new Experiment(folder, stop);
    }

    /** The file that the family of an arm is in, once it is trained. */
    public Path family(String arm, long seed) {
        return run(arm, seed).resolve("family.safetensors").toAbsolutePath();
    }

    /** What was measured of an arm, if it was. */
    public Optional<ArmResult> result(String arm, long seed) {
        return document(key(arm, seed), ArmResult.class);
    }

    /**
     * Trains an arm to the end and measures it, unless that was done before.
     *
     * @param listener told of each step
     * @param measure from the trained arm to its values by name
     * @return empty when stopped
     */
    public Optional<ArmResult> train(
            Arm arm, long seed, TrainingListener listener, Function<Trainer, Map<String, Double>> measure) {
        Optional<ArmResult> known = result(arm.name(), seed);
        if (known.isPresent() || stop.getAsBoolean()) {
            return known;
        }
        try (Trainer trainer = begunOrStarted(arm, seed)) {
            if (!trainer.run(stop, List.of(listener)) || stop.getAsBoolean()) {
                return Optional.empty();
            }
            ArmResult result = new ArmResult(
                    arm.name(),
                    seed,
                    seconds(trainer),
                    trainer.steps(),
                    trainer.steps() * arm.membersPerStep(),
                    measure.apply(trainer));
            write(key(arm.name(), seed), result);
            return Optional.of(result);
        }
    }

    /**
     * Trains an arm up to a step, and works out a document of the results there, unless that was done before.
     *
     * @param epoch after which, at most the last one
     * @param name of the document
     * @return empty when stopped
     */
    public <T> Optional<T> atEpoch(
            Arm arm,
            long seed,
            int epoch,
            String name,
            Class<T> type,
            TrainingListener listener,
            Function<Trainer, T> work) {
        return once(name, type, () -> {
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
            try (Trainer trainer = begunOrStarted(arm, seed)) {
                long step = trainer.steps() / arm.recipe().train().epochs() * epoch;
                return trainer.runTo(step, stop, List.of(listener))
                        ? Optional.of(work.apply(trainer))
                        : Optional.empty();
            }
        });
    }

    private Trainer begunOrStarted(Arm arm, long seed) {
        return begun(arm.name(), seed)
                ? Trainer.resume(run(arm.name(), seed))
                : Trainer.start(arm.recipe(), run(arm.name(), seed), seed);
    }

    /**
     * Grows a tree of supernets to the end, as {@link #train} trains one, unless that was done before.
     *
     * @param arm whose recipe has a split
     * @param listener told of each step
     * @return what it took, without values; empty when stopped
     */
    public Optional<ArmResult> grow(Arm arm, long seed, TreeListener listener) {
        Optional<ArmResult> known = result(arm.name(), seed);
        if (known.isPresent() || stop.getAsBoolean()) {
            return known;
        }
        try (TreeTrainer trainer = begun(arm.name(), seed)
                ? TreeTrainer.resume(run(arm.name(), seed))
                : TreeTrainer.start(arm.recipe(), run(arm.name(), seed), seed)) {
            if (!trainer.run(stop, listener)) {
                return Optional.empty();
            }
            double seconds = 0;
            long forwards = 0;
            for (TreeRecord.Node node : trainer.tree().nodes()) {
                seconds += node.training().seconds();
                forwards += node.training().passes();
                for (TreeRecord.Probe probe : node.probes()) {
                    seconds += probe.seconds();
                    forwards += probe.passes();
                }
            }
            ArmResult result = new ArmResult(arm.name(), seed, seconds, trainer.stepsDone(), forwards, Map.of());
            write(key(arm.name(), seed), result);
            return Optional.of(result);
        }
    }

    /** The tree of an arm that {@link #grow} has grown. */
    public TreeRecord tree(String arm, long seed) {
        return TreeRecord.of(run(arm, seed))
                .orElseThrow(() -> new IllegalStateException("arm " + arm + ", seed " + seed + " has no tree"));
    }

    /** A trained arm, open; the caller closes it. */
    public Trainer open(String arm, long seed) {
        return Trainer.resume(run(arm, seed));
    }

    /**
     * A document of the results that is worked out once and then kept.
     *
     * @param work empty when it was stopped
     */
    public <T> Optional<T> once(String name, Class<T> type, Supplier<Optional<T>> work) {
        Optional<T> known = document(name, type);
        if (known.isPresent()) {
            return known;
        }
        Optional<T> done = work.get();
        done.ifPresent(value -> write(name, value));
        return done;
    }

    /** Writes {@code results.json} and {@code report.html}, and returns the results. */
    public Results conclude(Results results) {
        AtomicFile.writeText(folder.resolve("results.json"), Json.write(results));
        ReportWriter.write(results.report(), folder.resolve("report.html"));
        return results;
    }

    private boolean begun(String arm, long seed) {
        return Files.exists(run(arm, seed).resolve("config.yaml"));
    }

    private Path run(String arm, long seed) {
        return folder.resolve("runs").resolve(key(arm, seed));
    }

    private static String key(String arm, long seed) {
        return arm + "-seed-" + seed;
    }

    private Path file(String name) {
        return folder.resolve("results").resolve(name + ".json");
    }

    private <T> Optional<T> document(String name, Class<T> type) {
        return Files.exists(file(name)) ? Optional.of(Json.read(file(name), type)) : Optional.empty();
    }

    private void write(String name, Object value) {
        AtomicFile.writeText(file(name), Json.write(value));
    }

    /** The training clock goes on over interruptions, and stands beside every loss. */
    private static double seconds(Trainer trainer) {
        List<Metric> metrics = trainer.folder().database().metrics();
        return metrics.get(metrics.size() - 1).seconds();
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
