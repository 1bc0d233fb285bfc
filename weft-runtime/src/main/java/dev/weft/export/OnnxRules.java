package dev.weft.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What every graph that Weft writes keeps to. A checksum only says that a file is as somebody wrote it; these rules keep out what
 * could make the native runtime read other files, run foreign code, or believe a length. Field numbers are those of
 * {@code onnx.proto}.
 */
final class OnnxRules {
    /** The standard operators of set 18 that compute on tensors: none runs a graph of its own, draws random numbers or reads text. */
    private static final Set<String> OPERATORS = Set.of("""
                    Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization
                    Cast CastLike Ceil Celu CenterCropPad Clip Col2Im Compress Concat Conv ConvInteger
                    ConvTranspose Cos Cosh CumSum DepthToSpace DequantizeLinear Det Div DynamicQuantizeLinear
                    Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor Gather GatherElements GatherND Gemm
                    GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GridSample
                    GroupNormalization HardSigmoid HardSwish Hardmax Identity InstanceNormalization IsInf
                    IsNaN LRN LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax LpNormalization
                    LpPool MatMul MatMulInteger Max MaxPool Mean Min Mish Mod Mul Neg Not OneHot Or PRelu Pad
                    Pow QuantizeLinear Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp
                    ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Resize
                    Round ScatterElements ScatterND Selu Shape Shrink Sigmoid Sign Sin Sinh Size Slice
                    Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Tan Tanh
                    ThresholdedRelu Tile TopK Transpose Trilu Unsqueeze Where Xor
                    """.strip().split("\\s+"));

    /** FLOAT, INT, STRING and INTS: no tensors and no graphs. */
    private static final Set<Long> ATTRIBUTES = Set.of(1L, 2L, 3L, 7L);

    private OnnxRules() {}

    /** The model; fields of it that Weft does not write are refused. */
    static ProtoMessage model(byte[] bytes) {
        return ProtoMessage.of(bytes, "model", 1, 2, 7, 8, 14);
    }

    /** The metadata, in the order of the file. */
    static Map<String, String> metadata(ProtoMessage model, String where) {
        Map<String, String> metadata = new LinkedHashMap<>();
        for (ProtoMessage entry : model.messages(14, "metadata", 1, 2)) {
            if (metadata.put(entry.text(1), entry.text(2)) != null) {
                throw new InvalidInputException(
                        where + ": metadata \"" + entry.text(1) + "\" must be there once, but is there twice.");
            }
        }
        return metadata;
    }

    /**
     * Checks the graph.
     *
     * @param inputs what the metadata says that the graph is given
     * @param outputs what it says that comes out
     * @return the tensors in it, in the order of the file
     */
    static List<StoredTensor> check(ProtoMessage model, List<OnnxValue> inputs, List<OnnxValue> outputs, String where) {
        List<ProtoMessage> sets = model.messages(8, "operator set", 1, 2);
        require(
                sets.size() == 1 && sets.get(0).text(1).isEmpty() && sets.get(0).number(2) == OnnxFile.OPERATOR_SET,
                where,
                "the standard operators of set " + OnnxFile.OPERATOR_SET + " and nothing else");
        ProtoMessage graph = model.message(7, "graph", 1, 2, 5, 11, 12);
        require(
                OnnxValue.all(graph, 11).equals(inputs)
                        && OnnxValue.all(graph, 12).equals(outputs),
                where,
                "the " + named("input", inputs) + " and the " + named("output", outputs)
                        + " that its metadata describes");
        graph.messages(1, "node", 1, 2, 3, 4, 5).forEach(node -> checkNode(node, where));
        List<StoredTensor> tensors = new ArrayList<>();
        for (ProtoMessage tensor : graph.messages(5, "tensor", 1, 2, 8, 9)) {
            StoredTensor info = StoredTensor.of(tensor);
            require(
                    info.isWhole(tensor.length(9)),
                    where,
                    "tensors that lie in it whole, unlike " + info.name() + " " + info.shape());
            tensors.add(info);
        }
        return List.copyOf(tensors);
    }

    private static String named(String noun, List<OnnxValue> values) {
        return noun
                + (values.size() == 1 ? " " : "s ")
                + String.join(", ", values.stream().map(OnnxValue::name).toList());
    }

    private static void checkNode(ProtoMessage node, String where) {
        String operator = node.text(4);
        boolean isPlain = node.messages(5, "attribute of " + operator, 1, 2, 3, 4, 8, 20).stream()
                .allMatch(attribute -> ATTRIBUTES.contains(attribute.number(20)));
        require(
                OPERATORS.contains(operator) && isPlain,
                where,
                "standard operators that compute on tensors, which " + operator + " is not");
    }

    private static void require(boolean holds, String where, String what) {
        if (!holds) {
            throw new InvalidInputException(where + " must have " + what + ". Weft did not write it like this.");
        }
    }
}
