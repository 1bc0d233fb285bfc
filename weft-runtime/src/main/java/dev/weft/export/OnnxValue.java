package dev.weft.export;

import java.util.List;

/**
 * An input or output of a graph.
 *
 * @param type the number of its element type in ONNX
 * @param sizes of its axes; 0 where one is symbolic
 */
record OnnxValue(String name, long type, List<Long> sizes) {
    /** The values in one field of a graph. */
    static List<OnnxValue> all(ProtoMessage graph, int field) {
        return graph.messages(field, "value", 1, 2).stream().map(OnnxValue::of).toList();
    }

    private static OnnxValue of(ProtoMessage value) {
        ProtoMessage tensor = value.message(2, "type", 1).message(1, "tensor type", 1, 2);
        return new OnnxValue(
                value.text(1),
                tensor.number(1),
                tensor.message(2, "shape", 1).messages(1, "axis", 1, 2).stream()
                        .map(axis -> axis.number(1))
                        .toList());
    }
}
