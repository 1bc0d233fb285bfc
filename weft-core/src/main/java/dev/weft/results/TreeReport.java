package dev.weft.results;

import dev.weft.io.Kinds;
import dev.weft.model.Family;
import dev.weft.report.Figure;
import dev.weft.report.Figures;
import dev.weft.report.RunReport;
import dev.weft.run.Measurement;
import dev.weft.space.Space;
import dev.weft.tree.TreeRecord;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a report says of a run's tree of supernets. */
final class TreeReport {
    /** Spaces up to so many members are counted with their constraints. */
    private static final int COUNTED = 100_000;

    private TreeReport() {}

    /**
     * @param measured members of the run
     * @return {@code null} where the run has no tree
     */
    static RunReport.Tree of(Path folder, Space space, List<Measurement> measured, Kinds kinds) {
        Optional<TreeRecord> found = TreeRecord.of(folder);
        if (found.isEmpty()) {
            return null;
        }
        TreeRecord tree = found.get();
        List<RunReport.TreeNode> nodes = new ArrayList<>();
        add(tree, tree.nodes().get(0), 0, space, nodes);
        return new RunReport.Tree(nodes, tree.supernetEpochs(), leaves(folder, measured, kinds));
    }

    /** A node, and after it all that came from it. */
    private static void add(
            TreeRecord tree, TreeRecord.Node node, int depth, Space space, List<RunReport.TreeNode> into) {
        TreeRecord.Split split = node.split();
        into.add(new RunReport.TreeNode(
                node.name(),
                depth,
                members(space.within(node.options())),
                node.options().isEmpty()
                        ? "all"
                        : node.options().entrySet().stream()
                                .map(e -> e.getKey() + ": " + String.join(", ", e.getValue()))
                                .collect(Collectors.joining("; ")),
                node.fromEpoch() + " to " + node.toEpoch(),
                node.training() == null
                        ? "not yet"
                        : node.training().steps() + " steps, " + node.training().passes() + " passes, "
                                + Math.round(node.training().seconds()) + " s",
                split == null
                        ? ""
                        : split.choice() == null
                                ? "stays whole: " + split.why()
                                : split.choice() + " into "
                                        + split.groups().stream()
                                                .map(group -> String.join(" ", group))
                                                .collect(Collectors.joining(" | ")),
                split == null || split.choice() == null ? "" : split.choice(),
                node.probes().stream().map(TreeReport::distances).toList()));
        for (TreeRecord.Node child : tree.nodes()) {
            if (child.parent().equals(node.name())) {
                add(tree, child, depth + 1, space, into);
            }
        }
    }

    private static String members(Space space) {
        BigInteger all = new Space(space.name(), space.choices()).count();
        return space.constraints().isEmpty() || all.compareTo(BigInteger.valueOf(COUNTED)) > 0
                ? all.toString()
                : space.count().toString();
    }

    private static Figure.HeatMap distances(TreeRecord.Probe probe) {
        double highest = probe.distances().stream()
                .flatMap(List::stream)
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(0);
        String groups = probe.groups().stream()
                .map(group -> group.stream().map(probe.options()::get).collect(Collectors.joining(" ")))
                .collect(Collectors.joining(" | "));
        return new Figure.HeatMap(
                probe.choice(),
                groups + "; cut " + Figures.significant(probe.cut()) + ", within "
                        + Figures.significant(probe.within()),
                probe.options(),
                probe.options(),
                probe.distances(),
                0,
                Math.max(1, highest),
                2);
    }

    /** The leaves of the members that were measured; none before the tree is complete. */
    private static Map<String, String> leaves(Path folder, List<Measurement> measured, Kinds kinds) {
        Path file = folder.resolve("family.safetensors");
        Map<String, String> leaves = new LinkedHashMap<>();
        if (Files.exists(file)) {
            try (Family family = Family.open(file, kinds)) {
                measured.stream()
                        .map(Measurement::member)
                        .distinct()
                        .forEach(line -> leaves.put(
                                line, family.leaf(family.space().parse(line)).orElseThrow()));
            }
        }
        return leaves;
    }
}
