package dev.weft.onnx;

import static dev.weft.onnx.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.weft.ops.CustomOperation;
import dev.weft.ops.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * What each operation is in ONNX (operator set 18). Shapes that nodes are told leave the first axis open, whatever batch the
 * recorded pass had.
 */
final class OnnxOperations {
    private static final long FLOAT = TensorProto.DataType.FLOAT.getNumber();

    private final OnnxGraph graph;
    private final Map<String, String> transposed = new HashMap<>();

    OnnxOperations(OnnxGraph graph) {
        this.graph = graph;
    }

    /**
     * Appends the nodes of one operation.
     *
     * @param in the names of its inputs, empty where one is absent
     * @param inputs the inputs, for their shapes
     * @return the name of the output
     */
    String add(Op op, List<String> in, List<Tensor> inputs, Tensor output, Map<String, Object> attributes) {
        String x = in.get(0);
        return switch (op) {
            case LINEAR -> linear(in, inputs.get(0).dim() == 2);
            case CONV2D -> conv2d(in, inputs.get(1), attributes);
            case BATCH_NORM -> {
                int channels = (int) inputs.get(0).size(1); // scale and shift must be there, also of a norm without
                String scale =
                        in.get(3).isEmpty() ? graph.floats(Collections.nCopies(channels, 1.0), channels) : in.get(3);
                String shift =
                        in.get(4).isEmpty() ? graph.floats(Collections.nCopies(channels, 0.0), channels) : in.get(4);
                yield graph.node(
                        "BatchNormalization",
                        List.of(x, scale, shift, in.get(1), in.get(2)),
                        attribute("epsilon", (Double) attributes.get("epsilon")));
            }
            case LAYER_NORM ->
                graph.node("LayerNormalization", present(in), attribute("axis", -1), attribute("epsilon", (Double)
                        attributes.get("epsilon")));
            case RMS_NORM -> rmsNorm(in, (Double) attributes.get("epsilon"));
            case RELU -> graph.node("Relu", in);
            case HARD_SWISH -> graph.node("HardSwish", in);
            case SILU -> graph.node("Mul", List.of(x, graph.node("Sigmoid", in)));
            case GELU -> gelu(x);
            case SIGMOID -> graph.node("Sigmoid", in);
            case HARD_SIGMOID -> graph.node("HardSigmoid", in, attribute("alpha", 1 / 6.0), attribute("beta", 0.5));
            case ADD -> graph.node("Add", in);
            case MULTIPLY -> graph.node("Mul", in);
            case NORMALISE -> normalise(x, attributes);
            case RESIZE ->
                graph.node(
                        "Resize",
                        List.of(x, "", "", graph.integers(integer(attributes, "height"), integer(attributes, "width"))),
                        attribute("mode", "linear"),
                        attribute("coordinate_transformation_mode", "half_pixel"),
                        attribute("axes", List.of(2, 3)));
            case MEAN ->
                graph.node(
                        "ReduceMean",
                        List.of(
                                x,
                                graph.integers(integers(attributes, "axes").stream()
                                        .mapToLong(Integer::longValue)
                                        .toArray())),
                        attribute("keepdims", integer(attributes, "keep")));
            case MAX_POOL -> {
                List<Integer> window = List.of(integer(attributes, "size"), integer(attributes, "size"));
                yield graph.node("MaxPool", in, attribute("kernel_shape", window), attribute("strides", window));
            }
            case AVERAGE_POOL -> {
                int size = integer(attributes, "size");
                int stride = integer(attributes, "stride");
                yield graph.node(
                        "AveragePool",
                        in,
                        attribute("kernel_shape", List.of(size, size)),
                        attribute("strides", List.of(stride, stride)),
                        attribute("pads", Collections.nCopies(4, integer(attributes, "padding"))),
                        attribute("count_include_pad", 0));
            }
            case ZEROS -> graph.node("Expand", List.of(graph.scalar(0), graph.node("Shape", List.of(x))));
            case UNFLATTEN -> unflatten(x, integer(attributes, "axis"), output);
            case FLATTEN -> flatten(x, integer(attributes, "axis"), output);
            case TRANSPOSE ->
                transpose(x, (int) output.dim(), integer(attributes, "first"), integer(attributes, "second"));
            case ATTENTION -> attention(in, inputs.get(0).size(3));
            case CAUSAL_ATTENTION -> causalAttention(in, inputs.get(0), inputs.get(1));
            case ROTARY -> rotary(x, inputs.get(0), integer(attributes, "first"), doubles(attributes, "frequencies"));
            case ADD_POSITIONS -> addPositions(in, integer(attributes, "first"));
            case PREPEND_TOKEN -> prependToken(in, inputs.get(0).size(2));
            case SELECT ->
                graph.node(
                        "Gather",
                        List.of(x, graph.index(integer(attributes, "index"))),
                        attribute("axis", integer(attributes, "axis")));
            case CONCATENATE -> graph.node("Concat", in, attribute("axis", integer(attributes, "axis")));
            case EMBEDDING -> graph.node("Gather", in, attribute("axis", 0));
            case CUSTOM -> ((CustomOperation) attributes.get("operation")).export(graph, in, inputs);
        };
    }

