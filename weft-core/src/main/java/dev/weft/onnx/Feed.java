package dev.weft.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.weft.natives.OnnxRuntime;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What one run of ONNX Runtime is given: copies of a bundle's tensors.
 *
 * @param tensors by the names of the graph's inputs
 */
record Feed(Map<String, OnnxTensor> tensors) implements AutoCloseable {
    static Feed of(Bundle inputs) throws OrtException {
        Feed feed = new Feed(new LinkedHashMap<>());
        boolean whole = false;
        try {
            for (Map.Entry<String, Tensor> input : inputs.tensors().entrySet()) {
                feed.tensors.put(input.getKey(), tensor(OnnxRuntime.environment(), input.getValue()));
            }
            whole = true;
            return feed;
        } finally {
            if (!whole) {
                feed.close();
            }
        }
    }

    private static OnnxTensor tensor(OrtEnvironment environment, Tensor tensor) throws OrtException {
        return tensor.scalar_type().intern() == ScalarType.Long
                ? OnnxTensor.createTensor(environment, Tensors.bytes(tensor).asLongBuffer(), tensor.shape())
                : OnnxTensor.createTensor(environment, FloatBuffer.wrap(Tensors.floats(tensor)), tensor.shape());
    }

    @Override
    public void close() {
        tensors.values().forEach(OnnxTensor::close);
    }
}
