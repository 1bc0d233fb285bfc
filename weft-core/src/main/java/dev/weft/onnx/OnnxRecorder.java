package dev.weft.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.weft.ops.Op;
import dev.weft.ops.Recorder;
import dev.weft.ops.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Builds the ONNX graph of a pass while it runs. A value is known by the address of its native tensor, so every tensor that it
 * was told about is held until {@link #close}: a freed address would be given to another tensor.
 *
 * <p>Weights and statistics must be published before the pass. A piece of one (query, key and value lie in one stored matrix)
 * becomes a slice of it. Any other tensor that no recorded operation made is an error: as a silent constant it would freeze what
 * depends on the input.
 */
final class OnnxRecorder implements Recorder, AutoCloseable {
    private final OnnxGraph graph;
    private final OnnxOperations operations;
    private final Map<Long, String> names = new HashMap<>();
    private final Map<String, Tensor> published = new LinkedHashMap<>();
    private final Set<String> used = new HashSet<>();
    private final List<Tensor> held = new ArrayList<>();
    private int resolution;

    OnnxRecorder(OnnxGraph graph) {
        this.graph = graph;
        this.operations = new OnnxOperations(graph);
    }

    /** Makes a constant tensor known by its published name; it enters the graph when an operation reads it. */
    void publish(String name, Tensor tensor) {
        published.put(name, tensor);
        know(tensor, name);
    }

    /** Makes an input of the graph known. */
    void input(String name, Tensor tensor) {
        know(tensor, name);
        resolution = tensor.dim() == 4 ? (int) tensor.size(2) : resolution;
    }

    @Override
    public void ran(Op op, Tensor output, List<Tensor> inputs, Map<String, Object> attributes) {
        List<String> in = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            in.add(inputs.get(i) == null ? "" : read(inputs.get(i), op, i));
        }
        if (op == Op.RESIZE) {
            resolution = (Integer) attributes.get("height");
        }
        know(output, operations.add(op, in, inputs, output, attributes));
    }

    /** The name of a tensor that an operation made. */
    String name(Tensor tensor) {
        String name = names.get(address(tensor));
        if (name == null || published.containsKey(name)) {
            throw new IllegalStateException("What the model returns was made by no operation of dev.weft.ops.Ops.");
        }
        return name;
    }

    /** The side of the images after resizing; 0 where the input is text. */
    int resolution() {
        return resolution;
    }

    private String read(Tensor tensor, Op op, int position) {
        String name = names.get(address(tensor));
        if (name == null) {
            name = slice(tensor);
        }
        if (name == null) {
            throw new IllegalStateException("Input " + position + " of " + op
                    + " is neither the input, nor a published weight, nor made by an operation of dev.weft.ops.Ops: "
                    + "it would be a silent constant of the exported graph.");
        }
        use(name);
        return name;
    }

    private void use(String name) {
        Tensor tensor = published.get(name);
        if (tensor != null && used.add(name)) {
            graph.initializer(name, type(name, tensor), Tensors.bytes(tensor), tensor.shape());
        }
    }

    private static DataType type(String name, Tensor tensor) {
        ScalarType type = tensor.scalar_type().intern();
        return switch (type) {
            case Float -> DataType.FLOAT;
            case Long -> DataType.INT64;
            case Bool -> DataType.BOOL;
            case Int -> DataType.INT32;
            case Char -> DataType.INT8;
            case Byte -> DataType.UINT8;
            default ->
                throw new IllegalStateException("Weight " + name
                        + " must be of float32, whole numbers or booleans to be exported, but is of " + type + ".");
        };
    }

    /** The name of a piece of a published tensor, now in the graph; {@code null} when it is none. */
    private String slice(Tensor piece) {
        for (Map.Entry<String, Tensor> entry : published.entrySet()) {
            Tensor whole = entry.getValue();
            if (piece.is_alias_of(whole) && piece.dim() == whole.dim()) {
                long[] starts = starts(piece, whole);
                if (starts.length > 0 && Arrays.equals(piece.shape(), whole.shape())) {
                    know(piece, entry.getKey()); // another view of the same
                    return entry.getKey();
                }
                if (starts.length > 0) {
                    use(entry.getKey());
                    long[] ends = piece.shape();
                    for (int d = 0; d < ends.length; d++) {
                        ends[d] += starts[d];
                    }
                    String name = operations.slice(entry.getKey(), starts, ends);
                    know(piece, name);
                    return name;
                }
            }
        }
        return null;
    }

    /** The place where a block begins in a row-major tensor; empty when it is no such block. */
    private static long[] starts(Tensor piece, Tensor whole) {
        long[] starts = new long[(int) whole.dim()];
        long offset = piece.storage_offset() - whole.storage_offset();
        for (int d = 0; d < starts.length; d++) {
            starts[d] = offset / whole.stride(d);
            offset %= whole.stride(d);
            if (starts[d] < 0
                    || offset < 0
                    || piece.stride(d) != whole.stride(d)
                    || starts[d] + piece.size(d) > whole.size(d)) {
                return new long[0];
            }
        }
        return starts;
    }

    private void know(Tensor tensor, String name) {
        held.add(Tensors.keep(tensor));
        names.put(address(tensor), name);
    }

    private static long address(Tensor tensor) {
        return tensor.unsafeGetTensorImpl().address();
    }

    @Override
    public void close() {
        held.forEach(Tensor::releaseReference);
    }
}
