package dev.weft.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A cell of operations as a graph: nodes in a row, an edge from each to every later one, its operation beside it. Inline SVG whose
 * groups are named by {@code data-edge}, so that the page's script can show another cell in the same drawing.
 */
final class CellPicture {
    private static final int MARGIN = 26;
    private static final int APART = 104; // of neighbouring nodes
    private static final int RADIUS = 12;
    private static final int RISE = 40; // of an edge that passes one node; further ones rise more

    /** An edge between nodes, and what it does. */
    private record Edge(int from, int to, String operation) {}

    private final String cell;
    private final List<Edge> edges = new ArrayList<>();
    private final int nodes;

    /** @param cell {@code |skip_connect~0|+|none~0|nor_conv_3x3~1|} */
    CellPicture(String cell) {
        this.cell = cell;
        String[] into = cell.split("\\+");
        for (int to = 1; to <= into.length; to++) {
            int node = to;
            Arrays.stream(into[to - 1].split("\\|"))
                    .filter(edge -> !edge.isEmpty())
                    .map(edge -> edge.split("~"))
                    .forEach(edge -> edges.add(new Edge(Integer.parseInt(edge[1]), node, edge[0])));
        }
        this.nodes = into.length + 1;
    }

    /** Whether the line of a member is that of a cell. */
    static boolean isCell(String member) {
        return member.matches("(\\|\\w+~\\d+)+\\|(\\+(\\|\\w+~\\d+)+\\|)*");
    }

    String svg() {
        int above = rise(true);
        int width = 2 * MARGIN + (nodes - 1) * APART;
        int height = above + rise(false);
        StringBuilder html = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg class=\"cell\" viewBox=\"0 0 %d %d\" style=\"max-width:%dpx\" role=\"img\" aria-label=\"Cell %s\">\n",
                width,
                height,
                width * 5 / 4,
                Page.escape(cell)));
        edges.forEach(edge -> html.append(drawn(edge, above)));
        for (int node = 0; node < nodes; node++) {
            html.append(String.format(
                    Locale.ROOT,
                    "<g class=\"node\"><circle cx=\"%d\" cy=\"%d\" r=\"%d\"/><text x=\"%d\" y=\"%d\">%s</text></g>\n",
                    x(node),
                    above,
                    RADIUS,
                    x(node),
                    above + 4,
                    node == 0 ? "in" : node == nodes - 1 ? "out" : String.valueOf(node)));
        }
        return html.append("</svg>\n").toString();
    }

    private static String drawn(Edge edge, int level) {
        int bend = bend(edge);
        int from = x(edge.from()) + (bend == 0 ? RADIUS : RADIUS / 2);
        int to = x(edge.to()) - (bend == 0 ? RADIUS : RADIUS / 2);
        int start = level + Integer.signum(bend) * (RADIUS - 2);
        return String.format(
                Locale.ROOT,
                "<g class=\"edge %s\" data-edge=\"%d-%d\"><path d=\"M%d %d Q%d %d %d %d\"/><text x=\"%d\" y=\"%d\">%s</text></g>\n",
                Page.escape(edge.operation()),
                edge.to(),
                edge.from(),
                from,
                start,
                (from + to) / 2,
                start + 2 * bend,
                to,
                start,
                (from + to) / 2,
                bend > 0 ? start + bend + 12 : start + bend - 5,
                Page.escape(edge.operation()));
    }

    /** How far an edge is from the row of nodes, below it if positive: neighbours are joined straight. */
    private static int bend(Edge edge) {
        int passed = edge.to() - edge.from() - 1;
        return (edge.from() % 2 == 0 ? -1 : 1) * RISE * passed;
    }

    private int rise(boolean above) {
        return RADIUS
                + 22
                + edges.stream()
                        .mapToInt(CellPicture::bend)
                        .filter(bend -> above == bend < 0)
                        .map(Math::abs)
                        .max()
                        .orElse(0);
    }

    private static int x(int node) {
        return MARGIN + node * APART;
    }
}
