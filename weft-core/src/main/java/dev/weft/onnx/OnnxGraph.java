package dev.weft.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import dev.weft.ops.OnnxNodes;
import dev.weft.ops.Port;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An ONNX graph while it grows: nodes in the order in which they run, and what they are constant in. Names that start with a slash
 * are made up here; all others are published tensor names. The same calls give the same graph.
 */
final class OnnxGraph implements OnnxNodes {
    private final List<NodeProto.Builder> nodes = new ArrayList<>();
    private final Map<String, TensorProto> initializers = new LinkedHashMap<>();

    /** Appends a node with one output and returns the output's name. An absent optional input is the empty string. */
    String node(String type, List<String> inputs, AttributeProto... attributes) {
        String name = "/" + type + "_" + nodes.size();
        nodes.add(NodeProto.newBuilder()
                .setName(name)
                .setOpType(type)
                .addAllInput(inputs)
                .addOutput(name)
                .addAllAttribute(List.of(attributes)));
        return name;
    }

    @Override
    public String append(String type, List<String> inputs, Map<String, Object> attributes) {
        return node(
                type,
                inputs,
                attributes.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(each -> attributeOf(each.getKey(), each.getValue()))
                        .toArray(AttributeProto[]::new));
    }

    private static AttributeProto attributeOf(String name, Object value) {
        if (value instanceof Integer || value instanceof Long) {
            return attribute(name, ((Number) value).longValue());
        }
        if (value instanceof Double number) {
            return attribute(name, number.doubleValue());
        }
        if (value instanceof String text) {
            return attribute(name, text);
        }
        if (value instanceof List<?> values
                && values.stream().allMatch(v -> v instanceof Integer || v instanceof Long)) {
            return attribute(name, values.stream().map(Number.class::cast).toList());
        }
        throw new IllegalArgumentException(
                "An attribute of an ONNX node must be a whole number, a Double, a String or a"
                        + " list of whole numbers, but " + name + " is " + value + ".");
    }

    /** A tensor under a given name; {@code content} is little-endian, row by row. */
    void initializer(String name, DataType type, ByteBuffer content, long... shape) {
        add(name, type, content, shape);
    }

    /** A float32 constant; equal ones are stored once. */
    @Override
    public String floats(List<Double> values, long... shape) {
        ByteBuffer content = buffer(4 * values.size());
        values.forEach(value -> content.putFloat(value.floatValue()));
        return constant(DataType.FLOAT, "float" + Arrays.toString(shape) + values, content, shape);
    }

    /** An int64 constant vector; equal ones are stored once. */
    @Override
    public String integers(long... values) {
        ByteBuffer content = buffer(8 * values.length);
        Arrays.stream(values).forEach(content::putLong);
        return constant(DataType.INT64, "int64" + Arrays.toString(values), content, values.length);
    }

    /** An int64 constant without axes. */
    String index(long value) {
        return constant(DataType.INT64, "index" + value, buffer(8).putLong(value));
    }

    private String constant(DataType type, String label, ByteBuffer content, long... shape) {
        String name = "/" + label.replace(" ", "");
        if (!initializers.containsKey(name)) {
            add(name, type, content.flip(), shape);
        }
        return name;
    }

    private void add(String name, DataType type, ByteBuffer content, long... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .setRawData(ByteString.copyFrom(content));
        Arrays.stream(shape).forEach(tensor::addDims);
        initializers.put(name, tensor.build());
    }

    /** Calls the value {@code name} something else, wherever it is made or read. */
    void rename(String name, String to) {
        for (NodeProto.Builder node : nodes) {
            for (int i = 0; i < node.getInputCount(); i++) {
                if (node.getInput(i).equals(name)) {
                    node.setInput(i, to);
                }
            }
            if (node.getOutput(0).equals(name)) {
                node.setOutput(0, to);
            }
        }
    }

    GraphProto build(String name, List<Port> inputs, List<Port> outputs) {
        GraphProto.Builder graph = GraphProto.newBuilder().setName(name);
        nodes.forEach(graph::addNode);
        return graph.addAllInitializer(initializers.values())
                .addAllInput(inputs.stream().map(OnnxGraph::value).toList())
                .addAllOutput(outputs.stream().map(OnnxGraph::value).toList())
                .build();
    }

    private static ValueInfoProto value(Port port) {
        List<Object> sizes = new ArrayList<>(List.of("batch"));
        port.axes().forEach(axis -> sizes.add(axis.isOpen() ? axis.name() : (Object) axis.size()));
        return value(port.name(), port.type() == Port.Type.INT64 ? DataType.INT64 : DataType.FLOAT, sizes.toArray());
    }

    /**
     * A graph input or output.
     *
     * @param sizes of its axes: a number, or the name of a size that is open
     */
    static ValueInfoProto value(String name, DataType type, Object... sizes) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object size : sizes) {
            TensorShapeProto.Dimension.Builder axis = shape.addDimBuilder();
            if (size instanceof Integer number) {
                axis.setDimValue(number);
            } else {
                axis.setDimParam((String) size);
            }
        }
        TypeProto.Tensor tensor = TypeProto.Tensor.newBuilder()
                .setElemType(type.getNumber())
                .setShape(shape)
                .build();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }

    static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INT)
                .setI(value)
                .build();
    }

    static AttributeProto attribute(String name, double value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.FLOAT)
                .setF((float) value)
                .build();
    }

    static AttributeProto attribute(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }

    static AttributeProto attribute(String name, List<? extends Number> values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS);
        values.forEach(value -> attribute.addInts(value.longValue()));
        return attribute.build();
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
