package dev.weft.lab.gm;

import dev.weft.data.Splits;
import dev.weft.lab.Arm;
import dev.weft.lab.ArmResult;
import dev.weft.lab.Experiment;
import dev.weft.lab.ReproductionProgress;
import dev.weft.lab.cells.GroundTruth;
import dev.weft.model.Family;
import dev.weft.nn.MemberStatistics;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.train.Evaluation;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;
import dev.weft.tree.TreeListener;
import dev.weft.tree.TreeRecord;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/** One call: what is left to do of it, in order. Methods return nothing, or false, when stopped. */
final class GmWork {
    private static final String ACCURACY = "accuracy";

    private final Experiment experiment;
    private final GmScale scale;
    private final GroundTruth truth;
    private final GmArms arms;
    private final Splits splits;
    private final long stepsPerEpoch;
    private final List<Member> random;
    private final ReproductionProgress progress;
    private final BooleanSupplier stop;
    private long done; // steps
    private long total;

    GmWork(
            Experiment experiment,
            GmScale scale,
            GroundTruth truth,
            Splits splits,
            ReproductionProgress progress,
            BooleanSupplier stop) {
        this.experiment = experiment;
        this.scale = scale;
        this.truth = truth;
        this.arms = new GmArms(scale, truth);
        this.splits = splits;
        this.stepsPerEpoch = splits.train().size() / scale.batchSize();
        this.random = random(truth, scale.randomMembers(), scale.memberSeed());
        this.progress = progress;
        this.stop = stop;
    }

    /** Distinct random members that are no anchors, the same for every arm and seed. */
    static List<Member> random(GroundTruth truth, int count, long seed) {
        Set<Member> drawn = new LinkedHashSet<>();
        SplittableRandom random = RandomStream.EXPERIMENT.random(seed);
        while (drawn.size() < count) {
            Member member = truth.space().sample(random);
            if (!truth.members().contains(member)) {
                drawn.add(member);
            }
        }
        return List.copyOf(drawn);
    }

    /** Seed by seed, so that after the first one every arm has a number. */
    Optional<List<GmMeasurement>> all(List<Long> seeds) {
        total = seeds.size()
                * (GmArms.ALL.stream().mapToLong(arms::supernetEpochs).sum()
                        + (long) GmArms.ALL.size() * scale.aloneTrainings() * scale.aloneEpochs())
                * stepsPerEpoch;
        List<GmMeasurement> measured = new ArrayList<>();
        for (long seed : seeds) {
            for (String arm : GmArms.ALL) {
                Optional<GmMeasurement> one = measured(arm, seed);
                if (one.isEmpty() || !alone(one.get().selected())) {
                    return Optional.empty();
                }
                measured.add(one.get());
            }
        }
        return Optional.of(measured);
    }

    private Optional<GmMeasurement> measured(String name, long seed) {
        if (trained(name, seed).isEmpty()) {
            return Optional.empty();
        }
        return experiment.once("members-" + name + "-seed-" + seed, GmMeasurement.class, () -> {
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
            progress.update("measure", 0, 1, "arms", name + ", seed " + seed);
            try (Family family = Family.open(experiment.family(name, seed))) {
                return Optional.of(GmMeasurement.of(name, seed, family, truth, random, splits));
            }
        });
    }

    private Optional<ArmResult> trained(String name, long seed) {
        TreeRecord matched = name.equals(GmArms.RANDOM_PARTITION) ? experiment.tree(GmArms.MATCHED, seed) : null;
        Arm arm = arms.arm(name, matched);
        String detail = name + ", seed " + seed;
        Optional<ArmResult> result = GmArms.isTree(name)
                ? experiment.grow(arm, seed, new TreeListener() {
                    @Override
                    public void stepDone(String node, long steps, long planned, TrainingListener.StepReport report) {
                        show(steps, detail);
                    }
                })
                : experiment.train(arm, seed, shown(detail), trainer -> Map.of());
        result.ifPresent(r -> done += arms.supernetEpochs(name) * stepsPerEpoch);
        return result;
    }

    private TrainingListener shown(String detail) {
        return new TrainingListener() {
            @Override
            public void stepDone(StepReport report) {
                show(report.step(), detail);
            }
        };
    }

    private void show(long steps, String detail) {
        progress.update("train", done + steps, Math.max(total, done + steps), "steps", detail);
    }

    /** Trains a selected member alone as the anchors were, unless it is one, or was selected before. */
    private boolean alone(String selected) {
        Member member = truth.space().parse(selected);
        for (int training = 0;
                training < scale.aloneTrainings() && !truth.members().contains(member);
                training++) {
            Optional<ArmResult> result = experiment.train(
                    arms.alone(member),
                    GroundTruth.seed(training),
                    shown("selected " + selected),
                    trainer -> Map.of(ACCURACY, accuracy(trainer)));
            if (result.isEmpty()) {
                return false;
            }
        }
        done += (long) scale.aloneTrainings() * scale.aloneEpochs() * stepsPerEpoch;
        return true;
    }

    private static double accuracy(Trainer trainer) {
        Member plain = trainer.family().space().largest();
        try (MemberStatistics statistics = trainer.calibrate(plain)) {
            return Evaluation.accuracy(
                    trainer.family(), plain, statistics, trainer.splits().selection());
        }
    }

    /** The accuracy of a selected member trained alone, as a part of 1: the mean over as many trainings for an anchor as for others. */
    double aloneAccuracy(String selected) {
        Member member = truth.space().parse(selected);
        int anchor = truth.members().indexOf(member);
        double sum = 0;
        for (int training = 0; training < scale.aloneTrainings(); training++) {
            sum += anchor >= 0
                    ? truth.anchors().get(anchor).accuracies().get(training)
                    : experiment
                            .result(arms.alone(member).name(), GroundTruth.seed(training))
                            .orElseThrow()
                            .value(ACCURACY);
        }
        return sum / scale.aloneTrainings();
    }

    /** The trees of an arm, one a seed. */
    List<TreeRecord> trees(String arm, List<Long> seeds) {
        return seeds.stream().map(seed -> experiment.tree(arm, seed)).toList();
    }

    ArmResult result(String arm, long seed) {
        return experiment
                .result(arm, seed)
                .orElseThrow(() -> new IllegalStateException("arm " + arm + ", seed " + seed + " is not done"));
    }
}
