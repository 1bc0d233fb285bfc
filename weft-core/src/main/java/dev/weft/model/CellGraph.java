package dev.weft.model;

import dev.weft.io.InputException;
import dev.weft.nn.Cell;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A cell as a graph: its first nodes are inputs, each later one is the sum over all earlier ones of what the operation on the edge between
 * makes of them. One choice an edge, {@code edge3-1} for the one from node 1 to node 3.
 *
 * <p>A member may keep some of the edges into each node (DARTS, Liu et al. 2019: two): which ones, is a choice of its own,
 * {@code node4.inputs} of {@code 0+1}, {@code 0+2} and so on. It switches the choices of the edges: an edge that is not kept is {@code none},
 * and one that is kept is not.
 *
 * @param prefix what the names of its choices begin with; empty, or the kind of the cell and a dot
 * @param inputs how many nodes are inputs
 * @param kept how many edges into a node a member keeps, or all where there are fewer; 0 for all, and then one may be {@code none} too
 * @param output what it gives
 * @param edges for each edge the operations that may be on it, in the order of {@link CellOperation}: those into the first node that is no
 *     input, from node 0 on, those into the next, and so on
 */
record CellGraph(String prefix, int inputs, int kept, Cell.Output output, List<List<CellOperation>> edges) {
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
        for (int node = inputs; kept > 0 && before(node, inputs) < edges.size(); node++) {
            if (sources(edges.subList(before(node, inputs), before(node + 1, inputs)), kept)
                    .isEmpty()) {
                throw new InputException("A member keeps " + Math.min(kept, node) + " edges into each node, so as many"
                        + " must list an operation, and all others none, but those into node " + node
                        + (name.isEmpty() ? "" : " of " + name) + " do not.");
            }
        }
    }

    /** The sets of edges of which a member may keep exactly one whole set, each as the numbers of the nodes that they come from. */
    private static List<List<Integer>> sources(List<List<CellOperation>> into, int kept) {
        int size = Math.min(kept, into.size());
        return IntStream.range(0, 1 << into.size())
                .filter(set -> Integer.bitCount(set) == size)
                .mapToObj(set -> IntStream.range(0, into.size())
                        .filter(from -> (set >> from & 1) == 1)
                        .boxed()
                        .toList())
                .filter(set -> IntStream.range(0, into.size())
                        .allMatch(from -> set.contains(from)
                                ? !into.get(from).equals(List.of(CellOperation.NONE))
                                : into.get(from).contains(CellOperation.NONE)))
                .sorted(Comparator.comparing(List::toString)) // nodes have one digit
                .toList();
    }

    private List<List<Integer>> sources(int node) {
        return sources(edges.subList(before(node, inputs), before(node + 1, inputs)), kept);
    }

    /** How a set of edges is written, by rising nodes that they come from. */
    static String option(List<Integer> sources) {
        return sources.stream().map(Object::toString).collect(Collectors.joining("+"));
    }

    /** The choice of the edges into a node that a member keeps, as the nodes that they come from; also where there is one option. */
    Choice<String> sourcesChoice(int node) {
        return new Choice<>(
                prefix + "node" + node + ".inputs",
                sources(node).stream().map(CellGraph::option).toList());
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
        Choice<String> choice =
                new Choice<>(prefix + "edge" + node + "-" + from, CellOperation.published(operations(node, from)));
        String none = CellOperation.NONE.published();
        if (kept == 0 || choice.options().size() == 1 || !choice.options().contains(none)) {
            return choice;
        }
        List<List<Integer>> sets = sources(node);
        List<String> on = sets.stream()
                .filter(set -> set.contains(from))
                .map(CellGraph::option)
                .toList();
        if (on.isEmpty()) {
            return new Choice<>(choice.name(), List.of(none));
        }
        return sets.size() == 1
                ? choice.neverOff(none)
                : choice.switchedBy(sourcesChoice(node).name(), on, none);
    }

    /** Whether any member has the edge. */
    boolean isThere(int node, int from) {
        return kept == 0 || sources(node).stream().anyMatch(set -> set.contains(from));
    }

    /** The choices of all edges, in order. */
    List<Choice<String>> edgeChoices() {
        List<Choice<String>> all = new ArrayList<>();
        for (int node = inputs; node < nodes(); node++) {
            for (int from = 0; from < node; from++) {
                all.add(edge(node, from));
            }
        }
        return all;
    }

    /** The choices that there are something to choose of: of each node its edges after what switches them. */
    List<Choice<?>> choices() {
        List<Choice<?>> all = new ArrayList<>();
        for (int node = inputs; node < nodes(); node++) {
            if (kept > 0) {
                all.add(sourcesChoice(node));
            }
            for (int from = 0; from < node; from++) {
                all.add(edge(node, from));
            }
        }
        return all.stream().filter(choice -> choice.options().size() > 1).collect(Collectors.toUnmodifiableList());
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
