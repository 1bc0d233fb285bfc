package dev.weft.lab.bignas;

import dev.weft.io.InputException;
import dev.weft.lab.Arm;
import dev.weft.lab.ArmResult;
import dev.weft.lab.Experiment;
import dev.weft.lab.Judgement;
import dev.weft.lab.Reproduction;
import dev.weft.lab.ReproductionProgress;
import dev.weft.lab.ReproductionSettings;
import dev.weft.lab.Results;
import dev.weft.report.ExperimentReport;
import dev.weft.train.DataSettings;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/**
 * BigNAS at small scale: does one training of shared weights give members that need no retraining, and which ingredient does it?
 * Arms and claims are those of the specification's section on reproduction; numbers are of this scale, not the paper's.
 */
public final class BigNasReproduction implements Reproduction {
    private static final String NAME = "bignas";

    private final BigNasScale full;
    private final BigNasScale smoke;

    public BigNasReproduction() {
        this(BigNasScale.full(), BigNasScale.smoke());
    }

    BigNasReproduction(BigNasScale full, BigNasScale smoke) {
        this.full = full;
        this.smoke = smoke;
    }

    /** What {@code experiment.json} holds: all that decides the numbers, but not how many seeds there are. */
    record Settings(int formatVersion, String system, boolean smoke, String data, BigNasScale scale) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ExperimentReport.Paper paper() {
        return new ExperimentReport.Paper(
                "BigNAS: Scaling Up Neural Architecture Search with Big Single-Stage Models",
                "Jiahui Yu, Pengchong Jin, Hanxiao Liu, Gabriel Bender, Pieter-Jan Kindermans, Mingxing Tan, "
                        + "Thomas Huang, Xiaodan Song, Ruoming Pang, Quoc Le",
                2020,
                "arXiv:2003.11142");
    }

    @Override
    public String description() {
        return "members of one supernet without retraining, against single path, no distillation and training alone";
    }

    @Override
    public String data() {
        return "fashion-mnist-10k";
    }

    @Override
    public Optional<Results> run(
            ReproductionSettings settings, Path folder, ReproductionProgress progress, BooleanSupplier stop) {
        if (settings.maps()) {
            throw new InputException("bignas must be run without maps: it mixes no weights.");
        }
        BigNasScale own = settings.smoke() ? smoke : full;
        BigNasScale scale = settings.epochs() == null ? own : own.withEpochs(settings.epochs());
        Settings kept = new Settings(1, NAME, settings.smoke(), settings.data(), scale);
        List<Long> seeds = LongStream.rangeClosed(1, settings.seeds()).boxed().toList();
        BigNasArms arms = new BigNasArms(scale, settings.data());
        // Opened before the folder is begun: unknown data must not leave one behind.
        long stepsPerEpoch = new DataSettings.Images(
                                settings.data(),
                                scale.selectionSize(),
                                scale.batchSize(),
                                scale.augmentation(),
                                null,
                                null)
                        .open(1)
                        .train()
                        .size()
                / scale.batchSize();
        Experiment experiment = Experiment.open(folder, kept, stop);
        if (!trainAll(experiment, arms, seeds, stepsPerEpoch, scale, progress)) {
            return Optional.empty();
        }
        Optional<BudgetSearch.Found> found = experiment.once("search-seed-1", BudgetSearch.Found.class, () -> {
            try (Trainer trainer = experiment.open(BigNasArms.FULL, 1)) {
                return new BudgetSearch(scale).search(trainer, 1, progress, stop);
            }
        });
        if (found.isEmpty()) {
            return Optional.empty();
        }
        BigNasTable table = new BigNasTable(experiment, seeds);
        List<Judgement> judgements = new ArrayList<>(table.judgements());
        judgements.add(BudgetSearch.monotone(found.get()));
        ExperimentReport report =
                new BigNasPage(this, settings, folder, scale, table).report(seeds, judgements, found.get());
        return Optional.of(
                experiment.conclude(Results.of(NAME, settings.smoke(), judgements, report, kept, found.get())));
    }

    /** Seed by seed, so that after the first one every arm has a number. Says whether all are done. */
    private static boolean trainAll(
            Experiment experiment,
            BigNasArms arms,
            List<Long> seeds,
            long stepsPerEpoch,
            BigNasScale scale,
            ReproductionProgress progress) {
        BigNasMeasurement measurement = new BigNasMeasurement(scale);
        long total = seeds.size() * forwards(arms.all(experiment, 1), stepsPerEpoch);
        long[] done = {0};
        for (long seed : seeds) {
            for (Arm arm : arms.all(experiment, seed)) {
                String detail = "arm " + arm.name() + ", seed " + seed;
                TrainingListener listener = new TrainingListener() {
                    @Override
                    public void stepDone(StepReport report) {
                        long now = done[0] + report.step() * arm.membersPerStep();
                        progress.update("train", now, total, "member-forwards", detail);
                    }
                };
                Optional<ArmResult> result =
                        experiment.train(arm, seed, listener, trainer -> measure(measurement, arm, trainer));
                if (result.isEmpty()) {
                    return false;
                }
                done[0] += forwards(List.of(arm), stepsPerEpoch);
            }
        }
        return true;
    }

    private static Map<String, Double> measure(BigNasMeasurement measurement, Arm arm, Trainer trainer) {
        return arm.recipe().model().choices().isEmpty()
                ? measurement.ofPlain(trainer, arm.name().substring(arm.name().lastIndexOf('-') + 1))
                : measurement.ofSupernet(trainer);
    }

    private static long forwards(List<Arm> arms, long stepsPerEpoch) {
        return arms.stream()
                .mapToLong(arm -> arm.membersPerStep() * arm.recipe().train().epochs() * stepsPerEpoch)
                .sum();
    }
}
