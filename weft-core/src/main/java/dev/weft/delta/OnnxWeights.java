package dev.weft.delta;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import dev.weft.weight.StoredTensors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The initialisers of an ONNX model, by the names that they have in its graph. Their numbers lie in the model, or in a file beside it (external
 * data). What the graph computes with them is not looked at.
 *
 * @param path the model
 */
record OnnxWeights(Path path, TensorProto tensor) implements ForeignTensor {
    private static final Map<Integer, String> TYPES = Map.of(
            TensorProto.DataType.FLOAT_VALUE, "F32",
            TensorProto.DataType.DOUBLE_VALUE, "F64",
            TensorProto.DataType.FLOAT16_VALUE, "F16",
            TensorProto.DataType.BFLOAT16_VALUE, "BF16");
    private static final Map<String, Integer> BYTES = Map.of("F32", 4, "F64", 8, "F16", 2, "BF16", 2);

    /** @throws InputException when the file cannot be read, is damaged, or has no initialisers */
    static Map<String, ForeignTensor> of(Path path) {
        Map<String, ForeignTensor> tensors = new LinkedHashMap<>();
        for (TensorProto tensor : model(path).getGraph().getInitializerList()) {
            if (tensors.put(tensor.getName(), new OnnxWeights(path, tensor)) != null) {
                throw new InputException(path + " must give every initialiser a name of its own, but has two of \""
                        + tensor.getName() + "\".");
            }
        }
        if (tensors.isEmpty()) {
            throw new InputException(path + " must be an ONNX model with weights, but its graph has no initialisers.");
        }
        return tensors;
    }

    private static ModelProto model(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            return ModelProto.parseFrom(in);
        } catch (InvalidProtocolBufferException e) {
            throw new InputException(
                    path + " must be an ONNX model, but is damaged, cut short or something else: its protobuf cannot be"
                            + " read. Use another copy.",
                    e);
        } catch (IOException e) {
            throw new InputException("Cannot read " + path + ": " + IoReason.of(e) + ".", e);
        }
    }

    @Override
    public String where() {
        return path + ": initialiser \"" + tensor.getName() + "\"";
    }

    @Override
    public String dtype() {
        String known = TYPES.get(tensor.getDataType());
        if (known != null) {
            return known;
        }
        TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
        return type == null ? "type " + tensor.getDataType() : type.name();
    }

    @Override
    public List<Long> shape() {
        return tensor.getDimsList();
    }

    @Override
    public Tensor read() {
        String type = dtype();
        long size = BYTES.get(type);
        for (long axis : shape()) {
            if (axis < 0) {
                throw new InputException(where() + " must have axes of 0 or more, but is " + shape() + ".");
            }
            if (axis > 0 && size > Integer.MAX_VALUE / axis) {
                throw new InputException(where() + " must have at most 2 GiB, but is " + shape() + " of " + type + ".");
            }
            size *= axis;
        }
        ByteBuffer bytes =
                tensor.getDataLocation() == DataLocation.EXTERNAL ? external(size) : inModel(type, (int) size);
        if (bytes.remaining() != size) {
            throw new InputException(where() + " must have " + size + " bytes, being " + shape() + " of " + type
                    + ", but has " + bytes.remaining() + ". The file is damaged or cut short.");
        }
        return StoredTensors.requireFinite(
                StoredTensors.copied(bytes, type, shape()), tensor.getName(), path.toString());
    }

    /** The numbers as the model holds them: as bytes, or as numbers of a field for their type. */
    private ByteBuffer inModel(String type, int size) {
        if (tensor.hasRawData()) {
            return tensor.getRawData().asReadOnlyByteBuffer();
        }
        int count = type.equals("F32")
                ? tensor.getFloatDataCount()
                : type.equals("F64") ? tensor.getDoubleDataCount() : tensor.getInt32DataCount();
        ByteBuffer bytes = ByteBuffer.allocate(count * BYTES.get(type)).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.capacity() != size) {
            return bytes;
        }
        for (int i = 0; i < count; i++) {
            switch (type) {
                case "F32" -> bytes.putFloat(tensor.getFloatData(i));
                case "F64" -> bytes.putDouble(tensor.getDoubleData(i));
                default -> bytes.putShort((short) tensor.getInt32Data(i));
            }
        }
        return bytes.flip();
    }

    /** The numbers from a file of the model's own folder, or below it. */
    private ByteBuffer external(long size) {
        Map<String, String> where = new LinkedHashMap<>();
        for (StringStringEntryProto entry : tensor.getExternalDataList()) {
            where.put(entry.getKey(), entry.getValue());
        }
        Path file = beside(where.getOrDefault("location", ""));
        long offset = number(where, "offset", 0);
        long length = number(where, "length", size);
        try (FileChannel channel = FileChannel.open(file)) {
            if (length != size || offset > channel.size() - length) {
                throw new InputException(where() + " must have " + size + " bytes in " + file
                        + ", but the model says " + length + " from " + offset + ", and the file has " + channel.size()
                        + ".");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, offset, length);
        } catch (IOException e) {
            throw new InputException(
                    "Cannot read " + file + ", where " + where() + " lies: " + IoReason.of(e) + ".", e);
        }
    }

    private Path beside(String location) {
        Path folder = path.toAbsolutePath().normalize().getParent();
        try {
            Path file = folder.resolve(location).normalize();
            if (!location.isEmpty()
                    && !Path.of(location).isAbsolute()
                    && file.startsWith(folder)
                    && !file.equals(folder)) {
                return file;
            }
        } catch (InvalidPathException e) {
            // Such a name is refused as any other that leads elsewhere.
        }
        throw new InputException(where() + " must lie in a file of the model's folder, but its location is \""
                + location.replaceAll("\\p{Cntrl}", "?") + "\".");
    }

    private long number(Map<String, String> where, String key, long otherwise) {
        String text = where.get(key);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,18}")) {
            throw new InputException(
                    where() + " must have a whole number as its " + key + ", but has \"" + text + "\".");
        }
        return Long.parseLong(text);
    }
}
