package dev.weft.export;

import java.util.Arrays;
import java.util.List;

/**
 * A tensor that is stored in an exported model.
 *
 * @param name the published name of a weight or statistic; constants of the graph begin with {@code /}
 * @param dtype as safetensors calls it, {@code F32} or {@code I8}; {@code ?} where Weft would not write it
 */
public record StoredTensor(String name, String dtype, List<Long> shape) {
    public StoredTensor {
        shape = List.copyOf(shape);
    }

    static StoredTensor of(ProtoMessage tensor) {
        return new StoredTensor(tensor.text(8), Type.of(tensor.number(2)).dtype, tensor.numbers(1));
    }

    /** The element types that Weft writes, with their numbers in ONNX. */
    private enum Type {
        FLOAT(1, "F32", 4),
        UINT8(2, "U8", 1),
        INT8(3, "I8", 1),
        INT32(6, "I32", 4),
        INT64(7, "I64", 8),
        BOOL(9, "BOOL", 1),
        FLOAT16(10, "F16", 2),
        UNKNOWN(0, "?", 0);

        private final long number;
        private final String dtype;
        private final int bytes;

        Type(long number, String dtype, int bytes) {
            this.number = number;
            this.dtype = dtype;
            this.bytes = bytes;
        }

        static Type of(long number) {
            return Arrays.stream(values())
                    .filter(type -> type.number == number)
                    .findFirst()
                    .orElse(UNKNOWN);
        }
    }

    /** The bytes of one element; 0 where the type is unknown. */
    private int elementBytes() {
        return Arrays.stream(Type.values())
                .filter(type -> type.dtype.equals(dtype))
                .findFirst()
                .orElse(Type.UNKNOWN)
                .bytes;
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
