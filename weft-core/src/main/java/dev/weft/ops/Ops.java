package dev.weft.ops;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The operations of forward passes. Each returns a new tensor that belongs to the caller's {@code PointerScope}, changes none of
 * its inputs, is differentiable, and reports itself to the active {@link Recorder}.
 *
 * <p>Tensors on the {@code meta} device have a shape and no data; every operation accepts them, so that a forward pass can be
 * counted without computing it. Where libtorch has no meta kernel in its C++ part, the shape is worked out here.
 *
 * <p>Attention and normalisation report one operation each, whatever kernels they run.
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

    /** {@code y = x Wᵀ + b}: x (…, in), weight (out, in), bias (out) or {@code null}; returns (…, out). */
    public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        Tensor y = isOneRow(x, weight) ? row(x, weight, bias) : torch.linear(x, weight, optional(bias));
        return ran(Op.LINEAR, y, Map.of(), x, weight, bias);
    }

    /** Says whether {@code x} is one row; not under autocast, which knows {@code linear} and would leave this in float32. */
    private static boolean isOneRow(Tensor x, Tensor weight) {
        return !x.is_meta() && x.numel() == weight.size(1) && !torch.is_autocast_enabled(DeviceType.CPU);
    }

    /** One row, such as the next token of a text, as a matrix-vector product: libtorch would copy the matrix to multiply by it. */
    private static Tensor row(Tensor x, Tensor weight, Tensor bias) {
        long[] shape = x.shape();
        shape[shape.length - 1] = weight.size(0);
        Tensor vector = x.reshape(-1);
        Tensor y = bias == null ? weight.mv(vector) : torch.addmv(bias, weight, vector);
        return y.reshape(shape);
    }

    /**
     * Square-kernel convolution with zero padding: x (B, C, H, W), weight (out, C / groups, k, k), bias (out) or {@code null};
     * returns (B, out, H', W') with H' = (H + 2 padding - dilation (k - 1) - 1) / stride + 1.
     *
     * @param dilation how far apart the pixels are that a kernel reads; 1 for neighbours
     */
    public static Tensor conv2d(
            Tensor x, Tensor weight, Tensor bias, int stride, int padding, int dilation, int groups) {
        Tensor y;
        if (x.is_meta()) {
            long k = dilation * (weight.size(2) - 1) + 1;
            y = like(
                    x,
                    x.size(0),
                    weight.size(0),
                    (x.size(2) + 2L * padding - k) / stride + 1,
                    (x.size(3) + 2L * padding - k) / stride + 1);
        } else {
            y = torch.conv2d(
                    x,
                    weight,
                    optional(bias),
                    new long[] {stride, stride},
                    new long[] {padding, padding},
                    new long[] {dilation, dilation},
                    groups);
        }
        return ran(
                Op.CONV2D,
                y,
                Map.of("stride", stride, "padding", padding, "dilation", dilation, "groups", groups),
                x,
                weight,
                bias);
    }

    /**
     * Batch norm with given statistics: x (B, C, H, W); mean, variance, weight and bias (C), the last two {@code null} for a norm
     * that does not scale and shift. Not for training: there the
     * statistics come from the batch, see {@link #batchNormOfBatch}.
     */
    public static Tensor batchNorm(Tensor x, Tensor mean, Tensor variance, Tensor weight, Tensor bias, double epsilon) {
        Tensor y = x.is_meta()
                ? like(x, x.shape())
                : torch.batch_norm(
                        x,
                        optional(weight),
                        optional(bias),
                        optional(mean),
                        optional(variance),
                        false,
                        0,
                        epsilon,
                        false);
        return ran(Op.BATCH_NORM, y, Map.of("epsilon", epsilon), x, mean, variance, weight, bias);
    }

    /**
     * Batch norm with the statistics of this batch. When {@code mean} and {@code variance} (C) are not {@code null} they are
     * moved in place towards the batch's by {@code momentum} (the variance as the unbiased estimate). A training operation:
     * it cannot be recorded.
     */
    public static Tensor batchNormOfBatch(
            Tensor x, Tensor mean, Tensor variance, Tensor weight, Tensor bias, double momentum, double epsilon) {
        if (RECORDER.get() != null) {
            throw new IllegalStateException(
                    "Batch norm over the batch cannot be recorded: give the pass a member's statistics.");
        }
        return torch.batch_norm(
                x,
                optional(weight),
                optional(bias),
                optional(mean),
                optional(variance),
                true,
                momentum,
                epsilon,
                false);
    }

    /** Layer norm over the last axis: x (…, C); weight (C), bias (C) or {@code null}. */
    public static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, double epsilon) {
        Tensor y = x.is_meta()
                ? like(x, x.shape())
                : torch.layer_norm(x, new long[] {x.size(-1)}, optional(weight), optional(bias), epsilon, false);
        return ran(Op.LAYER_NORM, y, Map.of("epsilon", epsilon), x, weight, bias);
    }

    /** Root-mean-square norm over the last axis, {@code x / √(mean(x²) + ε) · weight}: x (…, C); weight (C). */
    public static Tensor rmsNorm(Tensor x, Tensor weight, double epsilon) {
        Tensor y = x.is_meta()
                ? like(x, x.shape())
                : torch.rms_norm(x, new long[] {x.size(-1)}, optional(weight), new DoubleOptional(epsilon));
        return ran(Op.RMS_NORM, y, Map.of("epsilon", epsilon), x, weight);
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

    /** The exact GELU, {@code x · Φ(x)}. */
    public static Tensor gelu(Tensor x) {
        return ran(Op.GELU, torch.gelu(x), Map.of(), x);
    }

    public static Tensor sigmoid(Tensor x) {
        return ran(Op.SIGMOID, torch.sigmoid(x), Map.of(), x);
    }

    public static Tensor hardSigmoid(Tensor x) {
        return ran(Op.HARD_SIGMOID, torch.hardsigmoid(x), Map.of(), x);
    }

    /** Elementwise, with broadcasting. */
    public static Tensor add(Tensor left, Tensor right) {
        return ran(Op.ADD, left.add(right), Map.of(), left, right);
    }

    /** Elementwise, with broadcasting. */
    public static Tensor multiply(Tensor left, Tensor right) {
        return ran(Op.MULTIPLY, left.mul(right), Map.of(), left, right);
    }

    /** {@code (x / 255 - mean) / std} per channel: x (B, C, H, W) pixel values 0 to 255. */
    public static Tensor normalise(Tensor x, List<Double> mean, List<Double> std) {
        int channels = mean.size();
        float[] scale = new float[channels];
        float[] shift = new float[channels];
        for (int c = 0; c < channels; c++) {
            scale[c] = (float) (1 / (255 * std.get(c)));
            shift[c] = (float) (-mean.get(c) / std.get(c));
        }
        Tensor y = x.is_meta()
                ? like(x, x.shape())
                : x.mul(Tensor.create(scale, channels, 1, 1)).add(Tensor.create(shift, channels, 1, 1));
        return ran(Op.NORMALISE, y, Map.of("scale", floats(scale), "shift", floats(shift)), x);
    }

    /** Bilinear resize with half-pixel centres and no anti-aliasing: x (B, C, H, W) to (B, C, height, width). */
    public static Tensor resize(Tensor x, int height, int width) {
        Tensor y = torch.upsample_bilinear2d(x, new long[] {height, width}, false);
        return ran(Op.RESIZE, y, Map.of("height", height, "width", width), x);
    }

    /** Mean over the given axes, which are dropped unless {@code keep}. */
    public static Tensor mean(Tensor x, List<Integer> axes, boolean keep) {
        long[] dims = axes.stream().mapToLong(Integer::longValue).toArray();
        Tensor y = torch.mean(x, dims, keep, new ScalarTypeOptional());
        return ran(Op.MEAN, y, Map.of("axes", axes, "keep", keep ? 1 : 0), x);
    }

    /** The greatest of each {@code size}×{@code size} pixels: x (B, C, H, W) to (B, C, H / size, W / size), what is left over dropped. */
    public static Tensor maxPool2d(Tensor x, int size) {
        long[] window = {size, size};
        Tensor y = x.is_meta()
                ? like(x, x.size(0), x.size(1), x.size(2) / size, x.size(3) / size)
                : torch.max_pool2d(x, window, window, new long[] {0, 0}, new long[] {1, 1}, false);
        return ran(Op.MAX_POOL, y, Map.of("size", size), x);
    }

    /**
     * The mean of each {@code size}×{@code size} pixels, those outside the image not counted: x (B, C, H, W) to (B, C, H', W') with
     * H' = (H + 2 padding - size) / stride + 1.
     */
    public static Tensor averagePool2d(Tensor x, int size, int stride, int padding) {
        Tensor y = x.is_meta()
                ? like(
                        x,
                        x.size(0),
                        x.size(1),
                        (x.size(2) + 2L * padding - size) / stride + 1,
                        (x.size(3) + 2L * padding - size) / stride + 1)
                : torch.avg_pool2d(
                        x,
                        new long[] {size, size},
                        new long[] {stride, stride},
                        new long[] {padding, padding},
                        false,
                        false,
                        new LongOptional());
        return ran(Op.AVERAGE_POOL, y, Map.of("size", size, "stride", stride, "padding", padding), x);
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

    /**
     * Scaled dot-product attention: query (B, nh, T, hd), key and value (B, nh, S, hd); returns (B, nh, T, hd). Scores are
     * divided by √hd.
     */
    public static Tensor attention(Tensor query, Tensor key, Tensor value) {
        Tensor y = query.is_meta()
                ? like(query, query.shape())
                : torch.scaled_dot_product_attention(
                        query, key, value, new TensorOptional(), 0, false, new DoubleOptional(), false);
        return ran(Op.ATTENTION, y, Map.of(), query, key, value);
    }

    /**
     * Scaled dot-product attention of the last T of S positions, each to itself and all before it: query (B, nh, T, hd), key and
     * value (B, nkv, S, hd) with S at least T and nkv a divisor of nh; returns (B, nh, T, hd). Consecutive query heads share a
     * key-value head: head h reads {@code h / (nh / nkv)}.
     */
    public static Tensor causalAttention(Tensor query, Tensor key, Tensor value) {
        long queries = query.size(2);
        long keys = key.size(2);
        if (queries > keys || query.size(1) % key.size(1) != 0) {
            throw new IllegalArgumentException(
                    "Causal attention must have at least as many keys as queries, and a number"
                            + " of heads that the key-value heads divide, but got query "
                            + Arrays.toString(query.shape())
                            + " and key " + Arrays.toString(key.shape()) + ".");
        }
        Tensor y;
        if (query.is_meta()) {
            y = like(query, query.shape());
        } else {
            boolean square = queries == keys;
            TensorOptional mask = square || queries == 1
                    ? new TensorOptional()
                    : new TensorOptional(torch.ones(new long[] {queries, keys}, new TensorOptions(ScalarType.Bool))
                            .tril(keys - queries));
            boolean grouped = query.size(1) != key.size(1);
            y = torch.scaled_dot_product_attention(query, key, value, mask, 0, square, new DoubleOptional(), grouped);
        }
        return ran(Op.CAUSAL_ATTENTION, y, Map.of(), query, key, value);
    }

    /**
     * Rotary positions (Su et al. 2021): x (B, nh, T, hd), the tokens {@code first} to {@code first + T} of a sequence. Each pair
     * of entries (2i, 2i + 1) is turned by the angle {@code position · base^(-2i / hd)}; hd must be even.
     */
    public static Tensor rotary(Tensor x, int first, double base) {
        if (x.size(3) % 2 != 0) {
            throw new IllegalArgumentException(
                    "Rotary positions turn pairs, so the width of a head must be even, but it is " + x.size(3) + ".");
        }
        float[] frequencies = frequencies((int) x.size(3), base);
        Tensor y = x.is_meta() ? like(x, x.shape()) : rotated(x, first, frequencies);
        return ran(Op.ROTARY, y, Map.of("first", first, "frequencies", floats(frequencies)), x);
    }

    private static Tensor rotated(Tensor x, int first, float[] frequencies) {
        Tensor positions = torch.arange(new Scalar((double) first), new Scalar((double) first + x.size(2)));
        Tensor angles = torch.outer(positions, Tensor.create(frequencies, frequencies.length)); // (T, hd / 2)
        Tensor cos = angles.cos();
        Tensor sin = angles.sin();
        Tensor pairs = x.unflatten(3, new long[] {frequencies.length, 2});
        Tensor even = pairs.select(4, 0);
        Tensor odd = pairs.select(4, 1);
        TensorVector turned =
                new TensorVector(even.mul(cos).sub(odd.mul(sin)), even.mul(sin).add(odd.mul(cos)));
        return torch.stack(turned, 4).flatten(3, 4);
    }

    /** {@code base^(-2i / headDim)} for each pair of a head. */
    private static float[] frequencies(int headDim, double base) {
        float[] frequencies = new float[headDim / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) Math.pow(base, -2.0 * i / headDim);
        }
        return frequencies;
    }

    /** Adds learned positions: x (B, T, C) and the rows {@code first} to {@code first + T} of table (positions, C). */
    public static Tensor addPositions(Tensor x, Tensor table, int first) {
        Tensor y = x.add(table.narrow(0, first, x.size(1)));
        return ran(Op.ADD_POSITIONS, y, Map.of("first", first), x, table);
    }

    /** Puts a token (1, 1, C) before the sequences x (B, T, C); returns (B, T + 1, C). */
    public static Tensor prependToken(Tensor token, Tensor x) {
        Tensor y = torch.cat(new TensorVector(token.expand(x.size(0), 1, token.size(2)), x), 1);
        return ran(Op.PREPEND_TOKEN, y, Map.of(), token, x);
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
        Tensor y = inputs[0].is_meta() ? like(inputs[0], operation.shape(all)) : operation.compute(all);
        return ran(Op.CUSTOM, y, Map.of("operation", operation), inputs);
    }

    /**
     * Zeroes each entry with probability {@code rate} and scales the others by {@code 1 / (1 - rate)}. At rate 0 it is the
     * input itself. A training operation: at other rates it cannot be recorded.
     */
    public static Tensor dropout(Tensor x, double rate) {
        return rate == 0 ? x : unrecorded("Dropout", torch.dropout(x, rate, true));
    }

    /**
     * Zeroes whole channels of x (B, C, …) with probability {@code rate} and scales the others by {@code 1 / (1 - rate)} (Tompson et
     * al. 2015). At rate 0 it is the input itself.
     */
    public static Tensor channelDropout(Tensor x, double rate) {
        return rate == 0 ? x : unrecorded("Dropout of channels", torch.feature_dropout(x, rate, true));
    }

    /**
     * Drop-connect (stochastic depth, Huang et al. 2016): zeroes whole examples of a residual branch (B, …) with probability
     * {@code rate} and scales the others by {@code 1 / (1 - rate)}. At rate 0 it is the input itself.
     */
    public static Tensor dropConnect(Tensor x, double rate) {
        if (rate == 0) {
            return x;
        }
        long[] shape = new long[(int) x.dim()];
        Arrays.fill(shape, 1);
        shape[0] = x.size(0);
        Tensor keep = like(x, shape);
        keep.bernoulli_(1 - rate, new GeneratorOptional());
        return unrecorded("Drop-connect", x.mul(keep).mul(new Scalar(1 / (1 - rate))));
    }

    private static Tensor unrecorded(String what, Tensor y) {
        if (RECORDER.get() != null) {
            throw new IllegalStateException(what + " cannot be recorded: record an evaluation pass.");
        }
        return y;
    }

    private static Tensor ran(Op op, Tensor output, Map<String, Object> attributes, Tensor... inputs) {
        Recorder recorder = RECORDER.get();
        if (recorder != null) {
            recorder.ran(op, output, Arrays.asList(inputs), attributes);
        }
        return output;
    }

    private static TensorOptional optional(Tensor tensor) {
        return tensor == null ? new TensorOptional() : new TensorOptional(tensor);
    }

    private static Tensor like(Tensor x, long... shape) {
        return torch.empty(shape, x.options(), new MemoryFormatOptional());
    }

    private static List<Double> floats(float[] values) {
        Double[] list = new Double[values.length];
        for (int i = 0; i < values.length; i++) {
            list[i] = (double) values[i];
        }
        return List.of(list);
    }
}
