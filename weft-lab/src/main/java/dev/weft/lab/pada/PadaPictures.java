package dev.weft.lab.pada;

import dev.weft.lab.cells.GroundTruth;
import dev.weft.lab.pada.PadaWork.Measured;
import dev.weft.report.Figure;
import dev.weft.report.FigureGroup;
import dev.weft.report.Plot;
import dev.weft.report.Plot.Mark;
import dev.weft.report.Plot.Point;
import dev.weft.report.Plot.Scale;
import dev.weft.report.Plot.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The pictures of the page; those of one run are of the first seed. */
final class PadaPictures {
    private static final List<Mark> MARKS = List.of(Mark.DOT, Mark.SQUARE, Mark.TRIANGLE, Mark.DIAMOND, Mark.RING);

    private final GroundTruth truth;
    private final PadaTable table;

    PadaPictures(GroundTruth truth, PadaTable table) {
        this.truth = truth;
        this.table = table;
    }

    List<FigureGroup> groups() {
        long seed = table.seeds().get(0);
        return List.of(
                new FigureGroup(
                        "Inherited and alone",
                        "A mark for each anchor: across what it has with the weights of the arm, upwards what it reaches alone."
                                + " Weights that rank well make a line that rises. Seed " + seed + ".",
                        List.of(
                                scatter(PadaArms.UNIFORM),
                                scatter(PadaArms.FAIR),
                                scatter(PadaArms.BOTH),
                                scatter(PadaArms.REWEIGHTED))),
                new FigureGroup(
                        "How likely each operation is drawn",
                        "After the probed epochs, by gradient norm; uniform would be 0.2. An operation without weights has no norm, so"
                                + " only the uniform part keeps it. Seed " + seed + ".",
                        List.of(operations(PadaArms.BOTH), operations(PadaArms.REWEIGHTED))),
                new FigureGroup(
                        "Variance of the applied gradient",
                        "Members and batches drawn as the arm draws them then, at the weights it has then: each arm is at weights of its"
                                + " own. The mean over seeds, and the range.",
                        List.of(
                                variance("Uniform members", List.of(PadaArms.UNIFORM, PadaArms.FAIR, PadaArms.DATA)),
                                variance(
                                        "Members by norm",
                                        List.of(PadaArms.PATHS, PadaArms.BOTH, PadaArms.CARRY, PadaArms.REWEIGHTED)))));
    }

    private Plot scatter(String arm) {
        Measured one = table.of(arm).get(0);
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < truth.anchors().size(); i++) {
            double inherited = 100 * one.members().scores().get(i);
            double alone = 100 * truth.anchors().get(i).accuracy();
            points.add(new Point(
                    inherited,
                    alone,
                    String.format(
                            Locale.ROOT,
                            "%s: %.2f %% inherited, %.2f %% alone",
                            truth.space().print(truth.members().get(i)),
                            inherited,
                            alone)));
        }
        return new Plot(
                arm,
                String.format(
                        Locale.ROOT, "τ %.3f", one.members().ranking(truth).tau()),
                new Plot.Axis("inherited accuracy, %", Scale.LINEAR),
                new Plot.Axis("accuracy alone, %", Scale.LINEAR),
                List.of(new Series("anchors", Mark.DOT, points)));
    }

    private Figure operations(String arm) {
        List<PadaProbe> probes = table.of(arm).get(0).probes();
        List<String> names = List.copyOf(PadaTable.operations(probes.get(0)).keySet());
        return new Figure.HeatMap(
                arm,
                "",
                names,
                probes.stream().map(probe -> "epoch " + probe.epoch()).toList(),
                names.stream()
                        .map(name -> probes.stream()
                                .map(probe -> PadaTable.operations(probe).get(name))
                                .toList())
                        .toList(),
                0,
                1,
                3);
    }

    private Plot variance(String title, List<String> arms) {
        List<Series> series = new ArrayList<>();
        for (String arm : arms) {
            List<Measured> seeds = table.of(arm);
            List<Point> points = new ArrayList<>();
            for (int i = 0; i < seeds.get(0).probes().size(); i++) {
                int probe = i;
                List<Double> values = seeds.stream()
                        .map(one -> one.probes().get(probe).relative())
                        .toList();
                double mean = values.stream()
                        .mapToDouble(Double::doubleValue)
                        .average()
                        .orElseThrow();
                points.add(new Point(
                        (i + 1.0) / seeds.get(0).probes().size(),
                        mean,
                        Math.min(mean, values.stream().mapToDouble(v -> v).min().orElseThrow()),
                        Math.max(mean, values.stream().mapToDouble(v -> v).max().orElseThrow()),
                        arm));
            }
            series.add(new Series(arm, MARKS.get(series.size() % MARKS.size()), points));
        }
        return new Plot(
                title,
                "tr Var over the squared norm of the mean.",
                new Plot.Axis("part of the training", Scale.LINEAR),
                new Plot.Axis("tr Var / ‖mean‖²", Scale.LOGARITHMIC),
                series);
    }
}
