package dev.weft.lab.gm;

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
import dev.weft.tree.TreeRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/**
 * Few-shot NAS by gradient matching at small scale: does parting operations whose gradients disagree give weights that are better, or
 * that rank members better, than parting by chance, few-shot NAS, and one supernet? Arms and claims are those of the specification's
 * section on reproduction; numbers are of this scale, not the paper's.
 */
public final class GradientMatchingReproduction implements Reproduction {
    private static final String NAME = "gradient-matching";

    private final GmScale full;
    private final GmScale smoke;
    private final GroundTruth known; // null for the table that comes with Weft, which is read when it is needed

    public GradientMatchingReproduction() {
        this(GmScale.full(), GmScale.smoke(), null);
    }

    GradientMatchingReproduction(GmScale full, GmScale smoke, GroundTruth known) {
        this.full = full;
        this.smoke = smoke;
        this.known = known;
    }

    /** What {@code experiment.json} holds: all that decides the numbers, but not how many seeds there are. */
    record Settings(int formatVersion, String system, boolean smoke, GmScale scale, GroundTruth truth) {}

    /**
     * What the results hold beyond the table.
     *
     * @param noiseFloor τ between two trainings of the anchors
     * @param noiseFloorOfMeans τ between the means of one half of their trainings and of the other; absent with fewer than four
     */
    record Findings(double noiseFloor, Double noiseFloorOfMeans, List<Grown> trees, List<GmMeasurement> members) {}

    /** How the supernet of an arm split. */
    record Grown(String arm, long seed, TreeRecord tree) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ExperimentReport.Paper paper() {
        return new ExperimentReport.Paper(
                "Generalizing Few-Shot NAS with Gradient Matching",
                "Shoukang Hu, Ruochen Wang, Lanqing Hong, Zhenguo Li, Cho-Jui Hsieh, Jiashi Feng",
                2022,
                "arXiv:2203.15207");
    }

    @Override
    public String description() {
        return "a supernet that splits where operations disagree, against random splits, few-shot NAS and one supernet";
    }

    @Override
    public String data() {
        return "fashion-mnist-10k";
    }

    @Override
    public Optional<Results> run(
            ReproductionSettings settings, Path folder, ReproductionProgress progress, BooleanSupplier stop) {
        GmScale scale = settings.smoke() ? smoke : full;
        GroundTruth truth = (known == null ? GroundTruth.load() : known).every(scale.anchorStep());
        requireFit(settings, truth);
        Settings kept = new Settings(1, NAME, settings.smoke(), scale, truth);
        List<Long> seeds = LongStream.rangeClosed(1, settings.seeds()).boxed().toList();
        Splits splits = truth.recipe().data().open(1);
        Experiment experiment = Experiment.open(folder, kept, stop);
        GmWork work = new GmWork(experiment, scale, truth, splits, progress, stop);
        return work.all(seeds).map(measured -> {
            Findings findings = findings(work, truth, seeds, measured);
            GmTable table = new GmTable(work, new GmArms(scale, truth), truth, seeds, measured);
            List<Judgement> judgements = table.judgements(findings.trees());
            ExperimentReport report = new GmPage(this, settings, folder, scale, truth, table)
                    .report(judgements, findings, new GmPictures(truth, findings).groups());
            return experiment.conclude(Results.of(NAME, settings.smoke(), judgements, report, kept, findings));
        });
    }

    private static void requireFit(ReproductionSettings settings, GroundTruth truth) {
        if (settings.maps()) {
            throw new InputException("gradient-matching must be run without maps: it mixes no weights.");
        }
        if (settings.epochs() != null) {
            throw new InputException(
                    "gradient-matching must be run without epochs: the rounds in which supernets split decide them.");
        }
        String source = truth.recipe().data().source();
        if (!settings.data().equals(source)) {
            throw new InputException("gradient-matching must be run on " + source
                    + ", on which members were trained alone to know how good they are, but got --data "
                    + settings.data() + ".");
        }
    }

    private static Findings findings(GmWork work, GroundTruth truth, List<Long> seeds, List<GmMeasurement> measured) {
        List<Grown> trees = new ArrayList<>();
        for (String arm : GmArms.ALL) {
            if (GmArms.isTree(arm)) {
                List<TreeRecord> grown = work.trees(arm, seeds);
                for (int i = 0; i < grown.size(); i++) {
                    trees.add(new Grown(arm, seeds.get(i), grown.get(i)));
                }
            }
        }
        return new Findings(truth.noiseFloor(1), truth.trainings() < 4 ? null : truth.noiseFloor(2), trees, measured);
    }
}