    private String linear(List<String> in, boolean matrix) {
        if (matrix) {
            return graph.node("Gemm", present(in), attribute("transB", 1));
        }
        // The weight keeps its published shape in the file; the runtime folds the transposition when it loads.
        String weight = transposed.computeIfAbsent(
                in.get(1), name -> graph.node("Transpose", List.of(name), attribute("perm", List.of(1, 0))));
        String product = graph.node("MatMul", List.of(in.get(0), weight));
        return in.get(2).isEmpty() ? product : graph.node("Add", List.of(product, in.get(2)));
    }

    private String conv2d(List<String> in, Tensor weight, Map<String, Object> attributes) {
        int padding = integer(attributes, "padding");
        int stride = integer(attributes, "stride");
        int dilation = integer(attributes, "dilation");
        return graph.node(
                "Conv",
                present(in),
                attribute("kernel_shape", List.of(weight.size(2), weight.size(3))),
                attribute("pads", Collections.nCopies(4, padding)),
                attribute("dilations", List.of(dilation, dilation)),
                attribute("strides", List.of(stride, stride)),
                attribute("group", integer(attributes, "groups")));
    }

    /** {@code x · (1 + erf(x / √2)) / 2}. */
    private String gelu(String x) {
        String erf = graph.node("Erf", List.of(graph.node("Div", List.of(x, graph.scalar(Math.sqrt(2))))));
        String product = graph.node("Mul", List.of(x, graph.node("Add", List.of(erf, graph.scalar(1)))));
        return graph.node("Mul", List.of(product, graph.scalar(0.5)));
    }

    private String normalise(String x, Map<String, Object> attributes) {
        List<Double> scale = doubles(attributes, "scale");
        List<Double> shift = doubles(attributes, "shift");
        String scaled = graph.node("Mul", List.of(x, graph.floats(scale, scale.size(), 1, 1)));
        return graph.node("Add", List.of(scaled, graph.floats(shift, shift.size(), 1, 1)));
    }

    private String unflatten(String x, int axis, Tensor output) {
        if (axis == 0) {
            throw new IllegalStateException("UNFLATTEN of the batch axis cannot be exported: the batch stays open.");
        }
        long[] shape = output.shape();
        Arrays.fill(shape, 0, axis, 0); // 0 copies the size of the input
        return graph.node("Reshape", List.of(x, graph.integers(shape)));
    }

    /** Open axes lie before those that become one, so its size is known: -1 cannot be inferred when a size before it is 0. */
    private String flatten(String x, int axis, Tensor output) {
        long[] shape = new long[axis + 1];
        shape[axis] = output.size(axis);
        return graph.node("Reshape", List.of(x, graph.integers(shape)));
    }

