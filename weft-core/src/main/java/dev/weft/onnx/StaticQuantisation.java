package dev.weft.onnx;

import static dev.weft.onnx.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.weft.ops.Bundle;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Static int8 in the form that runtimes call QDQ: around every convolution and every product with a weight stand pairs of
 * {@code QuantizeLinear} and {@code DequantizeLinear}, by ranges from {@link ActivationRanges}; ONNX Runtime makes integer operators of
 * them when it loads the file. Activations are uint8 and asymmetric, weights as {@link Int8Weight} says, biases int32.
 *
 * <p>A convolution's output is rounded too, after the ReLU where one follows, so that the next one reads integers. Products with a
 * weight give float32. Everything else stays float32: embeddings, norms, attention.
 */
final class StaticQuantisation {
    /** A bias takes this much of int32 at the most; the rest is for the sum of products, which it is added to. */
    private static final float MOST_BIAS = 1 << 30;

    private final OnnxEditor editor;
    private final Map<String, ActivationRange> ranges;
    private final Set<String> rounded = new HashSet<>();

    private StaticQuantisation(OnnxEditor editor, Map<String, ActivationRange> ranges) {
        this.editor = editor;
        this.ranges = ranges;
    }

    /** @param examples inputs of the model like those it will meet, in batches: of its training split */
    static GraphProto of(GraphProto graph, List<Bundle> examples) {
        GraphProto folded = BatchNormFolding.of(graph);
        OnnxEditor editor = new OnnxEditor(folded);
        Set<String> values = new LinkedHashSet<>();
        for (NodeProto node : editor.source()) {
            if (weight(editor, node) != null) {
                values.add(node.getInput(0));
                roundedAfter(editor, node).ifPresent(values::add);
            }
        }
        StaticQuantisation pass = new StaticQuantisation(editor, ActivationRanges.of(folded, values, examples));
        editor.source().forEach(pass::write);
        return editor.build();
    }

    private static Constant weight(OnnxEditor editor, NodeProto node) {
        return switch (node.getOpType()) {
            case "Conv", "MatMul", "Gemm" -> editor.constant(node.getInput(1));
            default -> null;
        };
    }

    /** The value after a convolution that is rounded: its output, or that of the ReLU which alone reads it. */
    private static Optional<String> roundedAfter(OnnxEditor editor, NodeProto node) {
        if (!node.getOpType().equals("Conv")) {
            return Optional.empty();
        }
        String output = node.getOutput(0);
        return Optional.of(editor.onlyReader(output)
                .filter(next -> next.getOpType().equals("Relu"))
                .map(next -> next.getOutput(0))
                .orElse(output));
    }

    private void write(NodeProto node) {
        Constant weight = weight(editor, node);
        NodeProto written = weight == null ? node : quantised(node, weight);
        String output = node.getOutput(0);
        boolean roundOutput = ranges.containsKey(output)
                && editor.source().stream().anyMatch(conv -> roundedAfter(editor, conv)
                        .filter(output::equals)
                        .isPresent());
        if (!roundOutput || editor.isOutput(output)) {
            editor.keep(written);
            return;
        }
        editor.keep(written.toBuilder()
                .setName(output + "_exact")
                .setOutput(0, output + "_exact")
                .build());
        pair(output + "_exact", output, ranges.get(output));
        rounded.add(output);
    }

    private NodeProto quantised(NodeProto node, Constant weight) {
        String x = node.getInput(0);
        ActivationRange range = ranges.get(x);
        String in = x;
        if (!rounded.contains(x)) {
            in = x + "_rounded";
            if (rounded.add(in)) {
                pair(x, in, range);
            }
        }
        int axis = node.getOpType().equals("MatMul") ? 1 : 0;
        Constant bias = node.getInputCount() > 2 ? editor.constant(node.getInput(2)) : null;
        int channels = weight.size(axis);
        // A channel of tiny weights has a tiny scale, by which its bias would not fit into int32.
        float[] least = new float[channels];
        for (int i = 0; bias != null && i < channels; i++) {
            least[i] = Math.abs(bias.values()[i]) / MOST_BIAS / range.scale();
        }
        Int8Weight integers = Int8Weight.of(weight, axis, least);
        String name = weight.name() + (axis == 1 ? "_turned" : "");
        String stored = editor.node(
                "DequantizeLinear",
                node.getOutput(0) + "_weight",
                List.of(
                        editor.store(name + "_quantized", DataType.INT8, integers.values(), weight.sizes()),
                        editor.storeFloats(name + "_scale", integers.scales(), channels),
                        editor.store(name + "_zero_point", DataType.INT8, new byte[channels], channels)),
                attribute("axis", axis));
        NodeProto.Builder written = node.toBuilder().clearInput().addInput(in).addInput(stored);
        if (bias != null) {
            written.addInput(bias(node, bias, range.scale(), integers.scales()));
        }
        return written.build();
    }

    /** Writes the bias in int32 by the scale that the sum of products has. */
    private String bias(NodeProto node, Constant bias, float inputScale, float[] weightScales) {
        float[] scales = new float[weightScales.length];
        int[] values = new int[weightScales.length];
        for (int i = 0; i < values.length; i++) {
            scales[i] = inputScale * weightScales[i];
            values[i] = Math.round(bias.values()[i] / scales[i]);
        }
        return editor.node(
                "DequantizeLinear",
                node.getOutput(0) + "_bias",
                List.of(
                        editor.storeIntegers(node.getOutput(0) + "_bias_quantized", values, values.length),
                        editor.storeFloats(node.getOutput(0) + "_bias_scale", scales, scales.length),
                        editor.storeIntegers(
                                node.getOutput(0) + "_bias_zero_point", new int[values.length], values.length)),
                attribute("axis", 0));
    }

    private void pair(String value, String output, ActivationRange range) {
        String scale = editor.storeFloats(output + "_scale", new float[] {range.scale()});
        String zero = editor.store(output + "_zero_point", DataType.UINT8, new byte[] {(byte) range.zeroPoint()});
        String integers = editor.node("QuantizeLinear", output + "_integers", List.of(value, scale, zero));
        editor.node("DequantizeLinear", output, List.of(integers, scale, zero));
    }
}
