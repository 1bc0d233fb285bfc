package dev.weft.lab.shiftnas;

import dev.weft.data.Batch;
import dev.weft.data.Splits;
import dev.weft.io.InputException;
import dev.weft.lab.Arm;
import dev.weft.lab.ArmResult;
import dev.weft.lab.Experiment;
import dev.weft.lab.Judgement;
import dev.weft.lab.Reproduction;
import dev.weft.lab.ReproductionProgress;
import dev.weft.lab.ReproductionSettings;
import dev.weft.lab.Results;
import dev.weft.lab.shiftnas.Measurements.Choice;
import dev.weft.lab.shiftnas.Measurements.Curve;
import dev.weft.lab.shiftnas.Measurements.Level;
import dev.weft.report.ExperimentReport;
import dev.weft.train.DataSettings;
import dev.weft.train.Draw;
import dev.weft.train.Trainer;
import dev.weft.train.TrainingListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/**
 * ShiftNAS at small scale: are members of seldom drawn costs better when the cost is drawn first, and does it help that its
 * probabilities learn? Arms and claims are those of the specification's section on reproduction; numbers are of this scale, not the
 * paper's.
 */
public final class ShiftNasReproduction implements Reproduction {
    private static final String NAME = "shiftnas";

    private final ShiftNasScale full;
    private final ShiftNasScale smoke;

    public ShiftNasReproduction() {
        this(ShiftNasScale.full(), ShiftNasScale.smoke());
    }

    ShiftNasReproduction(ShiftNasScale full, ShiftNasScale smoke) {
        this.full = full;
        this.smoke = smoke;
    }

    /** What {@code experiment.json} holds: all that decides the numbers, but not how many seeds there are. */
    record Settings(int formatVersion, String system, boolean smoke, String data, ShiftNasScale scale) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ExperimentReport.Paper paper() {
        return new ExperimentReport.Paper(
                "ShiftNAS: Improving One-shot NAS via Probability Shift",
                "Mingyang Zhang, Xinyi Yu, Haodong Zhao, Linlin Ou",
                2023,
                "arXiv:2307.08300");
    }

    @Override
    public String description() {
        return "cost levels drawn first, uniform and learned, with members of a generator, against uniform operations and exact draws";
    }

    @Override
    public String data() {
        return "fashion-mnist-10k";
    }

    @Override
    public Optional<Results> run(
            ReproductionSettings settings, Path folder, ReproductionProgress progress, BooleanSupplier stop) {
        if (settings.maps()) {
            throw new InputException("shiftnas must be run without maps: it mixes no weights.");
        }
        ShiftNasScale own = settings.smoke() ? smoke : full;
        ShiftNasScale scale = settings.epochs() == null ? own : own.withEpochs(settings.epochs());
        Settings kept = new Settings(1, NAME, settings.smoke(), settings.data(), scale);
        List<Long> seeds = LongStream.rangeClosed(1, settings.seeds()).boxed().toList();
        // Opened before the folder is begun: unknown data must not leave one behind.
        Splits splits =
                ShiftNasArms.data(scale, settings.data(), scale.selectionSize()).open(1);
        LevelledSpace space = new LevelledSpace(scale.model().withInput(DataSettings.input(splits)), scale.levels());
        Experiment experiment = Experiment.open(folder, kept, stop);
        Work work = new Work(
                experiment,
                folder,
                new ShiftNasArms(scale, settings.data(), splits.train().size()),
                scale,
                space,
                new ShiftNasMeasurement(scale, space, settings.data()),
                progress,
                stop,
                (splits.train().size() - scale.heldOutSize()) / scale.batchSize() * scale.epochs());
        return work.all(seeds).map(measured -> {
            ShiftNasTable table = new ShiftNasTable(experiment, seeds, space, measured);
            List<Judgement> judgements = table.judgements();
            ExperimentReport report =
                    new ShiftNasPage(this, settings, folder, scale, space, table, measured).report(seeds, judgements);
            return experiment.conclude(Results.of(NAME, settings.smoke(), judgements, report, kept, measured));
        });
    }

    /** One call: what is left to do of it, in order. Methods return nothing when stopped. */
    private record Work(
            Experiment experiment,
            Path folder,
            ShiftNasArms arms,
            ShiftNasScale scale,
            LevelledSpace space,
            ShiftNasMeasurement measurement,
            ReproductionProgress progress,
            BooleanSupplier stop,
            long steps) {
        /** Seed by seed, so that after the first one every arm has a number. */
        Optional<Measurements> all(List<Long> seeds) {
            List<Curve> curves = new ArrayList<>();
            List<Choice> choices = new ArrayList<>();
            long done = 0;
            for (long seed : seeds) {
                for (String name : ShiftNasArms.NAMES) {
                    long before = done;
                    if (train(arms.arm(name), seed, before, seeds.size() * ShiftNasArms.NAMES.size() * steps)
                            .isEmpty()) {
                        return Optional.empty();
                    }
                    done += steps;
                    if (ShiftNasArms.WITH_LEARNED_LEVELS.contains(name)) {
                        curves.add(experiment
                                .once("curve-" + name + "-seed-" + seed, Curve.class, () -> {
                                    try (Trainer trainer = experiment.open(name, seed)) {
                                        return Optional.of(measurement.curve(name, seed, trainer));
                                    }
                                })
                                .orElseThrow());
                    }
                    if (name.equals(ShiftNasArms.REJECTION)) {
                        continue;
                    }
                    Optional<Choice> chosen = choose(name, seed);
                    if (chosen.isEmpty()) {
                        return Optional.empty();
                    }
                    choices.add(chosen.get());
                }
            }
            List<Level> levels = new ArrayList<>();
            for (int k = 0; k < space.levels(); k++) {
                levels.add(
                        new Level(space.centre(k), space.size(k), space.shares().get(k)));
            }
            return Optional.of(new Measurements(levels, curves, choices, ShiftSimulation.all(scale)));
        }

        private Optional<ArmResult> train(Arm arm, long seed, long before, long total) {
            Path record = folder.resolve("results").resolve("visits-" + arm.name() + "-seed-" + seed + ".bin");
            Optional<ArmResult> known = experiment.result(arm.name(), seed);
            if (known.isPresent()) {
                return known;
            }
            try (VisitLog visits = new VisitLog(record, space)) {
                TrainingListener listener = new TrainingListener() {
                    @Override
                    public void memberForwarded(long step, Draw draw, Batch batch, Tensor outputs) {
                        visits.note(step, draw.member());
                    }

                    @Override
                    public void stepDone(StepReport report) {
                        progress.update(
                                "train",
                                before + report.step(),
                                total,
                                "steps",
                                "arm " + arm.name() + ", seed " + seed);
                    }
                };
                return experiment.train(arm, seed, listener, trainer -> measurement.of(trainer, visits.read()));
            }
        }

        private Optional<Choice> choose(String name, long seed) {
            return experiment.once("choice-" + name + "-seed-" + seed, Choice.class, () -> {
                try (Trainer trainer = experiment.open(name, seed)) {
                    return name.equals(ShiftNasArms.OPERATIONS)
                            ? measurement.bestOfRandom(name, seed, trainer, progress, stop)
                            : Optional.of(measurement.generated(name, seed, trainer));
                }
            });
        }
    }
}
