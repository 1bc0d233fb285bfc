package dev.weft.lab.mos;

import dev.weft.lab.study.Arm;
import dev.weft.lab.study.Findings;
import dev.weft.report.ExperimentReport.Cell;
import dev.weft.report.Figure;
import dev.weft.report.FigureGroup;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The pictures of the page, of the largest budget; routing is of the first seed. */
final class MosPictures {
    private final MosMembers members;
    private final Findings findings;

    MosPictures(MosMembers members, Findings findings) {
        this.members = members;
        this.findings = findings;
    }

    List<FigureGroup> groups() {
        return List.of(
                new FigureGroup(
                        "Loss of each member",
                        "Depth × MLP width of the member. Inherited from the arm's weights, or trained alone; report split, "
                                + "each seed a ring. The axes differ and do not start at zero.",
                        losses()),
                new FigureGroup(
                        "What the routers do",
                        "The first expert's mixing weight in each member (mean over the output neurons where each has its own); 0.50 is an even "
                                + "mixture. Columns that do not change from member to member are routers that do not use what "
                                + "they read. Shades span what occurs in a map. Seed "
                                + findings.seeds().get(0) + ".",
                        heatMaps()));
    }

    /** The routing by arm. */
    Map<String, MosRouting> routing() {
        Map<String, MosRouting> routing = new LinkedHashMap<>();
        for (MosSharing sharing : MosSharing.values()) {
            findings.shown("routing-" + sharing.arm(), MosRouting.class)
                    .ifPresent(own -> routing.put(sharing.arm(), own));
        }
        return routing;
    }

    private List<Figure> losses() {
        int budget = findings.largestBudget();
        List<Figure> figures = new ArrayList<>();
        for (String member : members.evaluated().keySet()) {
            List<Figure.Row> rows = new ArrayList<>();
            for (Arm arm : findings.arms(budget)) {
                List<Double> losses = findings.list(budget, arm.name(), MosDesign.key(member));
                if (!losses.isEmpty()) {
                    rows.add(new Figure.Row(arm.name(), new Cell(losses)));
                }
            }
            figures.add(new Figure.Dots(member.replace('x', '×'), MosDesign.LOSS, MosDesign.LOSS, 3, rows));
        }
        return figures;
    }

    private List<Figure> heatMaps() {
        List<Figure> figures = new ArrayList<>();
        routing().forEach((arm, routing) -> {
            List<String> names = List.copyOf(members.evaluated().keySet());
            List<List<Double>> values = new ArrayList<>();
            double reach = 0.01;
            boolean ofLayers =
                    routing.layers().stream().anyMatch(layer -> layer.name().contains(".fc2."));
            for (String member : names) {
                List<Double> row = new ArrayList<>();
                for (MosRouting.Layer layer : routing.layers()) {
                    Double mean = layer.mean().get(member);
                    row.add(mean);
                    reach = mean == null ? reach : Math.max(reach, Math.abs(mean - 0.5));
                }
                values.add(row);
            }
            figures.add(new Figure.HeatMap(
                    arm,
                    caption(routing),
                    names.stream().map(n -> n.replace('x', '×')).toList(),
                    routing.layers().stream()
                            .map(layer -> shortName(layer.name(), ofLayers))
                            .toList(),
                    values,
                    0.5 - reach,
                    0.5 + reach,
                    2));
        });
        return figures;
    }

    private static String caption(MosRouting routing) {
        double variance = routing.layers().stream()
                .mapToDouble(MosRouting.Layer::variance)
                .average()
                .orElseThrow();
        DoubleSummaryStatistics cosines =
                routing.layers().stream().mapToDouble(MosRouting.Layer::cosine).summaryStatistics();
        return String.format(
                Locale.ROOT,
                "standard deviation over members %.3f; cosine between experts %.2f to %.2f",
                Math.sqrt(variance),
                cosines.getMin(),
                cosines.getMax());
    }

    /** {@code blocks.0.mlp.fc1.weight} as {@code block 1}, or as {@code block 1 fc1} where each of its layers has a router. */
    private static String shortName(String weight, boolean layers) {
        String[] parts = weight.split("\\.");
        return "block " + (Integer.parseInt(parts[1]) + 1) + (layers ? " " + parts[3] : "");
    }
}
