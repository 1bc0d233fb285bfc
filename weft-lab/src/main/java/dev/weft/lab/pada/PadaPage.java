package dev.weft.lab.pada;

import dev.weft.lab.Judgement;
import dev.weft.lab.Reproduction;
import dev.weft.lab.ReproductionSettings;
import dev.weft.lab.cells.GroundTruth;
import dev.weft.report.ExperimentReport;
import dev.weft.report.ExperimentReport.Verdict;
import dev.weft.report.Fact;
import dev.weft.report.PageDate;
import dev.weft.run.Environment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** What the page of the reproduction says around its table. */
final class PadaPage {
    private static final String CLAIM =
            "A step's gradient is less noisy when examples and members are drawn by the norms of their gradients, and members are then"
                    + " ranked better. At this scale: the variance that the theory promises is enumerated for one member, where it must"
                    + " hold; the rank correlation with training alone is asked to be no more than 0.05 below that of uniform members,"
                    + " because 32 members cannot show more.";

    private final Reproduction reproduction;
    private final ReproductionSettings settings;
    private final Path folder;
    private final PadaScale scale;
    private final GroundTruth truth;
    private final PadaTable table;

    PadaPage(
            Reproduction reproduction,
            ReproductionSettings settings,
            Path folder,
            PadaScale scale,
            GroundTruth truth,
            PadaTable table) {
        this.reproduction = reproduction;
        this.settings = settings;
        this.folder = folder;
        this.scale = scale;
        this.truth = truth;
        this.table = table;
    }

    ExperimentReport report(List<Judgement> judgements) {
        return new ExperimentReport(
                settings.smoke() ? "PA&DA, smoke run: says nothing about the claim" : "PA&DA at small scale",
                PageDate.of(Instant.now()),
                reproduction.paper(),
                settings.smoke() ? "Smoke run: says nothing about the claim. " + CLAIM : CLAIM,
                judgements.stream()
                        .map(j -> new Verdict(j.outcome(), j.sentence()))
                        .toList(),
                table.seeds(),
                PadaTable.METRICS,
                table.rows(),
                settings(),
                environment(),
                List.of(settings.command(reproduction.name(), table.seeds().size(), folder)
                        .fromAnywhere()),
                notes(),
                List.of(),
                new PadaPictures(truth, table).groups());
    }

    private List<Fact> settings() {
        return List.of(
                new Fact(
                        "Data",
                        truth.recipe().data().source()
                                + ", resized by half; of its training images 2,000 are held out to measure members, the same in all"
                                + " arms and seeds"),
                new Fact(
                        "Space",
                        "cells of NAS-Bench-201, all "
                                + truth.space().choices().get(0).options().size()
                                + "^6 of them; 8 channels, two stages of one cell; convolutions with bias, batch norms without scale"
                                + " and shift"),
                new Fact(
                        "Optimiser, all arms",
                        String.format(
                                Locale.ROOT,
                                "SGD, momentum 0.9, learning rate %s to 0 by cosine, weight decay 2.5e-4, gradients clipped to norm 5,"
                                        + " batches of %d, %d epochs (the fair arm a fifth, of five members a step)",
                                scale.learningRate(),
                                scale.batchSize(),
                                scale.epochs())),
                new Fact(
                        "Distributions",
                        "one of operations for all edges, worked out anew after each epoch; tau grows linearly from 0 to 1"),
                new Fact(
                        "Reweighted",
                        String.format(
                                Locale.ROOT,
                                "weights of losses at most %s; %s of the operations' probability stays uniform",
                                scale.weightLimit(),
                                scale.floor())),
                new Fact(
                        "Anchors",
                        truth.anchors().size()
                                + " members, stratified by their number of convolutions, each trained alone for "
                                + truth.recipe().train().epochs() + " epochs, " + truth.trainings() + " times"),
                new Fact("Noise floor", floor()),
                new Fact(
                        "Without training",
                        String.format(
                                Locale.ROOT,
                                "anchors ranked by their parameters have τ %.3f with the truth",
                                PadaTable.byParameters(truth))),
                new Fact(
                        "Variance",
                        "over " + scale.draws()
                                + " draws of members and batches at frozen weights, after clipping; exact norms of "
                                + scale.examples() + " examples and one member, at the weights of " + PadaArms.UNIFORM),
                new Fact(
                        "Batch norm",
                        "recalibrated on " + truth.recipe().train().calibrationBatches()
                                + " batches before every evaluation; the paper takes the statistics of each test batch"));
    }

    private String floor() {
        return truth.trainings() < 2
                ? "unknown: the anchors were trained once"
                : String.format(
                        Locale.ROOT,
                        "two trainings of the anchors rank them with τ %.3f to each other",
                        truth.noiseFloor(1));
    }

    private static List<Fact> environment() {
        Environment here = Environment.current();
        return List.of(
                new Fact("Processor", here.cpu() + ", " + here.logicalCores() + " logical cores; one thread"),
                new Fact("System", here.os() + ", " + here.arch()),
                new Fact("Java", here.java()),
                new Fact("libtorch", here.libtorch()),
                new Fact("Weft", here.weft()));
    }

    private static List<String> notes() {
        return List.of(
                "Verdicts compare arms seed by seed: the 95 % interval is Student's, of the mean of paired differences. With few"
                        + " seeds it is wide, and undecided is the honest word. All seeds share images and anchors.",
                "The standard error of one τ of 32 members is about 0.12.",
                "Relative variances of arms are at the weights of each arm, so they differ in more than how draws are made. An arm"
                        + " that is not reweighted has another mean gradient too: a smaller number is no proof of a better estimate.",
                "The published arm trains for another objective than the mean over members: at its end nearly all draws are"
                        + " convolutions, so members without them are hardly trained. Where more convolutions are better, that alone ranks members:"
                        + " compare with ranking them by their parameters.",
                "Examples are drawn from the next epoch's list; distinct ones are counted in it. Training time holds neither probes nor"
                        + " evaluation.");
    }
}
