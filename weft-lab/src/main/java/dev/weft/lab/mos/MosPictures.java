package dev.weft.lab.mos;

import dev.weft.report.ExperimentReport.Cell;
import dev.weft.report.Figure;
import dev.weft.report.FigureGroup;
import dev.weft.report.Plot;
import dev.weft.train.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The pictures of the page; curves and routing are of the first seed. */
final class MosPictures {
    private static final long SEED = 1;
    /** Every curve falls from the same height: what is compared comes after. */
    private static final double SHOWN_FROM = 0.15;

    private final MosTable table;
    private final MosMembers members;
    private final Details details;

    /** The details of an arm and seed. */
    @FunctionalInterface
    interface Details {
        MosDetails of(String arm, long seed);
    }

    MosPictures(MosTable table, MosMembers members, Details details) {
        this.table = table;
        this.members = members;
        this.details = details;
    }

    List<FigureGroup> groups() {
        return List.of(
                new FigureGroup(
                        "Loss of each member",
                        "Depth × MLP width of the member. Inherited from the arm's weights, or trained alone; report split, "
                                + "each seed a ring. The axes differ and do not start at zero.",
                        losses()),
                new FigureGroup(
                        "Training",
                        "Training loss of seed " + SEED + ", means over " + MosDetails.POINTS
                                + " equal parts of the training; the first " + Math.round(100 * SHOWN_FROM)
                                + " % are left out.",
                        List.of(
                                curves(Role.LARGEST, members.alone().get(2)),
                                curves(Role.SMALLEST, members.alone().get(0)))),
                new FigureGroup(
                        "What the routers do",
                        "The first expert's mixing weight in each member (mean over the output neurons where each has its own); 0.50 is an even "
                                + "mixture. Columns that do not change from member to member are routers that do not use what "
                                + "they read. Shades span what occurs in a map. Seed " + SEED + ".",
                        heatMaps()));
    }

    /** The routing by arm. */
    Map<String, MosRouting> routing() {
        Map<String, MosRouting> routing = new LinkedHashMap<>();
        for (MosSharing sharing : MosSharing.values()) {
            if (sharing.hasExperts()) {
                routing.put(sharing.arm(), details.of(sharing.arm(), SEED).routing());
            }
        }
        return routing;
    }

    private List<Figure> losses() {
        List<Figure> figures = new ArrayList<>();
        for (String member : members.evaluated().keySet()) {
            List<Figure.Row> rows = new ArrayList<>();
            for (MosSharing sharing : MosSharing.values()) {
                rows.add(new Figure.Row(sharing.arm(), new Cell(table.losses(sharing.arm(), member))));
            }
            for (String fewShot : List.of(MosArms.FEW_SHOT_HALF, MosArms.FEW_SHOT)) {
                rows.add(new Figure.Row(fewShot, new Cell(table.losses(fewShot, member))));
            }
            if (!table.alone(member).isEmpty()) {
                rows.add(new Figure.Row(MosArms.ALONE, new Cell(table.alone(member))));
            }
            figures.add(new Figure.Dots(member.replace('x', '×'), MosTable.LOSS, MosTable.LOSS, 3, rows));
        }
        return figures;
    }

    private Figure curves(Role role, String alone) {
        List<Plot.Series> curves = new ArrayList<>();
        for (MosSharing sharing : MosSharing.values()) {
            curves.add(curve(sharing.arm(), details.of(sharing.arm(), SEED), role));
        }
        curves.add(curve(MosArms.ALONE, details.of(MosArms.alone(alone), SEED), Role.LARGEST));
        return new Plot(
                "The " + role + " member, " + alone.replace('x', '×'),
                "",
                new Plot.Axis("step", Plot.Scale.LINEAR),
                new Plot.Axis(MosTable.LOSS, Plot.Scale.LINEAR),
                curves);
    }

    private static Plot.Series curve(String name, MosDetails details, Role role) {
        List<Double> losses = details.curves().get(role.toString());
        List<Plot.Point> points = new ArrayList<>();
        for (int i = (int) (SHOWN_FROM * losses.size()); i < losses.size(); i++) {
            points.add(new Plot.Point((i + 0.5) / losses.size() * details.steps(), losses.get(i)));
        }
        return new Plot.Series(name, Plot.Mark.LINE, points);
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
        double least = routing.layers().stream()
                .mapToDouble(MosRouting.Layer::cosine)
                .min()
                .orElseThrow();
        double most = routing.layers().stream()
                .mapToDouble(MosRouting.Layer::cosine)
                .max()
                .orElseThrow();
        return String.format(
                Locale.ROOT,
                "standard deviation over members %.3f; cosine between experts %.2f to %.2f",
                Math.sqrt(variance),
                least,
                most);
    }

    /** {@code blocks.0.mlp.fc1.weight} as {@code block 1}, or as {@code block 1 fc1} where each of its layers has a router. */
    private static String shortName(String weight, boolean layers) {
        String[] parts = weight.split("\\.");
        return "block " + (Integer.parseInt(parts[1]) + 1) + (layers ? " " + parts[3] : "");
    }
}