    private String transpose(String x, int dims, int first, int second) {
        List<Integer> order = new ArrayList<>();
        for (int d = 0; d < dims; d++) {
            order.add(d == first ? second : d == second ? first : d);
        }
        return graph.node("Transpose", List.of(x), attribute("perm", order));
    }

    private String attention(List<String> in, long headDim) {
        String keys = transpose(in.get(1), 4, 2, 3); // (B, nh, hd, S)
        String query = graph.node("Mul", List.of(in.get(0), graph.scalar(1 / Math.sqrt(headDim))));
        String scores = graph.node("MatMul", List.of(query, keys)); // (B, nh, T, S)
        return graph.node("MatMul", List.of(graph.node("Softmax", List.of(scores), attribute("axis", -1)), in.get(2)));
    }

    /**
     * The causal mask and the lengths follow the shapes at run time. Where several query heads share a key-value head they lie side by
     * side, so that the products broadcast: query (B, nkv, nh / nkv, T, hd), key and value (B, nkv, 1, S, hd).
     */
    private String causalAttention(List<String> in, Tensor query, Tensor key) {
        long heads = query.size(1);
        long keyHeads = key.size(1);
        long width = query.size(3);
        boolean grouped = keyHeads != heads && keyHeads != 1; // one key-value head broadcasts as it is
        String scaled = graph.node("Mul", List.of(in.get(0), graph.scalar(1 / Math.sqrt(width))));
        String queries = grouped ? group(scaled, keyHeads, heads / keyHeads, width) : scaled;
        String keys = grouped ? unsqueeze(in.get(1), 2) : in.get(1);
        String values = grouped ? unsqueeze(in.get(2), 2) : in.get(2);
        int axes = grouped ? 5 : 4;
        String turned = transpose(keys, axes, axes - 2, axes - 1); // (…, hd, S)
        String scores = graph.node("MatMul", List.of(queries, turned)); // (…, T, S)
        String columns = positions(in.get(1), 2); // (S)
        String before = graph.node("Sub", List.of(size(in.get(1), 2), size(in.get(0), 2))); // S - T
        String rows = reshape(graph.node("Add", List.of(positions(in.get(0), 2), before)), -1, 1); // (T, 1)
        String later = graph.node("Greater", List.of(columns, rows)); // (T, S)
        String masked = graph.node("Where", List.of(later, graph.scalar(Double.NEGATIVE_INFINITY), scores));
        String attended = graph.node("Softmax", List.of(masked), attribute("axis", -1));
        String output = graph.node("MatMul", List.of(attended, values));
        return grouped ? ungroup(output, heads, width) : output;
    }

    /** (B, nh, T, hd) as (B, nkv, nh / nkv, T, hd), by way of a shape in which no size must be inferred: T may be 0. */
    private String group(String x, long keyHeads, long each, long width) {
        String rows = permute(x, 0, 2, 1, 3); // (B, T, nh, hd)
        return permute(reshape(rows, 0, 0, keyHeads, each, width), 0, 2, 3, 1, 4);
    }

    private String ungroup(String x, long heads, long width) {
        String rows = permute(x, 0, 3, 1, 2, 4); // (B, T, nkv, nh / nkv, hd)
        return permute(reshape(rows, 0, 0, heads, width), 0, 2, 1, 3);
    }

    private String permute(String x, Integer... order) {
        return graph.node("Transpose", List.of(x), attribute("perm", List.of(order)));
    }

