package dev.weft.lab.shiftnas;

import dev.weft.lab.Judgement;
import dev.weft.lab.Reproduction;
import dev.weft.lab.ReproductionSettings;
import dev.weft.lab.shiftnas.Measurements.Curve;
import dev.weft.lab.shiftnas.Measurements.Pick;
import dev.weft.lab.study.Statistics;
import dev.weft.report.ExperimentReport;
import dev.weft.report.ExperimentReport.Verdict;
import dev.weft.report.Fact;
import dev.weft.report.Figure;
import dev.weft.report.FigureGroup;
import dev.weft.report.Figures;
import dev.weft.report.PageDate;
import dev.weft.report.Plot;
import dev.weft.report.Plot.Mark;
import dev.weft.report.Plot.Point;
import dev.weft.report.Plot.Scale;
import dev.weft.report.Plot.Series;
import dev.weft.run.Environment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the page of the reproduction says and shows around its table. */
final class ShiftNasPage {
    private static final String CLAIM =
            "Uniform decisions seldom train the dearest and the cheapest members; drawing the cost first, with probabilities that follow"
                    + " how much each level still improves, makes members of all costs better, and a small generator draws them. At"
                    + " this scale: on the levels that uniform operations (A) starve, ShiftNAS (C) is at least 0.5 points above A,"
                    + " and elsewhere at most 0.5 below; C is at most 0.2 below uniform levels (B); generators hit the level asked"
                    + " for, give or take one, nine times in ten; the probabilities move, and towards levels whose loss falls.";

    private final Reproduction reproduction;
    private final ReproductionSettings settings;
    private final Path folder;
    private final ShiftNasScale scale;
    private final LevelledSpace space;
    private final ShiftNasTable table;
    private final Measurements measured;

    ShiftNasPage(
            Reproduction reproduction,
            ReproductionSettings settings,
            Path folder,
            ShiftNasScale scale,
            LevelledSpace space,
            ShiftNasTable table,
            Measurements measured) {
        this.reproduction = reproduction;
        this.settings = settings;
        this.folder = folder;
        this.scale = scale;
        this.space = space;
        this.table = table;
        this.measured = measured;
    }

    ExperimentReport report(List<Long> seeds, List<Judgement> judgements) {
        return new ExperimentReport(
                settings.smoke() ? "ShiftNAS, smoke run: says nothing about the claim" : "ShiftNAS at small scale",
                PageDate.of(Instant.now()),
                reproduction.paper(),
                settings.smoke() ? "Smoke run: says nothing about the claim. " + CLAIM : CLAIM,
                judgements.stream()
                        .map(j -> new Verdict(j.outcome(), j.sentence()))
                        .toList(),
                seeds,
                table.metrics(),
                table.arms(),
                settings(),
                environment(),
                List.of(settings.command(reproduction.name(), seeds.size(), folder)
                        .fromAnywhere()),
                notes(seeds),
                List.of(accuracies(), visits(), choices(seeds)),
                List.of(
                        new FigureGroup(
                                "Learned probabilities",
                                "Means over the seeds. Levels begin equal; the logits do not move before "
                                        + percent(scale.warmPart()) + " of training.",
                                List.of(probabilities(ShiftNasArms.LEARNED), probabilities(ShiftNasArms.PATHWISE))),
                        new FigureGroup(
                                "The rule alone",
                                "A computation without network or data, in which the loss of each level is known and levels share"
                                        + " nothing. The rule helps where levels that have learnt free visits for others. Where none"
                                        + " has, it feeds on itself: what is visited improves, and is visited more.",
                                simulations())));
    }

    private static String percent(double part) {
        return Math.round(100 * part) + " %";
    }

    // --- Pictures
    // -------------------------------------------------------------------------------------------------------

