package dev.weft.ops;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * Products, elementwise operations and shapes. Each of them, as each operation in {@link NormOps}, {@link AttentionOps} and
 * {@link ImageOps}, returns a new tensor that belongs to the caller's {@code PointerScope}, changes none of its inputs, is
 * differentiable, makes tensors only where its inputs are, and reports itself to the active {@link Recorder}.
 *
 * <p>Tensors on the {@code meta} device have a shape and no data; every operation accepts them, so that a forward pass can be
 * counted without computing it. Where libtorch has no meta kernel in its C++ part, the shape is worked out here.
 */
public final class Ops {
    static {
        Libtorch.load();
    }

    private static final ThreadLocal<Recorder> RECORDER = new ThreadLocal<>();

    private Ops() {}

    /** Runs {@code body} on this thread with {@code recorder} told about each operation. Recordings do not nest. */
    public static void record(Recorder recorder, Runnable body) {
        if (RECORDER.get() != null) {
            throw new IllegalStateException("A recording is already active on this thread.");
        }
        RECORDER.set(recorder);
        try {
            body.run();
        } finally {
            RECORDER.remove();
        }
    }

    static boolean isRecording() {
        return RECORDER.get() != null;
    }

    /** {@code y = x Wᵀ + b}: x (…, in), weight (out, in), bias (out) or {@code null}; returns (…, out). */
    public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        Tensor y = isOneRow(x, weight) ? row(x, weight, bias) : torch.linear(x, weight, optional(bias));
        return ran(Op.LINEAR, y, Map.of(), x, weight, bias);
    }

    /** Products of matrices, one for each entry of the axes before the last two, which broadcast: (…, n, k) by (…, k, m) to (…, n, m). */
    public static Tensor matmul(Tensor left, Tensor right) {
        return ran(Op.MATMUL, torch.matmul(left, right), Map.of(), left, right);
    }

    /** Says whether {@code x} is one row, on a CPU; not under autocast, which knows {@code linear} and would leave this in float32. */
    private static boolean isOneRow(Tensor x, Tensor weight) {
        return x.is_cpu() && x.numel() == weight.size(1) && !torch.is_autocast_enabled(DeviceType.CPU);
    }

    /** One row, such as the next token of a text, as a matrix-vector product: libtorch would copy the matrix to multiply by it. */
    private static Tensor row(Tensor x, Tensor weight, Tensor bias) {
        long[] shape = x.shape();
        shape[shape.length - 1] = weight.size(0);
        Tensor vector = x.reshape(-1);
        Tensor y = bias == null ? weight.mv(vector) : torch.addmv(bias, weight, vector);
        return y.reshape(shape);
    }

    public static Tensor relu(Tensor x) {
        return ran(Op.RELU, x.is_meta() ? like(x, x.shape()) : torch.relu(x), Map.of(), x);
    }

    public static Tensor hardSwish(Tensor x) {
        return ran(Op.HARD_SWISH, x.is_meta() ? like(x, x.shape()) : torch.hardswish(x), Map.of(), x);
    }

    /** {@code x · sigmoid(x)}, also called swish. */
    public static Tensor silu(Tensor x) {
        return ran(Op.SILU, torch.silu(x), Map.of(), x);
    }

    /** The exact GELU, {@code x · Φ(x)} (Hendrycks and Gimpel 2016). */
    public static Tensor gelu(Tensor x) {
        return ran(Op.GELU, torch.gelu(x), Map.of(), x);
    }

    /** GELU by its approximation, {@code x · (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2}, which GPT-2 and VAR were trained with. */
    public static Tensor geluTanh(Tensor x) {
        return ran(Op.GELU_TANH, torch.gelu(x, "tanh"), Map.of(), x);
    }

    public static Tensor sigmoid(Tensor x) {
        return ran(Op.SIGMOID, torch.sigmoid(x), Map.of(), x);
    }

    public static Tensor hardSigmoid(Tensor x) {
        return ran(Op.HARD_SIGMOID, torch.hardsigmoid(x), Map.of(), x);
    }

    public static Tensor tanh(Tensor x) {
        return ran(Op.TANH, torch.tanh(x), Map.of(), x);
    }

    public static Tensor exp(Tensor x) {
        return ran(Op.EXP, x.exp(), Map.of(), x);
    }

    /** The lesser of each entry and {@code most}; where an entry is greater, no gradient reaches it. */
    public static Tensor atMost(Tensor x, double most) {
        return ran(Op.AT_MOST, x.clamp_max(new Scalar(most)), Map.of("most", most), x);
    }

    /** Exponentials over their sum along {@code axis}, which is counted from the front. */
    public static Tensor softmax(Tensor x, int axis) {
        return ran(Op.SOFTMAX, torch.softmax(x, axis), Map.of("axis", axis), x);
    }

    /** Elementwise, with broadcasting. */
    public static Tensor add(Tensor left, Tensor right) {
        return ran(Op.ADD, left.add(right), Map.of(), left, right);
    }

    /** Elementwise, with broadcasting. */
    public static Tensor multiply(Tensor left, Tensor right) {
        return ran(Op.MULTIPLY, left.mul(right), Map.of(), left, right);
    }

    /** Elementwise, with broadcasting. */
    public static Tensor subtract(Tensor left, Tensor right) {
        return ran(Op.SUBTRACT, left.sub(right), Map.of(), left, right);
    }

    /** Mean over the given axes, which are dropped unless {@code keep}. */
    public static Tensor mean(Tensor x, List<Integer> axes, boolean keep) {
        long[] dims = axes.stream().mapToLong(Integer::longValue).toArray();
        Tensor y = torch.mean(x, dims, keep, new ScalarTypeOptional());
        return ran(Op.MEAN, y, Map.of("axes", axes, "keep", keep ? 1 : 0), x);
    }

    /** Zeros of the shape of x, whatever is in it: no gradient reaches x. */
    public static Tensor zeros(Tensor x) {
        return ran(Op.ZEROS, torch.zeros_like(x), Map.of(), x);
    }

    /** Splits one axis into {@code sizes}; one size may be -1. */
    public static Tensor unflatten(Tensor x, int axis, List<Integer> sizes) {
        Tensor y =
                x.unflatten(axis, sizes.stream().mapToLong(Integer::longValue).toArray());
        return ran(Op.UNFLATTEN, y, Map.of("axis", axis, "sizes", sizes), x);
    }

    /** Joins the axes from {@code axis} to the last. */
    public static Tensor flatten(Tensor x, int axis) {
        return ran(Op.FLATTEN, x.flatten(axis, -1), Map.of("axis", axis), x);
    }

    /** Swaps two axes, counted from the front. */
    public static Tensor transpose(Tensor x, int first, int second) {
        return ran(Op.TRANSPOSE, x.transpose(first, second), Map.of("first", first, "second", second), x);
    }

    /** The entry at {@code index} of an axis, which is dropped. */
    public static Tensor select(Tensor x, int axis, int index) {
        return ran(Op.SELECT, x.select(axis, index), Map.of("axis", axis, "index", index), x);
    }

    /** Several tensors, of one shape but for their length along {@code axis}, one behind another along it. */
    public static Tensor concatenate(List<Tensor> parts, int axis) {
        Tensor y = torch.cat(new TensorVector(parts.toArray(new Tensor[0])), axis);
        return ran(Op.CONCATENATE, y, Map.of("axis", axis), parts.toArray(new Tensor[0]));
    }

    /** The entries {@code from} to {@code from + length} of an axis, a view. */
    public static Tensor slice(Tensor x, int axis, int from, int length) {
        return ran(Op.SLICE, x.narrow(axis, from, length), Map.of("axis", axis, "from", from, "length", length), x);
    }

    /**
     * Entries of an axis by index: x (…, n, …), indices (k) of int64 from 0 to n - 1; returns (…, k, …). An entry may be asked for
     * several times; its gradient is the sum over them.
     */
    public static Tensor gather(Tensor x, int axis, Tensor indices) {
        long[] shape = x.shape();
        shape[axis] = indices.numel();
        Tensor y = x.is_meta() ? like(x, shape) : torch.index_select(x, axis, indices);
        return ran(Op.GATHER, y, Map.of("axis", axis), x, indices);
    }

    /**
     * The adjoint of {@link #gather}: zeros of length {@code size} along an axis, to which each entry of x is added at its index: x
     * (…, k, …), indices (k) of int64 from 0 to size - 1; returns (…, size, …). Entries that share an index are summed in their order.
     */
    public static Tensor scatterAdd(Tensor x, int axis, Tensor indices, int size) {
        long[] shape = x.shape();
        shape[axis] = size;
        Tensor y = x.is_meta() ? like(x, shape) : x.new_zeros(shape).index_add(axis, indices, x);
        return ran(Op.SCATTER_ADD, y, Map.of("axis", axis, "size", size), x, indices);
    }

    /** Rows of a table (V, C) by index: indices (…) of int64; returns (…, C). */
    public static Tensor embedding(Tensor table, Tensor indices) {
        long[] shape = Arrays.copyOf(indices.shape(), (int) indices.dim() + 1);
        shape[shape.length - 1] = table.size(1);
        Tensor y = table.is_meta() ? like(table, shape) : torch.embedding(table, indices);
        return ran(Op.EMBEDDING, y, Map.of(), table, indices);
    }

    /**
     * An operation that is not among these. Its {@link CustomOperation#compute} must not call these: it is told to a {@link Recorder} whole.
     *
     * @param inputs one or more, the first of them there; an absent one of the others is {@code null}
     */
    public static Tensor apply(CustomOperation operation, Tensor... inputs) {
        List<Tensor> all = Arrays.asList(inputs);
        // what codes and a scale make is of the scale's type
        Tensor typed =
                all.stream().filter(Tensor::is_floating_point).findFirst().orElse(inputs[0]);
        Tensor y = inputs[0].is_meta() ? like(typed, operation.shape(all)) : operation.compute(all);
        return ran(Op.CUSTOM, y, Map.of("operation", operation), inputs);
    }

    static Tensor unrecorded(String what, Tensor y) {
        if (RECORDER.get() != null) {
            throw new IllegalStateException(what + " cannot be recorded: record an evaluation pass.");
        }
        return y;
    }

    static Tensor ran(Op op, Tensor output, Map<String, Object> attributes, Tensor... inputs) {
        Recorder recorder = RECORDER.get();
        if (recorder != null) {
            recorder.ran(op, output, Arrays.asList(inputs), attributes);
        }
        return output;
    }

    static TensorOptional optional(Tensor tensor) {
        return tensor == null ? new TensorOptional() : new TensorOptional(tensor);
    }

    static Tensor like(Tensor x, long... shape) {
        return torch.empty(shape, x.options(), new MemoryFormatOptional());
    }

    static List<Double> floats(float[] values) {
        Double[] list = new Double[values.length];
        for (int i = 0; i < values.length; i++) {
            list[i] = (double) values[i];
        }
        return List.of(list);
    }
}
