package dev.weft.onnx;

import static dev.weft.onnx.OnnxGraph.attribute;

import java.util.ArrayList;
import java.util.List;

/** What many operations are made of in ONNX: shapes that are known now, and those that the graph reads when it runs. */
final class OnnxShapes {
    private final OnnxGraph graph;

    OnnxShapes(OnnxGraph graph) {
        this.graph = graph;
    }

    String permute(String x, Integer... order) {
        return graph.node("Transpose", List.of(x), attribute("perm", List.of(order)));
    }

    String transpose(String x, int dims, int first, int second) {
        List<Integer> order = new ArrayList<>();
        for (int d = 0; d < dims; d++) {
            order.add(d == first ? second : d == second ? first : d);
        }
        return graph.node("Transpose", List.of(x), attribute("perm", order));
    }

    /** Reshapes a tensor: in {@code shape} 0 copies the size of the input and -1 is what is left, which an empty input does not tell. */
    String reshape(String x, long... shape) {
        return graph.node("Reshape", List.of(x, graph.integers(shape)));
    }

    String unsqueeze(String x, int axis) {
        return graph.node("Unsqueeze", List.of(x, graph.integers(axis)));
    }

    /** The size of an axis at run time, as a vector of one. */
    String size(String x, int axis) {
        return graph.node("Shape", List.of(x), attribute("start", axis), attribute("end", axis + 1));
    }

    /** The size of an axis at run time, without axes. */
    String length(String x, int axis) {
        return graph.node("Gather", List.of(size(x, axis), graph.index(0)), attribute("axis", 0));
    }

    /** 0, 1, … to the size of an axis at run time. */
    String positions(String x, int axis) {
        return graph.node("Range", List.of(graph.index(0), length(x, axis), graph.index(1)));
    }

    /** The shape of a tensor at run time. */
    String shape(String x) {
        return graph.node("Shape", List.of(x));
    }
}
