package dev.weft.model;

import dev.weft.io.InputException;
import dev.weft.nn.Cell;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A cell as a graph: its first nodes are inputs, each later one is the sum over all earlier ones of what the operation on the edge between
 * makes of them. One choice an edge, {@code edge3-1} for the one from node 1 to node 3.
 *
 * @param prefix what the names of its choices begin with; empty, or the kind of the cell and a dot
 * @param inputs how many nodes are inputs
 * @param output what it gives
 * @param edges for each edge the operations that may be on it, in the order of {@link CellOperation}: those into the first node that is no
 *     input, from node 0 on, those into the next, and so on
 */
record CellGraph(String prefix, int inputs, Cell.Output output, List<List<CellOperation>> edges) {
    private static final int MAX_NODES = 8;

    CellGraph {
        String name = prefix.replace(".", "");
        edges = Setting.list(name.isEmpty() ? "edges" : name, edges).stream()
                .map(operations -> Setting.list(name.isEmpty() ? "edges" : name, operations))
                .toList();
        List<Integer> counts = IntStream.rangeClosed(inputs + 1, MAX_NODES)
                .map(nodes -> before(nodes, inputs))
                .boxed()
                .toList();
        if (!counts.contains(edges.size())) {
            throw new InputException("A cell must have an edge from every node to every later one, so "
                    + counts.subList(0, counts.size() - 1).stream()
                            .map(Object::toString)
                            .collect(Collectors.joining(", "))
                    + " or " + counts.get(counts.size() - 1) + " of them, but " + (name.isEmpty() ? "" : name + " ")
                    + "has " + edges.size() + ".");
        }
        for (List<CellOperation> operations : edges) {
            if (operations.isEmpty()
                    || !operations.equals(
                            operations.stream().sorted().distinct().toList())) {
                throw new InputException("Every edge must list one or more operations, each once, in the order "
                        + CellOperation.published(List.of(CellOperation.values())) + ", but one "
                        + (name.isEmpty() ? "" : "of " + name + " ") + "lists "
                        + CellOperation.published(operations) + ".");
            }
        }
    }

    /** How many edges lead into the nodes below {@code node}. */
    private static int before(int node, int inputs) {
        return node * (node - 1) / 2 - inputs * (inputs - 1) / 2;
    }

    /** How many nodes there are, inputs among them. */
    int nodes() {
        return IntStream.rangeClosed(inputs + 1, MAX_NODES)
                .filter(nodes -> before(nodes, inputs) == edges.size())
                .findFirst()
                .orElseThrow();
    }

    /** The operations that may be on an edge. */
    List<CellOperation> operations(int node, int from) {
        return edges.get(before(node, inputs) + from);
    }

    /** The choice of an edge, also of one with a single operation. */
    Choice<String> edge(int node, int from) {
        return new Choice<>(prefix + "edge" + node + "-" + from, CellOperation.published(operations(node, from)));
    }

    /** Those of all edges, in order. */
    List<Choice<String>> edgeChoices() {
        List<Choice<String>> all = new ArrayList<>();
        for (int node = inputs; node < nodes(); node++) {
            for (int from = 0; from < node; from++) {
                all.add(edge(node, from));
            }
        }
        return all;
    }

    /** The choices that there are something to choose of. */
    List<Choice<?>> choices() {
        return edgeChoices().stream()
                .filter(choice -> choice.options().size() > 1)
                .<Choice<?>>map(choice -> choice)
                .toList();
    }

    /** The operations of one member. */
    List<List<CellOperation>> at(Member member) {
        return edgeChoices().stream()
                .map(edge -> List.of(CellOperation.named(member.value(edge))))
                .toList();
    }

    /** Whether a member leads from an input to the last node over edges that are not {@code none}. */
    Predicate<Member> connection() {
        List<Choice<String>> choices = edgeChoices();
        int nodes = nodes();
        return member -> {
            boolean[] reached = new boolean[nodes];
            Arrays.fill(reached, 0, inputs, true);
            int edge = 0;
            for (int node = inputs; node < nodes; node++) {
                for (int from = 0; from < node; from++) {
                    boolean some = !member.value(choices.get(edge++)).equals(CellOperation.NONE.published());
                    reached[node] |= some && reached[from];
                }
            }
            return reached[nodes - 1];
        };
    }
}
