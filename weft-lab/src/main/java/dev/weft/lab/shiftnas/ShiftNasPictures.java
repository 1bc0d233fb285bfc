package dev.weft.lab.shiftnas;

import dev.weft.lab.shiftnas.ShiftNasDesign.Curve;
import dev.weft.lab.shiftnas.ShiftNasDesign.Moment;
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
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
        return List.of(
                new FigureGroup(
                        "Learned probabilities",
                        "Means over the seeds. Levels begin equal; the logits do not move before "
                                + Math.round(100 * size.warmPart()) + " % of training.",
                        ShiftNasDesign.LEARNED.stream().map(this::learned).toList()),
                new FigureGroup(
                        "The rule alone",
                        "A computation without network or data, in which the loss of each level is known and levels share"
                                + " nothing. The rule helps where levels that have learnt free visits for others. Where none"
                                + " has, it feeds on itself: what is visited improves, and is visited more.",
                        ShiftSimulation.all(size).stream()
                                .flatMap(ShiftNasPictures::simulated)
                                .toList()));
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
            List<Integer> levels = IntStream.range(0, space.levels()).boxed().toList();
            ToDoubleFunction<Integer> count =
                    k -> Statistics.mean(findings.list(budget, arm, ShiftNasDesign.visits(k)));
            double all = levels.stream().mapToDouble(count).sum();
            series.add(Series.of(arm, Mark.LINE, levels, k -> k + 1, k -> 100 * count.applyAsDouble(k) / all));
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
        for (String arm : ShiftNasDesign.PICKED) {
            List<Point> points = new ArrayList<>();
            findings.seeds().forEach(seed -> findings.kept(budget, seed, "picks-" + arm, Picks.class)
                    .ifPresent(own -> own.picks().forEach(pick -> points.add(point(seed, pick)))));
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

    private static Point point(long seed, Pick pick) {
        return new Point(
                pick.macs() / 1e6,
                pick.reportAccuracy(),
                String.format(
                        Locale.ROOT,
                        "seed %d, for level %d: %s, %.2f %%",
                        seed,
                        pick.level() + 1,
                        pick.member(),
                        pick.reportAccuracy()));
    }

    private Figure learned(String arm) {
        List<Curve> curves = findings.kept(budget, "curve-" + arm, Curve.class);
        List<Moment> means = new ArrayList<>();
        means.add(new Moment(0, Collections.nCopies(space.levels(), 1.0 / space.levels())));
        for (int i = 0; i < curves.get(0).moments().size(); i++) {
            int place = i;
            List<Moment> moments =
                    curves.stream().map(curve -> curve.moments().get(place)).toList();
            means.add(new Moment(
                    moments.get(0).epoch(),
                    IntStream.range(0, space.levels())
                            .mapToObj(k -> Statistics.mean(moments.stream()
                                    .map(moment -> moment.probabilities().get(k))
                                    .toList()))
                            .toList()));
        }
        return probabilities("Arm " + arm, "epochs", level -> "", means);
    }

    private static Stream<Figure> simulated(ShiftSimulation simulation) {
        Plot losses = new Plot(
                "Total loss, " + simulation.name(),
                "Sum over levels of exp(-r · visits).",
                new Plot.Axis("visits", Scale.LINEAR),
                new Plot.Axis("loss", Scale.LINEAR),
                List.of(
                        Series.of("learned levels", Mark.LINE, simulation.curve(), m -> m.visits(), m -> m.learned()),
                        Series.of("uniform levels", Mark.LINE, simulation.curve(), m -> m.visits(), m -> m.uniform())));
        Plot probabilities = probabilities(
                "Probabilities, " + simulation.name(),
                "visits",
                level -> ", r = " + Figures.plain(simulation.rates().get(level)),
                simulation.curve().stream()
                        .map(m -> new Moment(m.visits(), m.probabilities()))
                        .toList());
        return Stream.of(losses, probabilities);
    }

    /**
     * A line for each level. There are colours for five lines: a sixth level is dotted.
     *
     * @param behind what follows the name of a level
     */
    private static Plot probabilities(String title, String x, IntFunction<String> behind, List<Moment> moments) {
        return new Plot(
                title,
                "",
                new Plot.Axis(x, Scale.LINEAR),
                new Plot.Axis("probability", Scale.LINEAR),
                IntStream.range(0, moments.get(0).probabilities().size())
                        .mapToObj(k -> Series.of(
                                "level " + (k + 1) + behind.apply(k),
                                k < 5 ? Mark.LINE : Mark.DOT,
                                moments,
                                Moment::epoch,
                                moment -> moment.probabilities().get(k)))
                        .toList());
    }
}
