package dev.weft.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Supplier;

/** A tensor to be written: its element type and shape now, its bytes when their turn comes. */
public interface TensorData {
    /** A safetensors element type, such as {@code F32}; {@link Safetensors#DTYPE_BITS} lists them. */
    String dtype();

    List<Long> shape();

    /**
     * The elements from position to limit, little-endian, row by row. Called once; the buffer is read before the next tensor's is asked
     * for, so native memory behind it may be freed or reused then.
     */
    ByteBuffer bytes();

    static TensorData of(String dtype, List<Long> shape, Supplier<ByteBuffer> bytes) {
        List<Long> fixed = List.copyOf(shape);
        return new TensorData() {
            @Override
            public String dtype() {
                return dtype;
            }

            @Override
            public List<Long> shape() {
                return fixed;
            }

            @Override
            public ByteBuffer bytes() {
                return bytes.get();
            }
        };
    }

    /** An {@code F32} tensor of these values; the array is read when written. */
    static TensorData floats(List<Long> shape, float... values) {
        return of("F32", shape, () -> {
            ByteBuffer buffer =
                    ByteBuffer.allocate(Math.multiplyExact(4, values.length)).order(ByteOrder.LITTLE_ENDIAN);
            buffer.asFloatBuffer().put(values);
            return buffer;
        });
    }

    /** An {@code I64} tensor of these values; the array is read when written. */
    static TensorData longs(List<Long> shape, long... values) {
        return of("I64", shape, () -> {
            ByteBuffer buffer =
                    ByteBuffer.allocate(Math.multiplyExact(8, values.length)).order(ByteOrder.LITTLE_ENDIAN);
            buffer.asLongBuffer().put(values);
            return buffer;
        });
    }
}
