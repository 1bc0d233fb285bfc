package dev.weft.runtime;

import java.util.List;

/**
 * A tensor that is stored in an exported model.
 *
 * @param name the published name of a weight or statistic; constants of the graph begin with {@code /}
 * @param dtype as safetensors calls it: {@code F32}, {@code I64}; {@code ?} where Weft would not write it
 */
public record StoredTensor(String name, String dtype, List<Long> shape) {
    public StoredTensor {
        shape = List.copyOf(shape);
    }

    static StoredTensor of(ProtoMessage tensor) {
        String dtype =
                switch ((int) tensor.number(2)) {
                    case 1 -> "F32";
                    case 7 -> "I64";
                    default -> "?";
                };
        return new StoredTensor(tensor.text(8), dtype, tensor.numbers(1));
    }

    /** The bytes of one element; 0 where the type is unknown. */
    private int elementBytes() {
        return switch (dtype) {
            case "F32" -> 4;
            case "I64" -> 8;
            default -> 0;
        };
    }

    /** Whether it is a constant of the graph, not a weight or a statistic. */
    public boolean isConstant() {
        return name.startsWith("/");
    }

    /** The size of the content. */
    public long sizeBytes() {
        return shape.stream().reduce((long) elementBytes(), (a, b) -> a * b);
    }

    /** Whether {@code bytes} of content are what type and shape say. */
    boolean isWhole(int bytes) {
        long expected = elementBytes();
        if (expected == 0) {
            return false;
        }
        for (long size : shape) {
            if (size < 0 || size > Integer.MAX_VALUE || expected > Integer.MAX_VALUE) {
                return false;
            }
            expected *= size;
        }
        return expected == bytes;
    }
}