    private String rotary(String x, Tensor input, int first, List<Double> frequencies) {
        int count = frequencies.size();
        String counted = graph.node("Add", List.of(positions(x, 2), graph.integers(first)));
        String rows = graph.node("Cast", List.of(reshape(counted, -1, 1)), attribute("to", FLOAT));
        String angles = graph.node("Mul", List.of(rows, graph.floats(frequencies, count))); // (T, hd / 2)
        String cos = graph.node("Cos", List.of(angles));
        String sin = graph.node("Sin", List.of(angles));
        String pairs = reshape(x, 0, input.size(1), 0, count, 2);
        String even = graph.node("Gather", List.of(pairs, graph.index(0)), attribute("axis", 4));
        String odd = graph.node("Gather", List.of(pairs, graph.index(1)), attribute("axis", 4));
        String turnedEven = graph.node("Sub", List.of(multiply(even, cos), multiply(odd, sin)));
        String turnedOdd = graph.node("Add", List.of(multiply(even, sin), multiply(odd, cos)));
        String interleaved = graph.node(
                "Concat",
                List.of(reshape(turnedEven, 0, 0, 0, 0, 1), reshape(turnedOdd, 0, 0, 0, 0, 1)),
                attribute("axis", 4));
        return reshape(interleaved, 0, 0, 0, input.size(3));
    }

    private String addPositions(List<String> in, int first) {
        String from = graph.integers(first);
        String to = graph.node("Add", List.of(size(in.get(0), 1), from));
        String rows = graph.node("Slice", List.of(in.get(1), from, to, graph.integers(0)));
        return graph.node("Add", List.of(in.get(0), rows));
    }

    private String rmsNorm(List<String> in, double epsilon) {
        String x = in.get(0);
        String mean = graph.node("ReduceMean", List.of(multiply(x, x), graph.integers(-1)), attribute("keepdims", 1));
        String root = graph.node("Sqrt", List.of(graph.node("Add", List.of(mean, graph.scalar(epsilon)))));
        return multiply(graph.node("Div", List.of(x, root)), in.get(1));
    }

    private String multiply(String left, String right) {
        return graph.node("Mul", List.of(left, right));
    }

    /** Reshapes a tensor: in {@code shape} 0 copies the size of the input and -1 is what is left, which an empty input does not tell. */
    private String reshape(String x, long... shape) {
        return graph.node("Reshape", List.of(x, graph.integers(shape)));
    }

    private String unsqueeze(String x, int axis) {
        return graph.node("Unsqueeze", List.of(x, graph.integers(axis)));
    }

    /** The size of an axis at run time, as a vector of one. */
    private String size(String x, int axis) {
        return graph.node("Shape", List.of(x), attribute("start", axis), attribute("end", axis + 1));
    }

    /** The size of an axis at run time, without axes. */
    private String length(String x, int axis) {
        return graph.node("Gather", List.of(size(x, axis), graph.index(0)), attribute("axis", 0));
    }

    /** 0, 1, … to the size of an axis at run time. */
    private String positions(String x, int axis) {
        return graph.node("Range", List.of(graph.index(0), length(x, axis), graph.index(1)));
    }

    private String prependToken(List<String> in, long width) {
        String batch = graph.node("Shape", List.of(in.get(1)), attribute("start", 0), attribute("end", 1));
        String shape = graph.node("Concat", List.of(batch, graph.integers(1, width)), attribute("axis", 0));
        String tokens = graph.node("Expand", List.of(in.get(0), shape));
        return graph.node("Concat", List.of(tokens, in.get(1)), attribute("axis", 1));
    }

    /** A piece of a stored tensor. */
    String slice(String stored, long[] starts, long[] ends) {
        return graph.node("Slice", List.of(stored, graph.integers(starts), graph.integers(ends)));
    }

    private static List<String> present(List<String> in) {
        return in.stream().filter(name -> !name.isEmpty()).toList();
    }

    private static int integer(Map<String, Object> attributes, String name) {
        return (Integer) attributes.get(name);
    }

    @SuppressWarnings("unchecked") // what Recorder promises
    private static List<Integer> integers(Map<String, Object> attributes, String name) {
        return (List<Integer>) attributes.get(name);
    }

    @SuppressWarnings("unchecked") // what Recorder promises
    private static List<Double> doubles(Map<String, Object> attributes, String name) {
        return (List<Double>) attributes.get(name);
    }
}
