package dev.weft.onnx;

import static dev.weft.onnx.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * float16: weights take half the bytes, and operators compute in half precision. What half precision has no range or no digits for
 * stays float32: the operators of {@link #BLOCKED}, squares, and what reads only their results (pixel values before the first layer, the
 * variance of a norm, angles of positions). Input and output of the model stay float32. Casts stand where the two meet.
 */
final class HalfPrecision {
    /** Resizing reads pixels; positions and angles need more digits than 11 bits; sums of many squares go over 65504. */
    private static final Set<String> BLOCKED =
            Set.of("Resize", "Range", "Sin", "Cos", "ReduceMean", "ReduceL2", "Max", "Sqrt");
    /** Always half, whatever they read. */
    private static final Set<String> PRODUCTS = Set.of("Conv", "MatMul", "Gemm");

    private static final Set<String> NOT_FLOAT = Set.of("Shape", "Greater");
    private static final long FLOAT = DataType.FLOAT.getNumber();
    private static final long HALF = DataType.FLOAT16.getNumber();
    private static final float MOST = 65504;

    private final OnnxEditor editor;
    /** The type of every value that is a float: {@link #FLOAT} or {@link #HALF}. */
    private final Map<String, Long> types = new HashMap<>();

    private final Set<String> cast = new HashSet<>();

    private HalfPrecision(OnnxEditor editor) {
        this.editor = editor;
    }

    static GraphProto of(GraphProto graph) {
        HalfPrecision pass = new HalfPrecision(new OnnxEditor(graph));
        for (ValueInfoProto input : graph.getInputList()) {
            if (input.getType().getTensorType().getElemType() == FLOAT) {
                pass.types.put(input.getName(), FLOAT);
            }
        }
        pass.editor.source().forEach(pass::write);
        return pass.editor.build();
    }

    private void write(NodeProto node) {
        boolean isFloat = node.getInputList().stream().anyMatch(this::isFloat);
        if (node.getOpType().equals("Cast")) {
            types.put(node.getOutput(0), FLOAT); // positions become angles
            editor.keep(node);
            return;
        }
        if (!isFloat || NOT_FLOAT.contains(node.getOpType())) {
            editor.keep(node);
            return;
        }
        long type = isHalf(node) ? HALF : FLOAT;
        NodeProto.Builder written = node.toBuilder();
        for (int i = 0; i < node.getInputCount(); i++) {
            if (isFloat(node.getInput(i))) {
                written.setInput(i, as(type, node.getInput(i)));
            }
        }
        String output = node.getOutput(0);
        if (editor.isOutput(output) && type == HALF) {
            editor.keep(written.setName(output + "_half")
                    .setOutput(0, output + "_half")
                    .build());
            editor.node("Cast", output, List.of(output + "_half"), attribute("to", FLOAT));
            return;
        }
        types.put(output, type);
        editor.keep(written.build());
    }

    private boolean isFloat(String value) {
        TensorProto stored = editor.initializer(value);
        return types.containsKey(value) || stored != null && stored.getDataType() == FLOAT;
    }

    private boolean isHalf(NodeProto node) {
        if (PRODUCTS.contains(node.getOpType())) {
            return true;
        }
        boolean isSquare = node.getOpType().equals("Mul") && node.getInput(0).equals(node.getInput(1));
        if (BLOCKED.contains(node.getOpType()) || isSquare) {
            return false;
        }
        List<Long> computed = new ArrayList<>();
        for (String value : node.getInputList()) {
            if (types.containsKey(value)) {
                computed.add(types.get(value));
            }
        }
        return computed.isEmpty() || computed.contains(HALF);
    }

    /** The value in this type: itself, a stored tensor of that type, or a cast. */
    private String as(long type, String value) {
        if (!types.containsKey(value)) {
            return type == HALF ? stored(value) : value;
        }
        if (types.get(value) == type) {
            return value;
        }
        String other = value + (type == HALF ? "_half" : "_float");
        if (cast.add(other)) {
            editor.node("Cast", other, List.of(value), attribute("to", type));
        }
        return other;
    }

    private String stored(String name) {
        String half = name + "_half";
        if (editor.initializer(half) == null) {
            TensorProto tensor = editor.initializer(name);
            float[] values = OnnxEditor.floats(tensor);
            ByteBuffer content =
                    ByteBuffer.allocate(Short.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
            for (float value : values) {
                content.putShort(half(value));
            }
            editor.store(
                    half,
                    DataType.FLOAT16,
                    content.array(),
                    tensor.getDimsList().stream().mapToLong(Long::longValue).toArray());
        }
        return half;
    }

    /** The nearest half-precision number, of two equally near ones the even one; finite values stay finite. */
    static short half(float value) {
        int sign = Float.floatToRawIntBits(value) >>> 16 & 0x8000;
        float size = Math.abs(value);
        if (Float.isNaN(value)) {
            return (short) (sign | 0x7e00);
        }
        if (Float.isInfinite(value)) {
            return (short) (sign | 0x7c00);
        }
        if (size >= MOST) {
            return (short) (sign | 0x7bff);
        }
        if (size < 0x1p-14f) { // subnormal: multiples of 2^-24
            return (short) (sign | (int) Math.rint(size * 0x1p24f));
        }
        int exponent = Math.getExponent(size);
        int digits =
                (int) Math.rint(Math.scalb(size, 10 - exponent)); // from 1024 to 2048; 2048 carries into the exponent
        return (short) (sign | (exponent + 15 << 10) + digits - 1024);
    }
}
