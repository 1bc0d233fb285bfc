package dev.weft.lab.shiftnas;

import dev.weft.lab.shiftnas.ShiftNasDesign.Curve;
import dev.weft.lab.shiftnas.ShiftNasDesign.Pick;
import dev.weft.lab.shiftnas.ShiftNasDesign.Picks;
import dev.weft.lab.study.Findings;
import dev.weft.lab.study.Statistics;
import dev.weft.report.Figure;
import dev.weft.report.FigureGroup;
import dev.weft.report.Figures;
import dev.weft.report.Plot;
import dev.weft.report.Plot.Mark;
import dev.weft.report.Plot.Point;
import dev.weft.report.Plot.Scale;
import dev.weft.report.Plot.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The pictures of the page, of the largest budget. */
final class ShiftNasPictures {
    private static final Plot.Axis LEVEL = new Plot.Axis("cost level, 1 is the cheapest", Scale.LINEAR);
    private static final Plot.Axis ACCURACY = new Plot.Axis("test accuracy, %", Scale.LINEAR);
    private static final List<String> SHOWN = List.of("A", "B", "C", "C-mask", "D");
    private static final List<Mark> MARKS = List.of(Mark.SQUARE, Mark.TRIANGLE, Mark.DIAMOND, Mark.RING, Mark.DOT);

    private final ShiftNasSize size;
    private final LevelledSpace space;
    private final Findings findings;
    private final int budget;

    ShiftNasPictures(ShiftNasSize size, LevelledSpace space, Findings findings) {
        this.size = size;
        this.space = space;
        this.findings = findings;
        this.budget = findings.largestBudget();
    }

    List<Plot> plots() {
        return List.of(accuracies(), visits(), choices());
    }

    List<FigureGroup> groups() {
        List<Figure> probabilities = new ArrayList<>();
        ShiftNasDesign.GENERATED.stream()
                .filter(arm -> arm.startsWith("C"))
                .forEach(arm -> probabilities.add(probabilities(arm)));
        List<Figure> simulations = new ArrayList<>();
        for (ShiftSimulation simulation : ShiftSimulation.all(size)) {
            simulations.add(simulatedLoss(simulation));
            simulations.add(simulatedProbabilities(simulation));
        }
        return List.of(
                new FigureGroup(
                        "Learned probabilities",
                        "Means over the seeds. Levels begin equal; the logits do not move before "
                                + Math.round(100 * size.warmPart()) + " % of training.",
                        probabilities),
                new FigureGroup(
                        "The rule alone",
                        "A computation without network or data, in which the loss of each level is known and levels share"
                                + " nothing. The rule helps where levels that have learnt free visits for others. Where none"
                                + " has, it feeds on itself: what is visited improves, and is visited more.",
                        simulations));
    }

    /** Means as lines; at each level the line goes up and down by one standard deviation over the seeds. */
    private Plot accuracies() {
        List<Series> series = new ArrayList<>();
        for (int i = 0; i < SHOWN.size(); i++) {
            String arm = SHOWN.get(i);
            double aside = 0.05 * (i - (SHOWN.size() - 1) / 2.0);
            List<Point> points = new ArrayList<>();
            for (int k = 0; k < space.levels(); k++) {
                List<Double> values =
                        findings.list(budget, arm, ShiftNasDesign.level(k).key());
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
                "The same " + size.membersPerLevel()
                        + " random members a level for every arm. Upright strokes: one standard"
                        + " deviation over the seeds to each side. Arms stand a little aside of one another.",
                LEVEL,
                ACCURACY,
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
        for (String arm : SHOWN.subList(0, SHOWN.size() - 1)) {
            List<Double> counts = IntStream.range(0, space.levels())
                    .mapToObj(k -> Statistics.mean(findings.list(budget, arm, ShiftNasDesign.visits(k))))
                    .toList();
            double all = counts.stream().mapToDouble(v -> v).sum();
            series.add(new Series(
                    arm,
                    Mark.LINE,
                    IntStream.range(0, counts.size())
                            .mapToObj(k -> new Point(k + 1, 100 * counts.get(k) / all))
                            .toList()));
        }
        return new Plot(
                "Visits by cost level",
                "Diamonds: the exact share of uniform draws, by enumeration of all "
                        + space.space().count()
                        + " members. Lines: what was trained, by the level that a member is really of.",
                LEVEL,
                new Plot.Axis("share of visits, %", Scale.LINEAR),
                series);
    }

    private Plot choices() {
        List<Series> series = new ArrayList<>();
        List<String> arms = new ArrayList<>(List.of("A"));
        arms.addAll(ShiftNasDesign.GENERATED);
        for (String arm : arms) {
            List<Point> points = new ArrayList<>();
            for (long seed : findings.seeds()) {
                for (Pick pick : findings.kept(budget, seed, "picks-" + arm, Picks.class)
                        .map(Picks::picks)
                        .orElse(List.of())) {
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
            series.add(new Series(
                    arm.equals("A") ? "A, best of " + size.candidates() : arm + ", generated",
                    MARKS.get(series.size()),
                    points));
        }
        return new Plot(
                "Chosen members",
                "Each with the weights of its own arm, one mark for each level and seed. A's were chosen on other images than"
                        + " these.",
                new Plot.Axis("million multiply-adds", Scale.LINEAR),
                ACCURACY,
                series);
    }

    private Plot probabilities(String arm) {
        List<Curve> curves = findings.kept(budget, "curve-" + arm, Curve.class);
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

    private static Plot simulatedLoss(ShiftSimulation simulation) {
        List<ShiftSimulation.Moment> curve = simulation.curve();
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
                                        .map(m -> new Point(m.visits(), m.learned()))
                                        .toList()),
                        new Series(
                                "uniform levels",
                                Mark.LINE,
                                curve.stream()
                                        .map(m -> new Point(m.visits(), m.uniform()))
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
                            .map(m -> new Point(m.visits(), m.probabilities().get(level)))
                            .toList()));
        }
        return new Plot(
                "Probabilities, " + simulation.name(),
                "",
                new Plot.Axis("visits", Scale.LINEAR),
                new Plot.Axis("probability", Scale.LINEAR),
                series);
    }
}
