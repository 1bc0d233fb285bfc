package dev.weft.lab.bignas;

import dev.weft.lab.Judgement;
import dev.weft.lab.Reproduction;
import dev.weft.lab.ReproductionSettings;
import dev.weft.report.ExperimentReport;
import dev.weft.report.ExperimentReport.Verdict;
import dev.weft.report.Fact;
import dev.weft.report.PageDate;
import dev.weft.run.Environment;
import dev.weft.space.Space;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the page of the reproduction says around its table. */
final class BigNasPage {
    private static final String CLAIM =
            "Members sliced from one trained supernet need no retraining. At this scale: the whole recipe (A) is at least 1.0 "
                    + "point above single-path training for as many epochs (B) on the smallest member and on the mean of random "
                    + "ones; its smallest member is at most 1.5 points below the same model trained alone; without "
                    + "recalibration of batch norm that member loses more than 10 points.";

    private final Reproduction reproduction;
    private final ReproductionSettings settings;
    private final Path folder;
    private final BigNasScale scale;
    private final BigNasTable table;

    BigNasPage(
            Reproduction reproduction,
            ReproductionSettings settings,
            Path folder,
            BigNasScale scale,
            BigNasTable table) {
        this.reproduction = reproduction;
        this.settings = settings;
        this.folder = folder;
        this.scale = scale;
        this.table = table;
    }

    ExperimentReport report(List<Long> seeds, List<Judgement> judgements, BudgetSearch.Found found) {
        return new ExperimentReport(
                settings.smoke() ? "BigNAS, smoke run: says nothing about the claim" : "BigNAS at small scale",
                PageDate.of(Instant.now()),
                reproduction.paper(),
                settings.smoke() ? "Smoke run: says nothing about the claim. " + CLAIM : CLAIM,
                judgements.stream()
                        .map(j -> new Verdict(j.outcome(), j.sentence()))
                        .toList(),
                seeds,
                BigNasTable.METRICS,
                table.arms(),
                settings(found),
                environment(),
                List.of(settings.command(reproduction.name(), seeds.size(), folder)
                        .fromAnywhere()),
                notes(found),
                List.of(),
                List.of());
    }

    private List<Fact> settings(BudgetSearch.Found found) {
        Space space = scale.model().space();
        List<Fact> facts = new ArrayList<>(List.of(
                new Fact(
                        "Data",
                        settings.data() + ", " + scale.selectionSize() + " training images held out for the search"),
                new Fact("Space", space.count() + " members: " + space.inWords()),
                new Fact(
                        "Epochs",
                        scale.epochs() + " in every arm but B2, which has "
                                + "as many more as give A's number of member-forwards"),
                new Fact(
                        "Optimiser, all arms",
                        String.format(
                                Locale.ROOT,
                                "RMSProp 0.9, momentum 0.9, learning rate %.4f, batches of %d, exponential decay to a floor of"
                                        + " 5 %% at two thirds of training, gradients of a step's members summed, label"
                                        + " smoothing 0.1. The rate is the best of 0.001, 0.002 and 0.004 on the selection"
                                        + " split, averaged over A to D after three epochs of a seed that is not used here",
                                scale.learningRate(),
                                scale.batchSize())),
                new Fact(
                        "Regularisation",
                        "dropout 0.2 and weight decay 1e-5 on the largest member of A and C, and on the largest trained alone"),
                new Fact(
                        "Training images",
                        scale.augmentation().isNone()
                                ? "as they are, without augmentation"
                                : "" + scale.augmentation()),
                new Fact(
                        "Recalibration",
                        scale.calibrationBatches() + " batches of " + scale.batchSize()
                                + " plain training images, for every evaluated member"),
                new Fact(
                        "Random members",
                        scale.randomMembers() + ", drawn once with seed " + scale.memberSeed() + ", for all arms")));
        facts.add(new Fact(
                "Search",
                String.format(
                        Locale.ROOT,
                        "coarse grid and mutations in A of seed 1: %d members measured, %.2f s each",
                        found.candidates(),
                        found.secondsPerCandidate())));
        return facts;
    }

    private static List<Fact> environment() {
        Environment here = Environment.current();
        return List.of(
                new Fact("Processor", here.cpu() + ", " + here.logicalCores() + " logical cores"),
                new Fact("System", here.os() + ", " + here.arch()),
                new Fact("Java", here.java()),
                new Fact("libtorch", here.libtorch()),
                new Fact("Weft", here.weft()));
    }

    private static List<String> notes(BudgetSearch.Found found) {
        List<String> notes = new ArrayList<>(List.of(
                "Verdicts compare arms seed by seed: the 95 % interval is Student's, of the mean of paired differences. With few"
                        + " seeds it is wide, and undecided is the honest word.",
                "All seeds share the test images, so intervals cover the chance of training, not that of the test set.",
                "B2 has the member-forwards of A but not its cost: A trains the largest member at every step.",
                "Members trained alone see as many batches as the supernet, and as many epochs; distilled ones also need the"
                        + " teacher's passes, which are not counted."));
        for (BudgetSearch.Pick pick : found.picks()) {
            notes.add(String.format(
                    Locale.ROOT,
                    "Best of seed 1 within %.2f M multiply-adds: %s; %.2f %% of test images (%.2f %% of selection images).",
                    pick.budgetMacs() / 1e6,
                    pick.member(),
                    pick.reportAccuracy(),
                    pick.selectionAccuracy()));
        }
        return notes;
    }
}
