package dev.weft.nn;

import dev.weft.ops.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Nodes in a row, some of them given, each of the others the sum of what its edges make of earlier ones:
 *
 * <pre>
 *   node i = Σ_j o_{i←j}(node j)     y = the last node, or all that were not given, channel after channel
 * </pre>
 *
 * <p>An edge that is switched off for a member does not run; one or more into each node are on.
 */
public final class Cell {
    /** What a cell gives. */
    public enum Output {
        /** Its last node. */
        LAST,
        /** All nodes that were not given, channel after channel. */
        CONCATENATION
    }

    /**
     * An edge into a node.
     *
     * @param from the number of the node that it reads, given ones counted
     */
    public record Edge(int from, OperationChoice operation) {}

    private final List<List<Edge>> into;
    private final Output output;

    /** @param into the edges into each node that is not given, by rising node */
    public Cell(List<List<Edge>> into, Output output) {
        this.into = into.stream().map(List::copyOf).toList();
        this.output = output;
    }

    /** @param given the first nodes, each (B, C, H, W) */
    public Tensor forward(List<Tensor> given, Pass pass) {
        List<Tensor> done = new ArrayList<>(given);
        for (List<Edge> edges : into) {
            Tensor sum = null;
            for (Edge edge : edges) {
                Optional<Tensor> one = edge.operation.ifOn(done.get(edge.from), pass);
                if (one.isPresent()) {
                    sum = sum == null ? one.get() : Ops.add(sum, one.get());
                }
            }
            done.add(sum);
        }
        return output == Output.LAST
                ? done.get(done.size() - 1)
                : Ops.concatenate(done.subList(given.size(), done.size()), 1);
    }
}
