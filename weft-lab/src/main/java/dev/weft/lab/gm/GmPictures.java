package dev.weft.lab.gm;

import dev.weft.lab.cells.GroundTruth;
import dev.weft.lab.gm.GradientMatchingReproduction.Findings;
import dev.weft.lab.gm.GradientMatchingReproduction.Grown;
import dev.weft.model.CellNetwork.Operation;
import dev.weft.report.Figure;
import dev.weft.report.FigureGroup;
import dev.weft.report.Plot;
import dev.weft.report.Plot.Mark;
import dev.weft.report.Plot.Point;
import dev.weft.report.Plot.Scale;
import dev.weft.report.Plot.Series;
import dev.weft.space.Choice;
import dev.weft.tree.TreeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The pictures of the page; all are of the first seed. */
final class GmPictures {
    private static final List<Mark> MARKS = List.of(Mark.DOT, Mark.SQUARE, Mark.TRIANGLE, Mark.DIAMOND, Mark.RING);

    private final GroundTruth truth;
    private final Findings findings;
    private final long seed;

    GmPictures(GroundTruth truth, Findings findings) {
        this.truth = truth;
        this.findings = findings;
        this.seed = findings.trees().get(0).seed();
    }

    List<FigureGroup> groups() {
        TreeRecord matched = tree(GmArms.MATCHED);
        return List.of(
                new FigureGroup(
                        "Inherited and alone",
                        "A mark for each anchor: across what it has with the weights of the arm, upwards what it reaches alone."
                                + " Weights that rank well make a line that rises. Seed " + seed + ".",
                        List.of(
                                scatter(GmArms.MATCHED),
                                scatter(GmArms.RANDOM_PARTITION),
                                scatter(GmArms.FEW_SHOT),
                                scatter(GmArms.ONE_SHOT))),
                new FigureGroup(
                        "Trees",
                        "How many of its operations an edge has lost in each supernet, which other supernets have. Beneath the root are"
                                + " its children and the four leaves; 0-1 is the second child of 0; in brackets stands how many"
                                + " members there are. Seed " + seed + ".",
                        List.of(tree(GmArms.MATCHED, matched), tree(GmArms.RANDOM_EDGES, tree(GmArms.RANDOM_EDGES)))),
                new FigureGroup(
                        "What the operations of an edge do to all other weights",
                        "One minus the cosine between the gradients of the shared weights, with one operation on the edge and with"
                                + " another; the root of " + GmArms.MATCHED + " after "
                                + matched.node("root").toEpoch()
                                + (matched.node("root").toEpoch() == 1 ? " epoch" : " epochs")
                                + ". 0 is the same direction, 1 nothing in common. Seed " + seed + ".",
                        matched.node("root").probes().stream()
                                .<Figure>map(probe -> distances(matched.node("root"), probe))
                                .toList()));
    }

    private TreeRecord tree(String arm) {
        return findings.trees().stream()
                .filter(grown -> grown.arm().equals(arm) && grown.seed() == seed)
                .map(Grown::tree)
                .findFirst()
                .orElseThrow();
    }

    private Plot scatter(String arm) {
        GmMeasurement one = findings.members().stream()
                .filter(m -> m.arm().equals(arm) && m.seed() == seed)
                .findFirst()
                .orElseThrow();
        List<Series> series = new ArrayList<>();
        for (String leaf : one.anchors().stream()
                .map(GmMeasurement.Inherited::leaf)
                .distinct()
                .sorted()
                .toList()) {
            List<Point> points = new ArrayList<>();
            for (int i = 0; i < one.anchors().size(); i++) {
                GmMeasurement.Inherited anchor = one.anchors().get(i);
                if (anchor.leaf().equals(leaf)) {
                    double alone = 100 * truth.anchors().get(i).accuracy();
                    points.add(new Point(
                            100 * anchor.accuracy(),
                            alone,
                            String.format(
                                    Locale.ROOT,
                                    "%s: %.2f %% inherited, %.2f %% alone",
                                    anchor.member(),
                                    100 * anchor.accuracy(),
                                    alone)));
                }
            }
            series.add(new Series(
                    leaf.isEmpty() ? "anchors" : "leaf " + leaf, MARKS.get(series.size() % MARKS.size()), points));
        }
        return new Plot(
                arm,
                String.format(Locale.ROOT, "τ %.3f", one.ranking(truth).tau()),
                new Plot.Axis("inherited accuracy, %", Scale.LINEAR),
                new Plot.Axis("accuracy alone, %", Scale.LINEAR),
                series);
    }

    private Figure tree(String arm, TreeRecord tree) {
        List<Choice<?>> choices = truth.space().choices();
        int most = choices.stream().mapToInt(c -> c.options().size()).max().orElseThrow();
        return new Figure.HeatMap(
                arm,
                GmArms.lines(tree).stream().map(GmPictures::brief).collect(Collectors.joining("; ")),
                tree.nodes().stream()
                        .map(node -> node.name() + " ("
                                + truth.space().within(node.options()).count() + ")")
                        .toList(),
                choices.stream().map(Choice::name).toList(),
                tree.nodes().stream()
                        .map(node -> choices.stream()
                                .map(choice -> (double) choice.options().size() - GmArms.left(node, choice))
                                .toList())
                        .toList(),
                0,
                most,
                0);
    }

    private static Figure distances(TreeRecord.Node node, TreeRecord.Probe probe) {
        boolean split =
                node.split() != null && probe.choice().equals(node.split().choice());
        List<String> operations =
                probe.options().stream().map(GmPictures::brief).toList();
        return new Figure.HeatMap(
                probe.choice() + (split ? ", split" : ""),
                String.format(
                        Locale.ROOT,
                        "%s; cut %.2f, within %.2f",
                        probe.groups().stream()
                                .map(group ->
                                        group.stream().map(operations::get).collect(Collectors.joining(" ")))
                                .collect(Collectors.joining(" | ")),
                        probe.cut(),
                        probe.within()),
                operations,
                operations,
                probe.distances(),
                0,
                Math.max(
                        1,
                        probe.distances().stream()
                                .flatMap(List::stream)
                                .mapToDouble(Double::doubleValue)
                                .max()
                                .orElse(1)),
                2);
    }

    /** The operations' published names are too long for the columns of a map. */
    private static String brief(String text) {
        return text.replace(Operation.SKIP.published(), "skip")
                .replace(Operation.AVERAGE_POOL.published(), "pool")
                .replace(Operation.CONV_1.published(), "1×1")
                .replace(Operation.CONV_3.published(), "3×3");
    }
}
