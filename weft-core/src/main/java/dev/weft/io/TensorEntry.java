package dev.weft.io;

import java.util.List;

/**
 * Where a tensor lies in a safetensors file.
 *
 * @param dtype element type as the file says it, such as {@code F32}
 * @param begin first byte, counted from the start of the data section
 * @param end one past the last byte
 */
public record TensorEntry(String dtype, List<Long> shape, long begin, long end) {
    public TensorEntry {
        shape = List.copyOf(shape);
    }

    public long byteSize() {
        return end - begin;
    }
}
