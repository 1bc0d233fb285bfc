package dev.weft.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.weft.natives.OnnxRuntime;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The ranges of activations over examples: the mean over the batches of the least and of the greatest value (minimum and maximum by
 * moving average). The mean keeps one outlying example from widening the range for all.
 */
final class ActivationRanges {
    private ActivationRanges() {}

    static Map<String, ActivationRange> of(GraphProto graph, Set<String> values, List<Bundle> batches) {
        if (batches.isEmpty()) {
            throw new IllegalArgumentException("Static quantisation needs examples to find the ranges of activations.");
        }
        GraphProto.Builder open = graph.toBuilder();
        Set<String> inputs =
                graph.getInputList().stream().map(ValueInfoProto::getName).collect(Collectors.toSet());
        for (String value : values) {
            if (!inputs.contains(value)
                    && graph.getOutputList().stream().noneMatch(o -> o.getName().equals(value))) {
                open.addOutput(ValueInfoProto.newBuilder()
                        .setName(value)
                        .setType(TypeProto.newBuilder()
                                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT.getNumber()))));
            }
        }
        Map<String, double[]> sums = new LinkedHashMap<>();
        OrtEnvironment environment = OnnxRuntime.environment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession session = environment.createSession(OnnxModel.bytes(open.build()), options)) {
            for (Bundle batch : batches) {
                try (Feed given = Feed.of(batch);
                        OrtSession.Result result = session.run(given.tensors())) {
                    for (String value : values) {
                        FloatBuffer found = inputs.contains(value)
                                ? FloatBuffer.wrap(Tensors.floats(batch.get(value)))
                                : ((OnnxTensor) result.get(value).orElseThrow()).getFloatBuffer();
                        add(sums.computeIfAbsent(value, v -> new double[2]), found);
                    }
                }
            }
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
        }
        Map<String, ActivationRange> ranges = new LinkedHashMap<>();
        sums.forEach((value, sum) ->
                ranges.put(value, new ActivationRange(sum[0] / batches.size(), sum[1] / batches.size())));
        return ranges;
    }

    private static void add(double[] sum, FloatBuffer values) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        while (values.hasRemaining()) {
            float value = values.get();
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        sum[0] += low;
        sum[1] += high;
    }
}
