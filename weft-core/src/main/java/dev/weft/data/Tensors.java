package dev.weft.data;

import dev.weft.ops.Devices;
import dev.weft.ops.Libtorch;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Tensors of their own memory, owned by the caller's scope, and Java's way into it. */
final class Tensors {
    static {
        Libtorch.load();
    }

    private Tensors() {}

    /** float32 of this shape in the machine's memory, not filled. */
    static Tensor floats(long... shape) {
        return empty(ScalarType.Float, shape);
    }

    /** The memory of a contiguous float32 tensor, usable while the tensor lives. */
    static FloatBuffer buffer(Tensor floats) {
        return new FloatPointer(floats.data_ptr()).capacity(floats.numel()).asBuffer();
    }

    /** int64 of this shape, row by row, on the device in use. */
    static Tensor longs(long[] values, long... shape) {
        Tensor tensor = empty(ScalarType.Long, shape);
        new LongPointer(tensor.data_ptr()).put(values);
        return Devices.here(tensor);
    }

    private static Tensor empty(ScalarType type, long... shape) {
        try (ScalarTypeOptional optional = new ScalarTypeOptional(type);
                TensorOptions plain = new TensorOptions();
                TensorOptions options = plain.dtype(optional)) {
            return torch.empty(shape, options, null);
        }
    }
}
