package dev.weft.lab.gm;

import dev.weft.model.CellOperation;
import dev.weft.report.Figure;
import dev.weft.report.FigureGroup;
import dev.weft.space.Choice;
import dev.weft.space.Space;
import dev.weft.tree.TreeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What the distances of a tree's splits say, in numbers, lines and pictures. */
final class TreeDistances {
    private TreeDistances() {}

    /**
     * What each split saves: the distances within its groups, against what a partition into as large groups has on the mean. Pairs are
     * inside with equal probability, so that is a part of all distances.
     */
    static List<Double> saved(TreeRecord tree) {
        List<Double> saved = new ArrayList<>();
        for (TreeRecord.Node node : tree.nodes()) {
            for (TreeRecord.Probe probe : node.probes()) {
                if (node.split() != null && probe.choice().equals(node.split().choice())) {
                    saved.add(expectedWithin(probe) - probe.within());
                }
            }
        }
        return saved;
    }

    static double expectedWithin(TreeRecord.Probe probe) {
        long inside = probe.groups().stream()
                .mapToLong(group -> (long) group.size() * (group.size() - 1) / 2)
                .sum();
        int options = probe.options().size();
        return (probe.within() + probe.cut()) * inside / (options * (options - 1) / 2);
    }

    /** How much farther convolutions are from none than from each other, the mean over the edges of the root. */
    static double convolutionsCloser(TreeRecord tree) {
        return tree.node("root").probes().stream()
                .mapToDouble(TreeDistances::convolutionsCloser)
                .average()
                .orElseThrow();
    }

    static double convolutionsCloser(TreeRecord.Probe probe) {
        int none = probe.options().indexOf(CellOperation.NONE.published());
        int one = probe.options().indexOf(CellOperation.CONV_1.published());
        int three = probe.options().indexOf(CellOperation.CONV_3.published());
        double[][] distances = probe.matrix();
        return (distances[none][one] + distances[none][three]) / 2 - distances[one][three];
    }

    /** How a tree parts the space: a line for each split. */
    static List<String> lines(TreeRecord tree) {
        List<String> lines = new ArrayList<>();
        for (TreeRecord.Node node : tree.nodes()) {
            if (node.split() != null && node.split().choice() != null) {
                lines.add(node.name() + " by " + node.split().choice() + ": "
                        + node.split().groups().stream()
                                .map(group -> String.join(" ", group))
                                .collect(Collectors.joining(" | ")));
            }
        }
        return lines;
    }

    /** Trees as maps, and of the first one the distances behind its first split. */
    static List<FigureGroup> figures(Space space, Map<String, TreeRecord> trees, long seed) {
        TreeRecord first = trees.values().iterator().next();
        TreeRecord.Node root = first.node("root");
        return List.of(
                new FigureGroup(
                        "Trees",
                        "How many of its operations an edge has lost in each supernet, which other supernets have. Beneath the root are"
                                + " its children and the leaves; 0-1 is the second child of 0; in brackets stands how many members there"
                                + " are. Seed " + seed + ".",
                        trees.entrySet().stream()
                                .map(entry -> map(space, entry.getKey(), entry.getValue()))
                                .toList()),
                new FigureGroup(
                        "What the operations of an edge do to all other weights",
                        "One minus the cosine between the gradients of the shared weights, with one operation on the edge and with"
                                + " another; the root after " + root.toEpoch()
                                + (root.toEpoch() == 1 ? " epoch" : " epochs")
                                + ". 0 is the same direction, 1 nothing in common. Seed " + seed + ".",
                        root.probes().stream()
                                .map(probe -> distances(root, probe))
                                .toList()));
    }

    private static Figure map(Space space, String arm, TreeRecord tree) {
        List<Choice<?>> choices = space.choices();
        int most = choices.stream().mapToInt(c -> c.options().size()).max().orElseThrow();
        return new Figure.HeatMap(
                arm,
                lines(tree).stream().map(TreeDistances::brief).collect(Collectors.joining("; ")),
                tree.nodes().stream()
                        .map(node -> node.name() + " ("
                                + space.within(node.options()).count() + ")")
                        .toList(),
                choices.stream().map(Choice::name).toList(),
                tree.nodes().stream()
                        .map(node -> choices.stream()
                                .map(choice -> (double) choice.options().size() - left(node, choice))
                                .toList())
                        .toList(),
                0,
                most,
                0);
    }

    /** How many options a choice has left in a supernet. */
    private static int left(TreeRecord.Node node, Choice<?> choice) {
        List<String> options = node.options().get(choice.name());
        return options == null ? choice.options().size() : options.size();
    }

    private static Figure distances(TreeRecord.Node node, TreeRecord.Probe probe) {
        boolean split =
                node.split() != null && probe.choice().equals(node.split().choice());
        List<String> operations =
                probe.options().stream().map(TreeDistances::brief).toList();
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
        return text.replace(CellOperation.SKIP.published(), "skip")
                .replace(CellOperation.AVERAGE_POOL.published(), "pool")
                .replace(CellOperation.CONV_1.published(), "1×1")
                .replace(CellOperation.CONV_3.published(), "3×3");
    }
}
