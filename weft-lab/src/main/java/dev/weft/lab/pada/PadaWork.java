package dev.weft.lab.pada;

import dev.weft.data.Splits;
import dev.weft.lab.Arm;
import dev.weft.lab.ArmResult;
import dev.weft.lab.Experiment;
import dev.weft.lab.ReproductionProgress;
import dev.weft.lab.cells.AnchorRanking;
import dev.weft.lab.cells.GroundTruth;
import dev.weft.model.Family;
import dev.weft.train.TrainingListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** One call: what is left to do of it, in order. Methods return nothing when stopped. */
final class PadaWork {
    private final Experiment experiment;
    private final PadaScale scale;
    private final GroundTruth truth;
    private final PadaArms arms;
    private final Splits splits;
    private final ReproductionProgress progress;
    private final BooleanSupplier stop;
    private long done; // steps
    private long total;

    PadaWork(
            Experiment experiment,
            PadaScale scale,
            GroundTruth truth,
            Splits splits,
            ReproductionProgress progress,
            BooleanSupplier stop) {
        this.experiment = experiment;
        this.scale = scale;
        this.truth = truth;
        this.arms = new PadaArms(scale, truth);
        this.splits = splits;
        this.progress = progress;
        this.stop = stop;
    }

    /** What was measured of an arm with a seed. */
    record Measured(ArmResult result, List<PadaProbe> probes, PadaMembers members) {}

    /** Seed by seed, so that after the first one every arm has a number. */
    Optional<List<Measured>> all(List<Long> seeds) {
        long stepsPerEpoch = splits.train().size() / scale.batchSize();
        total = seeds.size() * PadaArms.ALL.stream().mapToLong(arms::epochs).sum() * stepsPerEpoch;
        List<Measured> all = new ArrayList<>();
        for (long seed : seeds) {
            for (String name : PadaArms.ALL) {
                Optional<Measured> one = measured(name, seed);
                if (one.isEmpty()) {
                    return Optional.empty();
                }
                all.add(one.get());
                done += arms.epochs(name) * stepsPerEpoch;
            }
        }
        return Optional.of(all);
    }

    private Optional<Measured> measured(String name, long seed) {
        Arm arm = arms.arm(name);
        String key = name + "-seed-" + seed;
        TrainingListener shown = shown(name + ", seed " + seed);
        List<PadaProbe> probes = new ArrayList<>();
        for (int epoch : scale.checkpoints(arms.epochs(name))) {
            Optional<PadaProbe> probe = experiment.atEpoch(
                    arm,
                    seed,
                    epoch,
                    "probe-" + key + "-epoch-" + epoch,
                    PadaProbe.class,
                    shown,
                    trainer -> PadaProbe.of(name, seed, epoch, scale, truth, trainer));
            if (probe.isEmpty()) {
                return Optional.empty();
            }
            probes.add(probe.get());
        }
        Optional<ArmResult> result = experiment.train(arm, seed, shown, trainer -> Map.of());
        if (result.isEmpty()) {
            return Optional.empty();
        }
        return experiment
                .once("members-" + key, PadaMembers.class, () -> {
                    if (stop.getAsBoolean()) {
                        return Optional.empty();
                    }
                    progress.update("measure", 0, 1, "arms", name + ", seed " + seed);
                    try (Family family = Family.open(experiment.family(name, seed))) {
                        return Optional.of(new PadaMembers(
                                name,
                                seed,
                                AnchorRanking.of(family, truth, splits).scores()));
                    }
                })
                .map(members -> new Measured(result.get(), probes, members));
    }

    private TrainingListener shown(String detail) {
        return new TrainingListener() {
            @Override
            public void stepDone(StepReport report) {
                progress.update("train", done + report.step(), total, "steps", detail);
            }
        };
    }
}
