package dev.weft.lab.tanglenas;

import dev.weft.data.Splits;
import dev.weft.lab.Experiment;
import dev.weft.lab.Judgement;
import dev.weft.lab.Reproduction;
import dev.weft.lab.ReproductionProgress;
import dev.weft.lab.ReproductionSettings;
import dev.weft.lab.Results;
import dev.weft.report.ExperimentReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/**
 * TangleNAS at small scale: does search by gradient over entangled weights cost what one network costs, and does it choose well? Arms
 * and claims are those of the specification's section on reproduction; numbers are of this scale, not the paper's.
 */
public final class TangleNasReproduction implements Reproduction {
    static final String ACCURACY = "accuracy";
    static final String PARAMS = "params";
    static final String MACS = "macs";
    static final String RANDOM_CHOICE = "C-random";
    static final String EVOLVED_CHOICE = "C-evolution";

    private static final String NAME = "tanglenas";

    private final TangleNasScale full;
    private final TangleNasScale smoke;

    public TangleNasReproduction() {
        this(TangleNasScale.full(), TangleNasScale.smoke());
    }

    TangleNasReproduction(TangleNasScale full, TangleNasScale smoke) {
        this.full = full;
        this.smoke = smoke;
    }

    /** What {@code experiment.json} holds: all that decides the numbers, but not how many seeds and maps there are. */
    record Settings(int formatVersion, String system, boolean smoke, String data, TangleNasScale scale) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ExperimentReport.Paper paper() {
        return new ExperimentReport.Paper(
                "Weight-Entanglement Meets Gradient-Based Neural Architecture Search",
                "Rhea Sanjay Sukthanker, Arjun Krishnakumar, Mahmoud Safari, Frank Hutter",
                2024,
                "arXiv:2312.10440");
    }

    @Override
    public String description() {
        return "search by gradient over entangled weights, against separate weights, single path with search, and random members";
    }

    @Override
    public String data() {
        return "fashion-mnist-10k";
    }

    @Override
    public Optional<Results> run(
            ReproductionSettings settings, Path folder, ReproductionProgress progress, BooleanSupplier stop) {
        TangleNasScale own = settings.smoke() ? smoke : full;
        TangleNasScale scale = settings.epochs() == null ? own : own.withEpochs(settings.epochs());
        Settings kept = new Settings(1, NAME, settings.smoke(), settings.data(), scale);
        List<Long> seeds = LongStream.rangeClosed(1, settings.seeds()).boxed().toList();
        // Opened before the folder is begun: unknown data must not leave one behind.
        Splits splits = TangleNasArms.data(scale, settings.data(), scale.selectionSize())
                .open(1);
        Experiment experiment = Experiment.open(folder, kept, stop);
        try (TangleNasWork work = new TangleNasWork(experiment, scale, settings, splits, progress, stop)) {
            return work.all(seeds).map(done -> {
                TangleNasTable table = new TangleNasTable(done);
                List<Judgement> judgements = table.judgements();
                ExperimentReport report =
                        new TangleNasPage(this, settings, folder, scale, table, done).report(judgements);
                return experiment.conclude(Results.of(NAME, settings.smoke(), judgements, report, kept, done));
            });
        }
    }
}
