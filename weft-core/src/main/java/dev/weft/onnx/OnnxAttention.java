package dev.weft.onnx;

import static dev.weft.onnx.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What attention, and what tells it the order of tokens, is in ONNX. Lengths of sequences follow the shapes at run time. */
final class OnnxAttention {
    private static final long FLOAT = TensorProto.DataType.FLOAT.getNumber();

    private final OnnxGraph graph;
    private final OnnxShapes shapes;

    OnnxAttention(OnnxGraph graph, OnnxShapes shapes) {
        this.graph = graph;
        this.shapes = shapes;
    }

    /** @param in query, key, value and a mask, which may be absent */
    String attention(List<String> in, List<Tensor> inputs, double scale) {
        return attend(in, inputs, scale, scores -> masked(scores, in, inputs));
    }

    private String masked(String scores, List<String> in, List<Tensor> inputs) {
        if (in.get(3).isEmpty()) {
            return scores;
        }
        Tensor mask = inputs.get(3);
        if (grouped(inputs) && mask.dim() > 2) {
            throw new IllegalStateException(
                    "Attention with shared keys can be exported with a mask (T, S), but this one is" + " of "
                            + mask.dim() + " axes.");
        }
        return mask.scalar_type().intern() == ScalarType.Bool
                ? graph.node("Where", List.of(in.get(3), scores, graph.scalar(Double.NEGATIVE_INFINITY)))
                : graph.node("Add", List.of(scores, in.get(3)));
    }

    /** @param in query, key, value and a mask, which may be absent */
    String causal(List<String> in, List<Tensor> inputs, double scale) {
        return attend(in, inputs, scale, scores -> {
            String columns = shapes.positions(in.get(1), 2); // (S)
            String before = graph.node("Sub", List.of(shapes.size(in.get(1), 2), shapes.size(in.get(0), 2))); // S - T
            String counted = graph.node("Add", List.of(shapes.positions(in.get(0), 2), before));
            String later = graph.node("Greater", List.of(columns, shapes.reshape(counted, -1, 1))); // (T, S)
            String hidden = graph.node("Where", List.of(later, graph.scalar(Double.NEGATIVE_INFINITY), scores));
            return masked(hidden, in, inputs);
        });
    }

    /** Says whether several query heads share one of several key-value heads; one key-value head alone broadcasts as it is. */
    private static boolean grouped(List<Tensor> inputs) {
        long keyHeads = inputs.get(1).size(1);
        return keyHeads != inputs.get(0).size(1) && keyHeads != 1;
    }

    /**
     * Query heads that share a key-value head lie side by side, so that the products broadcast: query (B, nkv, nh / nkv, T, hd), key and
     * value (B, nkv, 1, S, hd).
     *
     * @param masked puts the mask on the scores (…, T, S)
     */
    private String attend(List<String> in, List<Tensor> inputs, double scale, UnaryOperator<String> masked) {
        long heads = inputs.get(0).size(1);
        long keyHeads = inputs.get(1).size(1);
        long width = inputs.get(0).size(3);
        boolean grouped = grouped(inputs);
        String scaled = graph.node("Mul", List.of(in.get(0), graph.scalar(scale)));
        String queries = grouped ? group(scaled, keyHeads, heads / keyHeads, width) : scaled;
        String keys = grouped ? shapes.unsqueeze(in.get(1), 2) : in.get(1);
        String values = grouped ? shapes.unsqueeze(in.get(2), 2) : in.get(2);
        int axes = grouped ? 5 : 4;
        String turned = shapes.transpose(keys, axes, axes - 2, axes - 1); // (…, hd, S)
        String scores = masked.apply(graph.node("MatMul", List.of(queries, turned)));
        String attended = graph.node("Softmax", List.of(scores), attribute("axis", -1));
        String output = graph.node("MatMul", List.of(attended, values));
        return grouped ? ungroup(output, heads, width) : output;
    }

    /** (B, nh, T, hd) as (B, nkv, nh / nkv, T, hd), by way of a shape in which no size must be inferred: T may be 0. */
    private String group(String x, long keyHeads, long each, long width) {
        String rows = shapes.permute(x, 0, 2, 1, 3); // (B, T, nh, hd)
        return shapes.permute(shapes.reshape(rows, 0, 0, keyHeads, each, width), 0, 2, 3, 1, 4);
    }

    private String ungroup(String x, long heads, long width) {
        String rows = shapes.permute(x, 0, 3, 1, 2, 4); // (B, T, nkv, nh / nkv, hd)
        return shapes.permute(shapes.reshape(rows, 0, 0, heads, width), 0, 2, 1, 3);
    }

    /** @param in x, and the position of every token, which may be absent: then they are counted from {@code first} */
    String rotary(List<String> in, List<Tensor> inputs, int first, List<Double> frequencies) {
        String x = in.get(0);
        int count = frequencies.size();
        String angles = graph.node("Mul", List.of(rows(in, inputs, first), graph.floats(frequencies, count)));
        String cos = graph.node("Cos", List.of(angles)); // (…, T, hd / 2)
        String sin = graph.node("Sin", List.of(angles));
        String pairs = shapes.reshape(x, 0, inputs.get(0).size(1), 0, count, 2);
        String even = graph.node("Gather", List.of(pairs, graph.index(0)), attribute("axis", 4));
        String odd = graph.node("Gather", List.of(pairs, graph.index(1)), attribute("axis", 4));
        String turnedEven = graph.node("Sub", List.of(multiply(even, cos), multiply(odd, sin)));
        String turnedOdd = graph.node("Add", List.of(multiply(even, sin), multiply(odd, cos)));
        String interleaved = graph.node(
                "Concat",
                List.of(shapes.reshape(turnedEven, 0, 0, 0, 0, 1), shapes.reshape(turnedOdd, 0, 0, 0, 0, 1)),
                attribute("axis", 4));
        return shapes.reshape(interleaved, 0, 0, 0, inputs.get(0).size(3));
    }

    /** The positions as numbers (T, 1), or (B, 1, T, 1) where each row has its own. */
    private String rows(List<String> in, List<Tensor> inputs, int first) {
        String positions;
        if (in.get(1).isEmpty()) {
            String counted = graph.node("Add", List.of(shapes.positions(in.get(0), 2), graph.integers(first)));
            positions = shapes.reshape(counted, -1, 1);
        } else if (inputs.get(1).dim() == 1) {
            positions = shapes.unsqueeze(in.get(1), 1);
        } else {
            positions = graph.node("Unsqueeze", List.of(in.get(1), graph.integers(1, 3)));
        }
        return graph.node("Cast", List.of(positions), attribute("to", FLOAT));
    }

    String addPositions(List<String> in, int first) {
        String from = graph.integers(first);
        String to = graph.node("Add", List.of(shapes.size(in.get(0), 1), from));
        String rows = graph.node("Slice", List.of(in.get(1), from, to, graph.integers(0)));
        return graph.node("Add", List.of(in.get(0), rows));
    }

    String prependToken(List<String> in, long width) {
        String batch = shapes.size(in.get(1), 0);
        String shape = graph.node("Concat", List.of(batch, graph.integers(1, width)), attribute("axis", 0));
        String tokens = graph.node("Expand", List.of(in.get(0), shape));
        return graph.node("Concat", List.of(tokens, in.get(1)), attribute("axis", 1));
    }

    private String multiply(String left, String right) {
        return graph.node("Mul", List.of(left, right));
    }
}
