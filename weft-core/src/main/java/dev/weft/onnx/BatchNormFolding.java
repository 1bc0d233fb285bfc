package dev.weft.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;
import java.util.Optional;

/**
 * Multiplies every batch norm that follows a convolution into its weights, as ONNX Runtime does when it loads a float32 model:
 * {@code w' = w · scale / √(variance + ε)} and {@code b' = (b - mean) · scale / √(variance + ε) + shift}, for each output channel.
 * Integer weights must be made of the product.
 */
final class BatchNormFolding {
    private BatchNormFolding() {}

    static GraphProto of(GraphProto graph) {
        OnnxEditor editor = new OnnxEditor(graph);
        for (NodeProto node : editor.source()) {
            if (node.getOpType().equals("BatchNormalization") && follows(editor, graph, node.getInput(0))) {
                continue; // written with its convolution
            }
            Optional<NodeProto> norm = node.getOpType().equals("Conv")
                    ? editor.onlyReader(node.getOutput(0))
                            .filter(next -> next.getOpType().equals("BatchNormalization"))
                    : Optional.empty();
            if (norm.isEmpty()) {
                editor.keep(node);
            } else {
                fold(editor, node, norm.get());
            }
        }
        return editor.build();
    }

    private static boolean follows(OnnxEditor editor, GraphProto graph, String value) {
        return editor.onlyReader(value).isPresent()
                && graph.getNodeList().stream()
                        .anyMatch(node -> node.getOpType().equals("Conv")
                                && node.getOutput(0).equals(value));
    }

    private static void fold(OnnxEditor editor, NodeProto conv, NodeProto norm) {
        Constant weight = editor.constant(conv.getInput(1));
        float[] scale = editor.constant(norm.getInput(1)).values();
        float[] shift = editor.constant(norm.getInput(2)).values();
        float[] mean = editor.constant(norm.getInput(3)).values();
        float[] variance = editor.constant(norm.getInput(4)).values();
        float[] bias =
                conv.getInputCount() > 2 ? editor.constant(conv.getInput(2)).values() : new float[scale.length];
        double epsilon = norm.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals("epsilon"))
                .mapToDouble(AttributeProto::getF)
                .findFirst()
                .orElseThrow();
        float[] folded = weight.values().clone();
        float[] shifted = new float[scale.length];
        int each = folded.length / scale.length;
        for (int channel = 0; channel < scale.length; channel++) {
            double factor = scale[channel] / Math.sqrt(variance[channel] + epsilon);
            for (int i = channel * each; i < (channel + 1) * each; i++) {
                folded[i] = (float) (folded[i] * factor);
            }
            shifted[channel] = (float) ((bias[channel] - mean[channel]) * factor + shift[channel]);
        }
        String name = weight.name();
        editor.node(
                "Conv",
                List.of(norm.getOutput(0)),
                List.of(
                        conv.getInput(0),
                        editor.storeFloats(name + ".folded", folded, weight.sizes()),
                        editor.storeFloats(name + ".folded_bias", shifted, shifted.length)),
                conv.getAttributeList());
    }
}
