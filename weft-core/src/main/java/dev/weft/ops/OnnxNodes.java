package dev.weft.ops;

import java.util.List;
import java.util.Map;

/** An ONNX graph while it grows: what a {@link CustomOperation} appends its nodes to. Values are known by their names. */
public interface OnnxNodes {
    /**
     * Appends a node with one output and returns the output's name.
     *
     * @param type such as {@code Mul}
     * @param inputs names; an absent optional one is the empty string
     * @param attributes by name: {@code Integer}, {@code Long}, {@code Double}, {@code String} or a {@code List} of whole numbers
     * @throws IllegalArgumentException when an attribute is of another type
     */
    String append(String type, List<String> inputs, Map<String, Object> attributes);

    /** The same without attributes. */
    default String append(String type, String... inputs) {
        return append(type, List.of(inputs), Map.of());
    }

    /** The name of a float32 constant. */
    String floats(List<Double> values, long... shape);

    /** The name of a float32 constant without axes. */
    default String scalar(double value) {
        return floats(List.of(value));
    }

    /** The name of an int64 constant vector, such as the axes that a reduction is told. */
    String integers(long... values);
}