    /** Means as lines; at each level the line goes up and down by one standard deviation over the seeds. */
    private Plot accuracies() {
        List<Series> series = new ArrayList<>();
        for (int i = 0; i < ShiftNasArms.NAMES.size(); i++) {
            String arm = ShiftNasArms.NAMES.get(i);
            double aside = 0.05 * (i - (ShiftNasArms.NAMES.size() - 1) / 2.0);
            List<Point> points = new ArrayList<>();
            for (int k = 0; k < space.levels(); k++) {
                List<Double> values = table.values(arm, ShiftNasMeasurement.accuracy(k));
                double mean = Statistics.mean(values);
                double spread = values.size() < 2 ? 0 : Statistics.standardDeviation(values);
                double x = k + 1 + aside;
                points.add(new Point(x, mean));
                points.add(new Point(x, mean + spread));
                points.add(new Point(x, mean - spread));
                points.add(new Point(x, mean));
            }
            series.add(new Series(arm, Mark.LINE, points));
        }
        return new Plot(
                "Accuracy by cost level",
                "The same " + scale.membersPerLevel()
                        + " random members a level for every arm. Upright strokes: one standard"
                        + " deviation over the seeds to each side. Arms stand a little aside of one another.",
                new Plot.Axis("cost level, 1 is the cheapest", Scale.LINEAR),
                new Plot.Axis("test accuracy, %", Scale.LINEAR),
                series);
    }

    private Plot visits() {
        List<Series> series = new ArrayList<>();
        List<Point> enumerated = new ArrayList<>();
        for (int k = 0; k < space.levels(); k++) {
            double share = 100 * space.shares().get(k);
            enumerated.add(new Point(k + 1, share, String.format(Locale.ROOT, "level %d: %.3f %%", k + 1, share)));
        }
        series.add(new Series("enumerated", Mark.DIAMOND, enumerated));
        for (String arm : ShiftNasArms.NAMES) {
            List<Point> points = new ArrayList<>();
            double all = 0;
            for (int k = 0; k < space.levels(); k++) {
                all += Statistics.mean(table.values(arm, ShiftNasMeasurement.visits(k)));
            }
            for (int k = 0; k < space.levels(); k++) {
                points.add(new Point(
                        k + 1, 100 * Statistics.mean(table.values(arm, ShiftNasMeasurement.visits(k))) / all));
            }
            series.add(new Series(arm, Mark.LINE, points));
        }
        return new Plot(
                "Visits by cost level",
                "Diamonds: the exact share of uniform draws, by enumeration of all "
                        + space.space().count()
                        + " members. Lines: what was trained, by the level that a member is really of.",
                new Plot.Axis("cost level, 1 is the cheapest", Scale.LINEAR),
                new Plot.Axis("share of visits, %", Scale.LINEAR),
                series);
    }

    private Plot probabilities(String arm) {
        List<Curve> curves = measured.curves().stream()
                .filter(curve -> curve.arm().equals(arm))
                .toList();
        List<Series> series = new ArrayList<>();
        for (int k = 0; k < space.levels(); k++) {
            int level = k;
            List<Point> points = new ArrayList<>();
            points.add(new Point(0, 1.0 / space.levels()));
            for (int i = 0; i < curves.get(0).moments().size(); i++) {
                int moment = i;
                points.add(new Point(
                        curves.get(0).moments().get(i).epoch(),
                        Statistics.mean(curves.stream()
                                .map(curve -> curve.moments()
                                        .get(moment)
                                        .probabilities()
                                        .get(level))
                                .toList())));
            }
            series.add(new Series("level " + (k + 1), mark(k), points));
        }
        return new Plot(
                "Arm " + arm,
                "",
                new Plot.Axis("epochs", Scale.LINEAR),
                new Plot.Axis("probability", Scale.LINEAR),
                series);
    }

    /** There are colours for five lines: a sixth level is dotted. */
    private static Mark mark(int level) {
        return level < 5 ? Mark.LINE : Mark.DOT;
    }

