package dev.weft.lab.pada;

import dev.weft.data.Splits;
import dev.weft.io.InputException;
import dev.weft.lab.Experiment;
import dev.weft.lab.Judgement;
import dev.weft.lab.Reproduction;
import dev.weft.lab.ReproductionProgress;
import dev.weft.lab.ReproductionSettings;
import dev.weft.lab.Results;
import dev.weft.lab.cells.GroundTruth;
import dev.weft.report.ExperimentReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/**
 * PA&amp;DA at small scale: do members and examples that are drawn by gradient norm make gradients less noisy and rankings better? Arms and
 * claims are those of the specification's section on reproduction; numbers are of this scale, not the paper's.
 */
public final class PadaReproduction implements Reproduction {
    private static final String NAME = "pa-da";

    private final PadaScale full;
    private final PadaScale smoke;
    private final GroundTruth known; // null for the table that comes with Weft, which is read when it is needed

    public PadaReproduction() {
        this(PadaScale.full(), PadaScale.smoke(), null);
    }

    PadaReproduction(PadaScale full, PadaScale smoke, GroundTruth known) {
        this.full = full;
        this.smoke = smoke;
        this.known = known;
    }

    /** What {@code experiment.json} holds: all that decides the numbers, but not how many seeds there are. */
    record Settings(int formatVersion, String system, boolean smoke, PadaScale scale, GroundTruth truth) {}

    /** What the results hold beyond the table. */
    record Findings(List<PadaProbe> probes, List<PadaMembers> members) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ExperimentReport.Paper paper() {
        return new ExperimentReport.Paper(
                "PA&DA: Jointly Sampling PAth and DAta for Consistent NAS",
                "Shun Lu, Yu Hu, Longxing Yang, Zihao Sun, Jilin Mei, Jianchao Tan, Chengru Song",
                2023,
                "arXiv:2302.14772");
    }

    @Override
    public String description() {
        return "members and examples drawn by gradient norm, against uniform and fair members";
    }

    @Override
    public String data() {
        return "fashion-mnist-10k";
    }

    @Override
    public Optional<Results> run(
            ReproductionSettings settings, Path folder, ReproductionProgress progress, BooleanSupplier stop) {
        PadaScale own = settings.smoke() ? smoke : full;
        PadaScale scale = settings.epochs() == null ? own : own.withEpochs(settings.epochs());
        GroundTruth truth = (known == null ? GroundTruth.load() : known).every(scale.anchorStep());
        requireFit(settings, truth);
        Settings kept = new Settings(1, NAME, settings.smoke(), scale, truth);
        List<Long> seeds = LongStream.rangeClosed(1, settings.seeds()).boxed().toList();
        Splits splits = truth.recipe().data().open(1);
        Experiment experiment = Experiment.open(folder, kept, stop);
        return new PadaWork(experiment, scale, truth, splits, progress, stop)
                .all(seeds)
                .map(measured -> {
                    PadaTable table = new PadaTable(truth, seeds, measured);
                    List<Judgement> judgements = table.judgements();
                    ExperimentReport report =
                            new PadaPage(this, settings, folder, scale, truth, table).report(judgements);
                    Findings findings = new Findings(
                            measured.stream()
                                    .flatMap(one -> one.probes().stream())
                                    .toList(),
                            measured.stream().map(PadaWork.Measured::members).toList());
                    return experiment.conclude(Results.of(NAME, settings.smoke(), judgements, report, kept, findings));
                });
    }

    private static void requireFit(ReproductionSettings settings, GroundTruth truth) {
        if (settings.maps()) {
            throw new InputException(NAME + " must be run without maps: it mixes no weights.");
        }
        if (!settings.data().equals(truth.recipe().data().source())) {
            throw new InputException(
                    NAME + " must be run on " + truth.recipe().data().source()
                            + ", where its anchors were trained, but got " + settings.data() + ".");
        }
    }
}
