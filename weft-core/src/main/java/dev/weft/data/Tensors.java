package dev.weft.data;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Java arrays to tensors of their own memory, owned by the caller's scope. */
final class Tensors {
    private Tensors() {}

    /** Bytes 0 to 255 as float32. One copy of the bytes, and libtorch's vectorised conversion. */
    static Tensor floats(byte[] values, long... shape) {
        try (Tensor bytes = empty(ScalarType.Byte, shape)) {
            new BytePointer(bytes.data_ptr()).put(values);
            return bytes.to(ScalarType.Float);
        }
    }

    /** int64, one dimension. */
    static Tensor longs(long... values) {
        Tensor tensor = empty(ScalarType.Long, values.length);
        new LongPointer(tensor.data_ptr()).put(values);
        return tensor;
    }

    private static Tensor empty(ScalarType type, long... shape) {
        try (ScalarTypeOptional optional = new ScalarTypeOptional(type);
                TensorOptions plain = new TensorOptions();
                TensorOptions options = plain.dtype(optional)) {
            return torch.empty(shape, options, null);
        }
    }
}