    private Plot choices(List<Long> seeds) {
        List<Series> series = new ArrayList<>();
        series.add(chosen("A, best of " + scale.candidates(), ShiftNasArms.OPERATIONS, Mark.SQUARE, seeds));
        series.add(chosen("B, generated", ShiftNasArms.LEVELS, Mark.TRIANGLE, seeds));
        series.add(chosen("C, generated", ShiftNasArms.LEARNED, Mark.DIAMOND, seeds));
        series.add(chosen("C-pathwise, generated", ShiftNasArms.PATHWISE, Mark.RING, seeds));
        return new Plot(
                "Chosen members",
                "Each with the weights of its own arm, one mark for each level and seed. A's were chosen on other images than"
                        + " these.",
                new Plot.Axis("million multiply-adds", Scale.LINEAR),
                new Plot.Axis("test accuracy, %", Scale.LINEAR),
                series);
    }

    private Series chosen(String name, String arm, Mark mark, List<Long> seeds) {
        List<Point> points = new ArrayList<>();
        for (long seed : seeds) {
            for (Pick pick : table.choice(arm, seed).picks()) {
                points.add(new Point(
                        pick.macs() / 1e6,
                        pick.reportAccuracy(),
                        String.format(
                                Locale.ROOT,
                                "seed %d, for level %d: %s, %.2f %%",
                                seed,
                                pick.level() + 1,
                                pick.member(),
                                pick.reportAccuracy())));
            }
        }
        return new Series(name, mark, points);
    }

    private List<Figure> simulations() {
        List<Figure> figures = new ArrayList<>();
        for (ShiftSimulation simulation : measured.simulations()) {
            figures.add(simulatedLoss(simulation));
            figures.add(simulatedProbabilities(simulation));
        }
        return figures;
    }

    private static Plot simulatedLoss(ShiftSimulation simulation) {
        List<ShiftSimulation.Point> curve = simulation.curve();
        return new Plot(
                "Total loss, " + simulation.name(),
                "Sum over levels of exp(-r · visits).",
                new Plot.Axis("visits", Scale.LINEAR),
                new Plot.Axis("loss", Scale.LINEAR),
                List.of(
                        new Series(
                                "learned levels",
                                Mark.LINE,
                                curve.stream()
                                        .map(p -> new Point(p.visits(), p.learned()))
                                        .toList()),
                        new Series(
                                "uniform levels",
                                Mark.LINE,
                                curve.stream()
                                        .map(p -> new Point(p.visits(), p.uniform()))
                                        .toList())));
    }

    private static Plot simulatedProbabilities(ShiftSimulation simulation) {
        List<Series> series = new ArrayList<>();
        for (int k = 0; k < simulation.rates().size(); k++) {
            int level = k;
            series.add(new Series(
                    "level " + (k + 1) + ", r = "
                            + Figures.plain(simulation.rates().get(k)),
                    mark(k),
                    simulation.curve().stream()
                            .map(p -> new Point(p.visits(), p.probabilities().get(level)))
                            .toList()));
        }
        return new Plot(
                "Probabilities, " + simulation.name(),
                "",
                new Plot.Axis("visits", Scale.LINEAR),
                new Plot.Axis("probability", Scale.LINEAR),
                series);
    }

    // --- Words
    // ----------------------------------------------------------------------------------------------------------

