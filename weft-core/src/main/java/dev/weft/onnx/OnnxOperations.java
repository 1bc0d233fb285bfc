package dev.weft.onnx;

import static dev.weft.onnx.OnnxGraph.attribute;

import dev.weft.ops.CustomOperation;
import dev.weft.ops.Op;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * What each operation is in ONNX (operator set 18). Shapes that nodes are told leave the first axis open, whatever batch the
 * recorded pass had.
 */
final class OnnxOperations {
    private final OnnxGraph graph;
    private final OnnxShapes shapes;
    private final OnnxNorms norms;
    private final OnnxAttention attention;
    private final OnnxImages images;
    private final Map<String, String> transposed = new HashMap<>();

    OnnxOperations(OnnxGraph graph) {
        this.graph = graph;
        this.shapes = new OnnxShapes(graph);
        this.norms = new OnnxNorms(graph, shapes);
        this.attention = new OnnxAttention(graph, shapes);
        this.images = new OnnxImages(graph);
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
        Tensor first = inputs.get(0);
        return switch (op) {
            case LINEAR -> linear(in, first.dim() == 2);
            case MATMUL -> graph.node("MatMul", in);
            case CONV2D ->
                images.conv2d(
                        present(in),
                        inputs.get(1),
                        integer(attributes, "stride"),
                        integer(attributes, "padding"),
                        integer(attributes, "dilation"),
                        integer(attributes, "groups"));
            case BATCH_NORM -> norms.batch(in, first, number(attributes, "epsilon"));
            case LAYER_NORM -> norms.layer(in, first, number(attributes, "epsilon"));
            case RMS_NORM -> norms.rootMeanSquare(in, number(attributes, "epsilon"));
            case GROUP_NORM -> norms.group(in, first, integer(attributes, "groups"), number(attributes, "epsilon"));
            case L2_NORMALISE -> norms.euclidean(x, number(attributes, "epsilon"));
            case RELU -> graph.node("Relu", in);
            case HARD_SWISH -> graph.node("HardSwish", in);
            case SILU -> multiply(x, graph.node("Sigmoid", in));
            case GELU -> gelu(x);
            case GELU_TANH -> geluTanh(x);
            case SIGMOID -> graph.node("Sigmoid", in);
            case HARD_SIGMOID -> graph.node("HardSigmoid", in, attribute("alpha", 1 / 6.0), attribute("beta", 0.5));
            case TANH -> graph.node("Tanh", in);
            case EXP -> graph.node("Exp", in);
            case AT_MOST -> graph.node("Min", List.of(x, graph.scalar(number(attributes, "most"))));
            case SOFTMAX -> graph.node("Softmax", in, attribute("axis", integer(attributes, "axis")));
            case ADD -> graph.node("Add", in);
            case SUBTRACT -> graph.node("Sub", in);
            case MULTIPLY -> graph.node("Mul", in);
            case NORMALISE -> images.normalise(x, doubles(attributes, "scale"), doubles(attributes, "shift"));
            case RESIZE -> images.bilinear(x, integer(attributes, "height"), integer(attributes, "width"));
            case RESIZE_BICUBIC -> images.bicubic(x, integer(attributes, "height"), integer(attributes, "width"));
            case RESIZE_AREA -> images.area(x, first, integer(attributes, "height"), integer(attributes, "width"));
            case RESIZE_NEAREST -> images.nearest(x, integer(attributes, "height"), integer(attributes, "width"));
            case MEAN -> {
                long[] axes = integers(attributes, "axes").stream()
                        .mapToLong(Integer::longValue)
                        .toArray();
                yield graph.node(
                        "ReduceMean",
                        List.of(x, graph.integers(axes)),
                        attribute("keepdims", integer(attributes, "keep")));
            }
            case MAX_POOL ->
                images.maxPool(
                        x, integer(attributes, "size"), integer(attributes, "stride"), integer(attributes, "padding"));
            case AVERAGE_POOL ->
                images.averagePool(
                        x, integer(attributes, "size"), integer(attributes, "stride"), integer(attributes, "padding"));
            case ZEROS -> graph.node("Expand", List.of(graph.scalar(0), shapes.shape(x)));
            case UNFLATTEN -> unflatten(x, integer(attributes, "axis"), output);
            case FLATTEN -> flatten(x, integer(attributes, "axis"), output);
            case TRANSPOSE ->
                shapes.transpose(x, (int) output.dim(), integer(attributes, "first"), integer(attributes, "second"));
            case ATTENTION -> attention.attention(in, inputs, number(attributes, "scale"));
            case CAUSAL_ATTENTION -> attention.causal(in, inputs, number(attributes, "scale"));
            case ROTARY ->
                attention.rotary(in, inputs, integer(attributes, "first"), doubles(attributes, "frequencies"));
            case ADD_POSITIONS -> attention.addPositions(in, integer(attributes, "first"));
            case PREPEND_TOKEN -> attention.prependToken(in, first.size(2));
            case SELECT ->
                graph.node(
                        "Gather",
                        List.of(x, graph.index(integer(attributes, "index"))),
                        attribute("axis", integer(attributes, "axis")));
            case SLICE -> {
                int from = integer(attributes, "from");
                yield graph.node(
                        "Slice",
                        List.of(
                                x,
                                graph.integers(from),
                                graph.integers(from + integer(attributes, "length")),
                                graph.integers(integer(attributes, "axis"))));
            }
            case GATHER -> graph.node("Gather", in, attribute("axis", integer(attributes, "axis")));
            case SCATTER_ADD -> scatterAdd(in, first, integer(attributes, "axis"), integer(attributes, "size"));
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

    /** {@code x · (1 + erf(x / √2)) / 2}. */
    private String gelu(String x) {
        String erf = graph.node("Erf", List.of(graph.node("Div", List.of(x, graph.scalar(Math.sqrt(2))))));
        String product = graph.node("Mul", List.of(x, graph.node("Add", List.of(erf, graph.scalar(1)))));
        return graph.node("Mul", List.of(product, graph.scalar(0.5)));
    }

    private String geluTanh(String x) {
        String cube = multiply(multiply(multiply(x, x), x), graph.scalar(0.044715));
        String inner = multiply(graph.node("Add", List.of(x, cube)), graph.scalar(Math.sqrt(2 / Math.PI)));
        String sum = graph.node("Add", List.of(graph.node("Tanh", List.of(inner)), graph.scalar(1)));
        return multiply(multiply(x, sum), graph.scalar(0.5));
    }

    /** Each entry has its index, so that the sums are made one after another. */
    private String scatterAdd(List<String> in, Tensor x, int axis, int size) {
        int axes = (int) x.dim();
        long[] along = new long[axes];
        Arrays.fill(along, 1);
        along[axis] = -1;
        String indices = graph.node("Expand", List.of(shapes.reshape(in.get(1), along), shapes.shape(in.get(0))));
        String[] sizes = new String[axes];
        for (int d = 0; d < axes; d++) {
            sizes[d] = d == axis ? graph.integers(size) : shapes.size(in.get(0), d);
        }
        String shape = graph.node("Concat", List.of(sizes), attribute("axis", 0));
        String zeros = graph.node("Expand", List.of(graph.scalar(0), shape));
        return graph.node(
                "ScatterElements",
                List.of(zeros, indices, in.get(0)),
                attribute("axis", axis),
                attribute("reduction", "add"));
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

    private String multiply(String left, String right) {
        return graph.node("Mul", List.of(left, right));
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

    private static double number(Map<String, Object> attributes, String name) {
        return (Double) attributes.get(name);
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
