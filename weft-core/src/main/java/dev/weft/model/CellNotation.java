package dev.weft.model;

import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Notation;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.IntStream;

/**
 * Cells as NAS-Bench-201 (Dong and Yang 2020) writes them: for each node after the first the operations on its edges, each with the
 * node that it comes from.
 *
 * <pre>
 *   |nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|
 * </pre>
 *
 * @param nodes of a cell
 * @param edges a choice for every edge, also for one with a single operation: those into node 1, into node 2, and so on
 */
record CellNotation(int nodes, List<Choice<String>> edges) implements Notation {
    CellNotation {
        edges = List.copyOf(edges);
    }

    @Override
    public String form() {
        return joined(edges.stream().map(edge -> "op").toList());
    }

    private String joined(List<String> operations) {
        StringJoiner cell = new StringJoiner("+");
        Iterator<String> next = operations.iterator();
        for (int node = 1; node < nodes; node++) {
            StringJoiner into = new StringJoiner("|", "|", "|");
            IntStream.range(0, node).forEach(from -> into.add(next.next() + "~" + from));
            cell.add(into.toString());
        }
        return cell.toString();
    }

    @Override
    public boolean matches(String text) {
        return text.startsWith("|");
    }

    @Override
    public String print(Member member) {
        return joined(edges.stream().map(member::value).toList());
    }

    @Override
    public Map<String, String> parse(String text) {
        List<String> operations = Arrays.stream(text.split("[|+]+"))
                .filter(part -> !part.isEmpty())
                .map(part -> part.replaceFirst("~.*", ""))
                .toList();
        if (operations.size() != edges.size() || !joined(operations).equals(text)) {
            throw new InputException("A cell must be written as " + form() + ", but got \"" + text + "\".");
        }
        Map<String, String> picked = new LinkedHashMap<>();
        for (int i = 0; i < edges.size(); i++) {
            Choice<String> edge = edges.get(i);
            String operation = operations.get(i);
            if (!edge.options().contains(operation)) {
                throw new InputException("Cell \"" + text + "\": " + edge.name() + " must be one of " + edge.options()
                        + ", but got " + operation + "." + Suggest.nearest(operation, edge.options()));
            }
            if (edge.options().size() > 1) {
                picked.put(edge.name(), operation);
            }
        }
        return picked;
    }
}