    private List<Fact> settings() {
        List<String> levels = new ArrayList<>();
        for (int k = 0; k < space.levels(); k++) {
            Measurements.Level level = measured.levels().get(k);
            levels.add(String.format(
                    Locale.ROOT,
                    "%d: %.2f M, %d members, %.3f %%",
                    k + 1,
                    level.macs() / 1e6,
                    level.members(),
                    100 * level.share()));
        }
        return List.of(
                new Fact(
                        "Data",
                        settings.data() + "; " + scale.selectionSize() + " training images to choose by and "
                                + scale.heldOutSize()
                                + " that level probabilities learn from. No arm trains on those: arms"
                                + " whose levels do not learn leave out as many"),
                new Fact(
                        "Space",
                        space.space().count() + " members: " + space.space().inWords()),
                new Fact(
                        "Levels: multiply-adds at the middle, members, share of uniform draws",
                        String.join("; ", levels)),
                new Fact("Training", scale.epochs() + " epochs, one member a step, in every arm"),
                new Fact(
                        "Weights",
                        String.format(
                                Locale.ROOT,
                                "SGD, Nesterov momentum 0.9, learning rate %s to a hundredth by cosine, weight decay 1e-4, gradients"
                                        + " clipped at norm 5, batches of %d",
                                scale.learningRate(),
                                scale.batchSize())),
                new Fact(
                        "Generator",
                        String.format(
                                Locale.ROOT,
                                "LSTM cell of 64, Adam %s, lambda %s with costs in units of their range, temperature 1 to 0.3,"
                                        + " gradients through the slice. The paper publishes none of these but the 64",
                                scale.generatorRate(),
                                scale.lambda())),
                new Fact(
                        "Level probabilities",
                        String.format(
                                Locale.ROOT,
                                "Adam %s every %d updates after %s of training, every level measured each time. The paper has 0.001"
                                        + " every 100 updates: with so few updates as here nothing would move at that rate",
                                scale.levelRate(),
                                scale.interval(),
                                percent(scale.warmPart()))),
                new Fact(
                        "Evaluation",
                        String.format(
                                Locale.ROOT,
                                "batch norm recalibrated on %d batches; %d random members a level, drawn once with seed %d, for all"
                                        + " arms and seeds",
                                scale.calibrationBatches(),
                                scale.membersPerLevel(),
                                scale.memberSeed())));
    }

    private static List<Fact> environment() {
        Environment here = Environment.current();
        return List.of(
                new Fact("Processor", here.cpu() + ", " + here.logicalCores() + " logical cores, one thread"),
                new Fact("System", here.os() + ", " + here.arch()),
                new Fact("Java", here.java()),
                new Fact("libtorch", here.libtorch()),
                new Fact("Weft", here.weft()));
    }

    private List<String> notes(List<Long> seeds) {
        List<String> notes = new ArrayList<>(List.of(
                "Verdicts about accuracy compare seed by seed: the 95 % interval is Student's, of the mean of paired differences. With"
                        + " few seeds it is wide, and undecided is the honest word. All seeds share the test images.",
                "Nothing here says how members rank: that needs members trained alone, and none were.",
                "Updates are equally many; arms that draw dear members more often need more time for them.",
                "In A, B and D the images that are not trained on are other ones than in C, and as many."));
        for (String arm : ShiftNasArms.NAMES) {
            notes.add(arm + ", different members trained, by level (mean over the seeds): " + byLevel(arm) + ".");
        }
        for (String arm : ShiftNasArms.WITH_GENERATOR) {
            notes.add(String.format(
                    Locale.ROOT,
                    "%s, members within one level of the one asked for: %.1f %% of all steps, %.1f %% of the last quarter.",
                    arm,
                    Statistics.mean(table.values(arm, ShiftNasMeasurement.HITS)),
                    Statistics.mean(table.values(arm, ShiftNasMeasurement.LAST_HITS))));
        }
        for (int i = 0; i < seeds.size(); i++) {
            List<String> levels = new ArrayList<>();
            for (int k = 0; k < space.levels(); k++) {
                levels.add(String.format(
                        Locale.ROOT,
                        "%d: %.3f, %+.4f",
                        k + 1,
                        table.values(ShiftNasArms.LEARNED, ShiftNasMeasurement.probability(k))
                                .get(i),
                        table.values(ShiftNasArms.LEARNED, ShiftNasMeasurement.lossChange(k))
                                .get(i)));
            }
            notes.add("C, seed " + seeds.get(i)
                    + ", final probability of each level and the mean change of its loss in an interval: "
                    + String.join("; ", levels) + ".");
        }
        return notes;
    }

    private String byLevel(String arm) {
        List<String> counts = new ArrayList<>();
        for (int k = 0; k < space.levels(); k++) {
            counts.add(String.format(
                    Locale.ROOT,
                    "%.0f of %.0f visits",
                    Statistics.mean(table.values(arm, ShiftNasMeasurement.distinct(k))),
                    Statistics.mean(table.values(arm, ShiftNasMeasurement.visits(k)))));
        }
        return String.join(", ", counts);
    }
}
