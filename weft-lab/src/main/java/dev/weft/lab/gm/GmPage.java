package dev.weft.lab.gm;

import dev.weft.lab.Judgement;
import dev.weft.lab.Reproduction;
import dev.weft.lab.ReproductionSettings;
import dev.weft.lab.cells.GroundTruth;
import dev.weft.lab.gm.GradientMatchingReproduction.Findings;
import dev.weft.lab.gm.GradientMatchingReproduction.Grown;
import dev.weft.report.ExperimentReport;
import dev.weft.report.ExperimentReport.Verdict;
import dev.weft.report.Fact;
import dev.weft.report.FigureGroup;
import dev.weft.report.Figures;
import dev.weft.report.PageDate;
import dev.weft.run.Environment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the page of the reproduction says around its table. */
final class GmPage {
    private static final String CLAIM =
            "A supernet that is parted where operations pull the shared weights in different directions trains each part better. At"
                    + " this scale: operations that stay together are closer than in random partitions, which holds by how they"
                    + " are chosen; and random members have a lower loss with the weights of their leaf than with those of one"
                    + " supernet of as many epochs. Rank correlations with training alone are reported and decide nothing: 32"
                    + " members are too few.";

    private final Reproduction reproduction;
    private final ReproductionSettings settings;
    private final Path folder;
    private final GmScale scale;
    private final GroundTruth truth;
    private final GmTable table;

    GmPage(
            Reproduction reproduction,
            ReproductionSettings settings,
            Path folder,
            GmScale scale,
            GroundTruth truth,
            GmTable table) {
        this.reproduction = reproduction;
        this.settings = settings;
        this.folder = folder;
        this.scale = scale;
        this.truth = truth;
        this.table = table;
    }

    ExperimentReport report(List<Judgement> judgements, Findings findings, List<FigureGroup> pictures) {
        return new ExperimentReport(
                settings.smoke()
                        ? "Gradient matching, smoke run: says nothing about the claim"
                        : "Gradient matching at small scale",
                PageDate.of(Instant.now()),
                reproduction.paper(),
                settings.smoke() ? "Smoke run: says nothing about the claim. " + CLAIM : CLAIM,
                judgements.stream()
                        .map(j -> new Verdict(j.outcome(), j.sentence()))
                        .toList(),
                table.seeds(),
                GmTable.METRICS,
                table.rows(),
                settings(findings),
                environment(),
                List.of(settings.command(reproduction.name(), table.seeds().size(), folder)
                        .fromAnywhere()),
                notes(findings),
                List.of(),
                pictures);
    }

    private List<Fact> settings(Findings findings) {
        return List.of(
                new Fact(
                        "Data",
                        truth.recipe().data().source()
                                + ", resized by half (means of 2×2 pixels); of its training images "
                                + "2,000 are held out to measure members, the same in all arms and seeds"),
                new Fact(
                        "Space",
                        "cells of NAS-Bench-201: " + truth.space().choices().size() + " edges of "
                                + truth.space().choices().get(0).options().stream()
                                        .map(Object::toString)
                                        .collect(Collectors.joining(", "))
                                + ", whose input is connected with the output; 8 channels, two stages of one cell"),
                new Fact(
                        "Optimiser, all arms",
                        String.format(
                                Locale.ROOT,
                                "SGD, Nesterov momentum 0.9, learning rate %s to 0 by cosine, weight decay %s, batches of %d; one"
                                        + " random member a step",
                                Figures.plain(truth.recipe().train().optimizer().learningRate()),
                                Figures.plain(truth.recipe().train().optimizer().weightDecay()),
                                scale.batchSize())),
                new Fact(
                        "Trees",
                        String.format(
                                Locale.ROOT,
                                "distances over %d batches; groups of 2 and 3 operations with the least distance within; split is the"
                                        + " edge whose groups are furthest apart; leaves begin anew after the last split",
                                scale.repeats())),
                new Fact(
                        "Anchors",
                        truth.anchors().size()
                                + " members, stratified by their number of convolutions, each trained alone for "
                                + truth.recipe().train().epochs() + " epochs, " + truth.trainings() + " times"),
                new Fact("Noise floor", floor(findings)),
                new Fact(
                        "Random members",
                        scale.randomMembers() + ", drawn once with seed " + scale.memberSeed() + ", for all arms"),
                new Fact(
                        "Selected member",
                        "the most accurate of anchors and random members with inherited weights; trained alone "
                                + scale.aloneTrainings() + (scale.aloneTrainings() == 1 ? " time" : " times")
                                + " as the anchors were"),
                new Fact(
                        "Batch norm",
                        "recalibrated on " + truth.recipe().train().calibrationBatches()
                                + " batches before every evaluation"));
    }

    private static String floor(Findings findings) {
        return String.format(
                        Locale.ROOT,
                        "two trainings of the anchors rank them with τ %.3f to each other",
                        findings.noiseFloor())
                + (findings.noiseFloorOfMeans() == null
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                ", the mean of two and the mean of two others with %.3f",
                                findings.noiseFloorOfMeans()));
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

    private List<String> notes(Findings findings) {
        List<String> notes = new ArrayList<>(List.of(
                "Verdicts compare arms seed by seed: the 95 % interval is Student's, of the mean of paired differences. With few"
                        + " seeds it is wide, and undecided is the honest word. All seeds share images, anchors and random members.",
                "The standard error of one τ of 32 members is about 0.12.",
                "A leaf begins anew, so its weights have had " + scale.leafEpochs()
                        + " epochs; the supernet of as many epochs"
                        + " that the claim names has had all " + scale.epochs() + ". "
                        + "A tree takes " + scale.treeEpochs() + " epochs of one supernet in all.",
                "Leaves may differ in how high their accuracies lie, which makes τ over all of them lower than within.",
                "Passes are those of training, and of a tree also those behind its distances."));
        for (Grown grown : findings.trees()) {
            notes.add("Seed " + grown.seed() + ", " + grown.arm() + ": " + String.join("; ", GmArms.lines(grown.tree()))
                    + ".");
        }
        return notes;
    }
}
