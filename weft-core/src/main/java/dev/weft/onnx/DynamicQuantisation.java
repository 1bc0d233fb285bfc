package dev.weft.onnx;

import static dev.weft.onnx.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Dynamic int8: every convolution and every product with a weight is computed in integers. What comes in is rounded to uint8 by the
 * range that it has in this very run ({@code DynamicQuantizeLinear}), so that no examples are needed beforehand:
 *
 * <pre>
 *   x ─ DynamicQuantizeLinear ─ q, scale, zero ─ MatMulInteger(q, weight, zero) ─ Cast ─ · (scale · weight's scales) ─ + bias
 * </pre>
 *
 * <p>Everything else stays float32: embeddings, norms, attention. Not for small models where speed counts: finding the range of every
 * activation takes a pass over it.
 */
final class DynamicQuantisation {
    private static final long FLOAT = DataType.FLOAT.getNumber();

    private final OnnxEditor editor;
    private final Set<String> rounded = new HashSet<>();

    private DynamicQuantisation(OnnxEditor editor) {
        this.editor = editor;
    }

    static GraphProto of(GraphProto graph) {
        OnnxEditor editor = new OnnxEditor(BatchNormFolding.of(graph));
        DynamicQuantisation pass = new DynamicQuantisation(editor);
        for (NodeProto node : editor.source()) {
            pass.write(node);
        }
        return editor.build();
    }

    private void write(NodeProto node) {
        Constant weight =
                switch (node.getOpType()) {
                    case "Conv", "MatMul", "Gemm" -> editor.constant(node.getInput(1));
                    default -> null;
                };
        if (weight == null) {
            editor.keep(node);
        } else if (node.getOpType().equals("Conv")) {
            integers(node, "ConvInteger", weight, 0, weight.size(0), 1, 1);
        } else {
            // A Gemm's weight is (out, in), its other attributes are as they are unless given.
            Constant matrix = node.getOpType().equals("Gemm") ? weight.transposed() : weight;
            integers(node, "MatMulInteger", matrix, 1, matrix.size(1));
        }
    }

    /** @param perChannel the shape in which one number for each output channel is multiplied and added */
    private void integers(NodeProto node, String operator, Constant weight, int axis, long... perChannel) {
        String x = node.getInput(0);
        String output = node.getOutput(0);
        if (rounded.add(x)) {
            editor.node(
                    "DynamicQuantizeLinear",
                    List.of(x + "_quantized", x + "_scale", x + "_zero_point"),
                    List.of(x),
                    List.of());
        }
        Int8Weight integers = Int8Weight.of(weight, axis);
        String scales = editor.storeFloats(weight.name() + "_scale", integers.scales(), perChannel);
        List<String> in = new ArrayList<>(List.of(x + "_quantized"));
        boolean isConvolution = operator.equals("ConvInteger");
        if (isConvolution) { // ONNX Runtime has that operator for uint8 alone
            in.add(editor.store(weight.name() + "_quantized", DataType.UINT8, integers.unsigned(), weight.sizes()));
            in.add(x + "_zero_point");
            in.add(editor.store("/uint8_zero", DataType.UINT8, new byte[] {(byte) Int8Weight.UNSIGNED_ZERO}));
        } else {
            in.add(editor.store(weight.name() + "_quantized", DataType.INT8, integers.values(), weight.sizes()));
            in.add(x + "_zero_point");
        }
        String product = editor.node(
                operator, List.of(output + "_integers"), in, isConvolution ? node.getAttributeList() : List.of());
        String cast = editor.node("Cast", output + "_floats", List.of(product), attribute("to", FLOAT));
        String scale = editor.node("Mul", output + "_scales", List.of(x + "_scale", scales));
        boolean biased = node.getInputCount() > 2;
        String scaled = editor.node("Mul", biased ? output + "_scaled" : output, List.of(cast, scale));
        if (biased) {
            Constant bias = editor.constant(node.getInput(2));
            editor.node(
                    "Add",
                    output,
                    List.of(scaled, editor.storeFloats(bias.name() + "_shaped", bias.values(), perChannel)));
        }
    }
}
