package dev.weft.trust;

import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.io.SafetensorsFile;
import dev.weft.loss.Role;
import dev.weft.metric.Metric;
import dev.weft.model.FamilyDescription;
import dev.weft.recipe.Base;
import dev.weft.recipe.Recipe;
import dev.weft.space.Member;
import dev.weft.step.StepReport;
import dev.weft.train.KeptTrainings;
import dev.weft.train.StoredRun;
import dev.weft.train.TrainingListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/**
 * Trains members alone, by one recipe and from fresh weights, as {@link KeptTrainings}: they can be ended at any moment and started
 * again.
 *
 * <p>Training {@code t} of every member has the same seed, that of the first plus {@code t}: the same order of examples. Splits are
 * those of the family, whatever the seed.
 */
final class AnchorTrainings {
    private final KeptTrainings kept;
    private final Path family;
    private final Kinds kinds;
    private final Recipe recipe;
    private final List<Member> members;
    private final long seed;
    private final Metric metric;

    /**
     * @param folder where the runs are
     * @param family the file that members are taken from
     * @param recipe of each training; its model is the member's
     * @param kinds that the family and the recipe may name
     * @param metric what the truth is: the measured number of a trained member on the selection split
     */
    AnchorTrainings(
            Path folder, Path family, Kinds kinds, Recipe recipe, List<Member> members, long seed, Metric metric) {
        this.kept = new KeptTrainings(folder, kinds);
        this.kinds = kinds;
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
                TrainingListener shown = shown(finished, all, progress);
                if (!kept.train(name(i, training), recipe(i), seed + training, stop, List.of(shown))) {
                    return false;
                }
                finished++;
            }
        }
        return true;
    }

    private static TrainingListener shown(long finished, long all, TrustProgress progress) {
        return new TrainingListener() {
            @Override
            public void stepDone(StepReport report) {
                progress.update(
                        "anchors",
                        finished * report.steps() + report.step(),
                        all * report.steps(),
                        "steps",
                        "training " + (finished + 1) + " of " + all);
            }
        };
    }

    private Recipe recipe(int index) {
        Base alone = Base.of(family.toString(), members.get(index).toString(), Base.Weights.FRESH);
        return recipe.from(alone);
    }

    private static String name(int index, int training) {
        return String.format(Locale.ROOT, "anchor-%03d-training-%d", index + 1, training + 1);
    }

    /** How many of these trainings an earlier version of Weft began, whose seeds are not independent. */
    long ofEarlierVersion(int trainings) {
        long found = 0;
        for (int i = 0; i < members.size(); i++) {
            for (int training = 0; training < trainings; training++) {
                found += StoredRun.settings(kept.run(name(i, training)), kinds).resumesExactly() ? 0 : 1;
            }
        }
        return found;
    }

    /** The measured numbers of each member, one a training; all must be done. */
    List<List<Double>> values(int trainings) {
        List<List<Double>> values = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            List<Double> ofMember = new ArrayList<>();
            for (int training = 0; training < trainings; training++) {
                ofMember.add(value(kept.family(name(i, training))));
            }
            values.add(ofMember);
        }
        return values;
    }

    private double value(Path file) {
        return FamilyDescription.of(SafetensorsFile.open(file), kinds)
                .flatMap(family -> family.members().stream()
                        .filter(kept -> kept.name().equals(Role.LARGEST.toString()))
                        .findFirst())
                .map(kept -> kept.measurements().get(metric.key()))
                .orElseThrow(() -> new InputException(file + " must be a trained anchor with its " + metric
                        + ", but is not. Remove its folder to train it again."));
    }
}
