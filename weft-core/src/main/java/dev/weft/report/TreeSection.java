package dev.weft.report;

import dev.weft.report.RunReport.Tree;
import dev.weft.report.RunReport.TreeNode;
import java.util.stream.Collectors;

/** A tree of supernets as HTML that is complete without scripts: a row a supernet, and beneath them the distances that were compared. */
final class TreeSection {
    private final Tree tree;

    TreeSection(Tree tree) {
        this.tree = tree;
    }

    /** How many supernets did not split. */
    long leaves() {
        return tree.nodes().stream().filter(node -> node.split().isEmpty()).count();
    }

    String summary() {
        long leaves =
                tree.nodes().stream().filter(node -> node.split().isEmpty()).count();
        return Figures.grouped(tree.nodes().size()) + " supernets, " + Figures.grouped(leaves()) + " of them leaves; "
                + Figures.grouped(tree.supernetEpochs()) + " supernet-epochs of training";
    }

    String rows() {
        return tree.nodes().stream().map(TreeSection::row).collect(Collectors.joining());
    }

    private static String row(TreeNode node) {
        return "<tr><th scope=\"row\" style=\"padding-left:" + (6 + 22 * node.depth()) + "px\"><code>"
                + Page.escape(node.name()) + "</code></th>\n<td>" + Page.escape(Figures.large(node.members()))
                + "</td>\n<td>" + Page.escape(node.options()).replace(",", ",<wbr>") + "</td>\n<td>"
                + Page.escape(node.epochs()) + "</td>\n<td>" + Page.escape(node.training()) + "</td>\n<td>"
                + Page.escape(node.split()) + "</td></tr>\n";
    }

    /** The distances of each supernet behind its name; those of the root are open. */
    String distances() {
        return tree.nodes().stream()
                .filter(node -> !node.distances().isEmpty())
                .map(TreeSection::distances)
                .collect(Collectors.joining());
    }

    private static String distances(TreeNode node) {
        StringBuilder html = new StringBuilder("<details class=\"probes\"" + (node.depth() == 0 ? " open" : "")
                + "><summary>Distances in supernet <code>" + Page.escape(node.name()) + "</code></summary>\n"
                + "<div class=\"grids\">\n");
        for (Figure.HeatMap map : node.distances()) {
            html.append("<figure><figcaption><strong>")
                    .append(Page.escape(map.title()))
                    .append("</strong> ")
                    .append(map.title().equals(node.splitChoice()) ? "<span class=\"badge\">split</span> " : "")
                    .append("<span class=\"quiet\">")
                    .append(Page.escape(map.caption()))
                    .append("</span></figcaption>\n")
                    .append(new HeatGrid(map).html())
                    .append("</figure>\n");
        }
        return html.append("</div></details>\n").toString();
    }
}
