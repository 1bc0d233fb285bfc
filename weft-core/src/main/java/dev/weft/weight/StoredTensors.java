package dev.weft.weight;

import dev.weft.io.InputException;
import dev.weft.io.SafetensorsFile;
import dev.weft.io.TensorData;
import dev.weft.io.TensorEntry;
import dev.weft.ops.Libtorch;
import dev.weft.ops.Tensors;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Writes tensors to safetensors files, and reads them from there. */
public final class StoredTensors {
    static {
        Libtorch.load();
    }

    private StoredTensors() {}

    /** The element types that files and libtorch have in common, by the name that safetensors gives them. */
    private static final Map<String, ScalarType> TYPES = Map.of(
            "F64", ScalarType.Double,
            "F32", ScalarType.Float,
            "F16", ScalarType.Half,
            "BF16", ScalarType.BFloat16,
            "I64", ScalarType.Long,
            "I32", ScalarType.Int,
            "I16", ScalarType.Short,
            "I8", ScalarType.Char,
            "U8", ScalarType.Byte,
            "BOOL", ScalarType.Bool);

    /**
     * The name that files have for an element type.
     *
     * @throws IllegalArgumentException for a type that cannot be stored
     */
    public static String dtype(ScalarType type) {
        return TYPES.entrySet().stream()
                .filter(entry -> entry.getValue() == type)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "Tensors of real numbers can be stored, but this is " + type + "."));
    }

    /** An element type as messages call it. */
    static String inWords(ScalarType type) {
        return type == ScalarType.Float ? "float32" : dtype(type);
    }

    /** What a file stores of {@code tensor}, whatever its strides; read when written. */
    public static TensorData data(Tensor tensor) {
        String dtype = dtype(tensor.scalar_type().intern());
        return TensorData.of(dtype, Arrays.stream(tensor.shape()).boxed().toList(), () -> Tensors.bytes(tensor));
    }

    /**
     * The tensor {@code name} of {@code file} where it lies, kept: no byte is copied, and it must not be written to. Valid only
     * while {@code file} is reachable.
     */
    public static Tensor mapped(SafetensorsFile file, String name) {
        TensorEntry entry = file.entry(name);
        ScalarType type = TYPES.get(entry.dtype());
        if (type == null) {
            throw new InputException(file.path() + ": tensor \"" + name + "\" must be one of "
                    + new TreeSet<>(TYPES.keySet()) + ", but is " + entry.dtype() + ".");
        }
        long[] shape = entry.shape().stream().mapToLong(Long::longValue).toArray();
        if (entry.byteSize() == 0) {
            return Tensors.keep(torch.empty(shape, new TensorOptions(type), new MemoryFormatOptional()));
        }
        return Tensors.keep(torch.from_blob(new BytePointer(file.bytes(name)), shape, new TensorOptions(type)));
    }

    /**
     * Does what {@link #mapped} does, for weights and statistics: with one that is no number every answer of a model is none.
     *
     * @throws InputException also when an element is NaN or infinite
     */
    public static Tensor finite(SafetensorsFile file, String name) {
        return requireFinite(mapped(file, name), name, file.path().toString());
    }

    /**
     * The tensor, when all of its elements are numbers.
     *
     * @param where what messages call the file it came from
     * @throws InputException when one is NaN or infinite; the tensor is then closed
     */
    public static Tensor requireFinite(Tensor tensor, String name, String where) {
        try (PointerScope scope = new PointerScope()) {
            Tensor bad = tensor.detach().isfinite().logical_not().flatten();
            if (bad.any().item_bool()) {
                long at = bad.to(ScalarType.Byte).argmax().item_long();
                double value = tensor.detach().flatten().select(0, at).item_double();
                long count = bad.sum().item_long();
                tensor.close();
                throw new InputException(
                        where + ": tensor \"" + name + "\" must hold finite numbers, but " + count + " of "
                                + bad.numel() + " are none (element " + at + ", from 0, is " + value
                                + "). Use another copy, or one from before its training went wrong.");
            }
            return tensor;
        }
    }

    /** A copy of the tensor {@code name} of {@code file}, kept. */
    public static Tensor copied(SafetensorsFile file, String name) {
        try (Tensor mapped = mapped(file, name)) {
            return Tensors.keep(mapped.clone());
        }
    }

    /**
     * A copy of what {@code bytes} holds, kept.
     *
     * @param bytes little-endian, row by row, as many as the shape needs
     * @param dtype as files call it
     */
    public static Tensor copied(ByteBuffer bytes, String dtype, List<Long> shape) {
        long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
        TensorOptions options = new TensorOptions(TYPES.get(dtype));
        if (!bytes.hasRemaining()) {
            return Tensors.keep(torch.empty(sizes, options, new MemoryFormatOptional()));
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        try (PointerScope scope = new PointerScope()) {
            return Tensors.keep(
                    torch.from_blob(new BytePointer(copy), sizes, options).clone());
        }
    }
}
