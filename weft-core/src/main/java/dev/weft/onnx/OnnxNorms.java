package dev.weft.onnx;

import static dev.weft.onnx.OnnxGraph.attribute;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** What normalisations are in ONNX. */
final class OnnxNorms {
    private final OnnxGraph graph;
    private final OnnxShapes shapes;

    OnnxNorms(OnnxGraph graph, OnnxShapes shapes) {
        this.graph = graph;
        this.shapes = shapes;
    }

    /** Scale and shift must be there, also of a norm without. */
    String batch(List<String> in, Tensor x, double epsilon) {
        int channels = (int) x.size(1);
        return graph.node(
                "BatchNormalization",
                List.of(in.get(0), or(in.get(3), 1, channels), or(in.get(4), 0, channels), in.get(1), in.get(2)),
                attribute("epsilon", epsilon));
    }

    /** The scale must be there, also of a norm without. */
    String layer(List<String> in, Tensor x, double epsilon) {
        String scale = or(in.get(1), 1, (int) x.size(x.dim() - 1));
        return graph.node(
                "LayerNormalization",
                in.get(2).isEmpty() ? List.of(in.get(0), scale) : List.of(in.get(0), scale, in.get(2)),
                attribute("axis", -1),
                attribute("epsilon", epsilon));
    }

    private String or(String name, double constant, int count) {
        return name.isEmpty() ? graph.floats(Collections.nCopies(count, constant), count) : name;
    }

    String rootMeanSquare(List<String> in, double epsilon) {
        String x = in.get(0);
        String square = graph.node("Mul", List.of(x, x));
        String mean = graph.node("ReduceMean", List.of(square, graph.integers(-1)), attribute("keepdims", 1));
        String root = graph.node("Sqrt", List.of(graph.node("Add", List.of(mean, graph.scalar(epsilon)))));
        return graph.node("Mul", List.of(graph.node("Div", List.of(x, root)), in.get(1)));
    }

    /** Operator set 18 has a group norm that scales by group; here each group is an instance, and channels are scaled after it. */
    String group(List<String> in, Tensor x, int groups, double epsilon) {
        String grouped = shapes.reshape(in.get(0), 0, groups, -1);
        String normal = graph.node(
                "InstanceNormalization",
                List.of(grouped, or("", 1, groups), or("", 0, groups)),
                attribute("epsilon", epsilon));
        String y = graph.node("Reshape", List.of(normal, shapes.shape(in.get(0))));
        if (in.get(1).isEmpty()) {
            return y;
        }
        long[] each = new long[(int) x.dim() - 1]; // (C, 1, …)
        Arrays.fill(each, 1);
        each[0] = x.size(1);
        String scaled = graph.node("Mul", List.of(y, shapes.reshape(in.get(1), each)));
        return graph.node("Add", List.of(scaled, shapes.reshape(in.get(2), each)));
    }

    String euclidean(String x, double epsilon) {
        String length = graph.node("ReduceL2", List.of(x, graph.integers(-1)), attribute("keepdims", 1));
        return graph.node("Div", List.of(x, graph.node("Max", List.of(length, graph.scalar(epsilon)))));
    }
}
