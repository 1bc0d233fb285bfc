package dev.weft.trust;

import dev.weft.io.InputException;
import dev.weft.io.SafetensorsFile;
import dev.weft.model.FamilyDescription;
import dev.weft.model.Metric;
import dev.weft.space.Member;
import dev.weft.train.Recipe;
import dev.weft.train.Role;
import dev.weft.train.Start;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Trains members alone, by one recipe and from fresh weights, each as a run in a folder of its own. A training that is finished is
 * never repeated, and one that was stopped or killed goes on from its last checkpoint with the same numbers, so it can be ended at any
 * moment and started again.
 *
 * <p>Training {@code t} of every member has the same seed, that of the first plus {@code t}: the same order of examples. Splits are
 * those of the family, whatever the seed.
 */
final class AnchorTrainings {
    private final Path folder;
    private final Path family;
    private final Recipe recipe;
    private final List<Member> members;
    private final long seed;
    private final Metric metric;

    /**
     * @param folder where the runs are
     * @param family the file that members are taken from
     * @param recipe of each training; its model is the member's
     * @param metric what the truth is: the measured number of a trained member on the selection split
     */
    AnchorTrainings(Path folder, Path family, Recipe recipe, List<Member> members, long seed, Metric metric) {
        this.folder = folder;
        this.family = family;
        this.recipe = recipe;
        this.members = List.copyOf(members);
        this.seed = seed;
        this.metric = metric;
    }

    /**
     * Trains what is not trained yet: every member once, then every member again.
     *
     * @param trainings how often each is trained
     * @param stop asked between steps
     * @return whether all are done
     * @throws dev.weft.io.CheckFailedException when a training comes to numbers that are not finite
     */
    boolean run(int trainings, BooleanSupplier stop, TrustProgress progress) {
        long all = (long) members.size() * trainings;
        long finished = 0;
        for (int training = 0; training < trainings; training++) {
            for (int i = 0; i < members.size(); i++) {
                if (!isDone(i, training)) {
                    if (stop.getAsBoolean() || !train(i, training, finished, all, stop, progress)) {
                        return false;
                    }
                }
                finished++;
            }
        }
        return true;
    }

    private boolean train(
            int index, int training, long finished, long all, BooleanSupplier stop, TrustProgress progress) {
        Path run = run(index, training);
        boolean began = Files.exists(run.resolve("config.yaml"));
        try (Trainer trainer = began
                ? Trainer.resume(run, Optional.of(recipe.data().source()))
                : Trainer.start(recipe(index), run, seed + training)) {
            String detail = "training " + (finished + 1) + " of " + all;
            TrainingListener shown = new TrainingListener() {
                @Override
                public void stepDone(StepReport report) {
                    progress.update(
                            "anchors",
                            finished * report.steps() + report.step(),
                            all * report.steps(),
                            "steps",
                            detail);
                }
            };
            return trainer.run(stop, List.of(shown));
        }
    }

    private Recipe recipe(int index) {
        Start alone = new Start(family.toString(), members.get(index).toString(), Start.Weights.FRESH);
        return recipe.from(alone);
    }

    private Path run(int index, int training) {
        return folder.resolve(String.format(Locale.ROOT, "anchor-%03d-training-%d", index + 1, training + 1));
    }

    private boolean isDone(int index, int training) {
        return Files.exists(run(index, training).resolve("family.safetensors"));
    }

    /** The measured numbers of each member, one a training; all must be done. */
    List<List<Double>> values(int trainings) {
        List<List<Double>> values = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            List<Double> ofMember = new ArrayList<>();
            for (int training = 0; training < trainings; training++) {
                ofMember.add(value(run(i, training).resolve("family.safetensors")));
            }
            values.add(ofMember);
        }
        return values;
    }

    private double value(Path file) {
        return FamilyDescription.of(SafetensorsFile.open(file))
                .flatMap(family -> family.members().stream()
                        .filter(kept -> kept.name().equals(Role.LARGEST.toString()))
                        .findFirst())
                .map(kept -> kept.measurements().get(metric.key()))
                .orElseThrow(() -> new InputException(file + " must be a trained anchor with its " + metric
                        + ", but is not. Remove its folder to train it again."));
    }
}
