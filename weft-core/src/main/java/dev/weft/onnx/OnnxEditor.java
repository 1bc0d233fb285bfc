package dev.weft.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A recorded graph that is written anew: nodes are taken from {@link #source} in order, and what shall be in their place is added.
 * What nothing reads in the end is left out.
 */
final class OnnxEditor {
    private final GraphProto source;
    private final Map<String, TensorProto> initializers = new LinkedHashMap<>();
    private final Map<String, NodeProto> producers = new HashMap<>();
    private final Map<String, List<NodeProto>> consumers = new HashMap<>();
    private final List<NodeProto> written = new ArrayList<>();

    OnnxEditor(GraphProto source) {
        this.source = source;
        source.getInitializerList().forEach(tensor -> initializers.put(tensor.getName(), tensor));
        for (NodeProto node : source.getNodeList()) {
            node.getOutputList().forEach(value -> producers.put(value, node));
            node.getInputList().forEach(value -> consumers
                    .computeIfAbsent(value, v -> new ArrayList<>())
                    .add(node));
        }
    }

    /** The nodes to write anew, each after those it reads. */
    List<NodeProto> source() {
        return source.getNodeList();
    }

    /** The one node that reads a value; empty where it is an output of the graph, or several do. */
    Optional<NodeProto> onlyReader(String value) {
        List<NodeProto> readers = consumers.getOrDefault(value, List.of());
        return readers.size() == 1 && !isOutput(value) ? Optional.of(readers.get(0)) : Optional.empty();
    }

    boolean isOutput(String value) {
        return source.getOutputList().stream()
                .anyMatch(output -> output.getName().equals(value));
    }

    /** A stored tensor; {@code null} where the value is none. */
    TensorProto initializer(String value) {
        return initializers.get(value);
    }

    /** The float32 values of a stored tensor. */
    static float[] floats(TensorProto tensor) {
        float[] values = new float[tensor.getRawData().size() / Float.BYTES];
        buffer(tensor).asFloatBuffer().get(values);
        return values;
    }

    private static ByteBuffer buffer(TensorProto tensor) {
        return tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The float32 constant that a value is: a stored tensor, or a matrix cut and turned from one; {@code null} for any other. */
    Constant constant(String value) {
        TensorProto stored = initializers.get(value);
        if (stored != null) {
            return stored.getDataType() == DataType.FLOAT.getNumber()
                    ? new Constant(value, floats(stored), stored.getDimsList())
                    : null;
        }
        NodeProto node = producers.get(value);
        if (node == null || !Set.of("Transpose", "Slice").contains(node.getOpType())) {
            return null;
        }
        Constant from = constant(node.getInput(0));
        if (from == null) {
            return null;
        }
        if (node.getOpType().equals("Transpose")) {
            return from.shape().size() == 2 ? from.transposed() : null;
        }
        TensorProto starts = initializers.get(node.getInput(1));
        TensorProto ends = initializers.get(node.getInput(2));
        return node.getInputCount() == 3 && starts != null && ends != null
                ? from.slice(longs(starts), longs(ends))
                : null;
    }

    private static long[] longs(TensorProto tensor) {
        long[] values = new long[tensor.getRawData().size() / Long.BYTES];
        buffer(tensor).asLongBuffer().get(values);
        return values;
    }

    /** Keeps a node as it is. */
    void keep(NodeProto node) {
        written.add(node);
    }

    /** Writes a node with one output, which is also its name. */
    String node(String type, String output, List<String> inputs, AttributeProto... attributes) {
        return node(type, List.of(output), inputs, List.of(attributes));
    }

    String node(String type, List<String> outputs, List<String> inputs, List<AttributeProto> attributes) {
        written.add(NodeProto.newBuilder()
                .setName(outputs.get(0))
                .setOpType(type)
                .addAllInput(inputs)
                .addAllOutput(outputs)
                .addAllAttribute(attributes)
                .build());
        return outputs.get(0);
    }

    /** Stores a tensor, or puts it in the place of one of the same name. */
    String store(String name, DataType type, byte[] content, long... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .setRawData(ByteString.copyFrom(content));
        Arrays.stream(shape).forEach(tensor::addDims);
        initializers.put(name, tensor.build());
        return name;
    }

    String storeFloats(String name, float[] values, long... shape) {
        ByteBuffer content = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        content.asFloatBuffer().put(values);
        return store(name, DataType.FLOAT, content.array(), shape);
    }

    String storeIntegers(String name, int[] values, long... shape) {
        ByteBuffer content = ByteBuffer.allocate(Integer.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        content.asIntBuffer().put(values);
        return store(name, DataType.INT32, content.array(), shape);
    }

    /** The graph of what was written. */
    GraphProto build() {
        Set<String> needed = new HashSet<>();
        source.getOutputList().forEach(output -> needed.add(output.getName()));
        List<NodeProto> nodes = new ArrayList<>();
        for (int i = written.size() - 1; i >= 0; i--) {
            NodeProto node = written.get(i);
            if (node.getOutputList().stream().anyMatch(needed::contains)) {
                needed.addAll(node.getInputList());
                nodes.add(0, node);
            }
        }
        return GraphProto.newBuilder()
                .setName(source.getName())
                .addAllNode(nodes)
                .addAllInitializer(initializers.values().stream()
                        .filter(tensor -> needed.contains(tensor.getName()))
                        .toList())
                .addAllInput(source.getInputList())
                .addAllOutput(source.getOutputList())
                .build();
    }
}
