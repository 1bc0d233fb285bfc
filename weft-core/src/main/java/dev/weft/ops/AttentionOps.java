package dev.weft.ops;

import java.util.Arrays;
import java.util.Map;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Attention and what tells it the order of tokens. Each form of attention reports one operation, whatever kernels it runs. What is said
 * of all operations at {@link Ops} holds here.
 */
public final class AttentionOps {
    static {
        Libtorch.load();
    }

    private AttentionOps() {}

    /** {@link #attention(Tensor, Tensor, Tensor, Tensor, double)} of every position to all, scores divided by √hd. */
    public static Tensor attention(Tensor query, Tensor key, Tensor value) {
        return attention(query, key, value, null, scale(query));
    }

    /**
     * Scaled dot-product attention: query (B, nh, T, hd), key and value (B, nkv, S, hd) with nkv a divisor of nh; returns (B, nh, T, hd).
     * Consecutive query heads share a key-value head: head h reads {@code h / (nh / nkv)}.
     *
     * @param mask broadcast to (B, nh, T, S): of booleans, which say what a query sees, at least one key each; or of numbers, which are
     *     added to the scores; or {@code null}
     * @param scale what scores are multiplied by: 1 / √hd, or 1 where query and key have a length of their own
     */
    public static Tensor attention(Tensor query, Tensor key, Tensor value, Tensor mask, double scale) {
        requireHeads(query, key, "Attention");
        Tensor y = query.is_meta()
                ? Ops.like(query, query.shape())
                : attend(query, key, value, Ops.optional(mask), false, scale);
        return Ops.ran(Op.ATTENTION, y, Map.of("scale", scale), query, key, value, mask);
    }

    /** {@link #causalAttention(Tensor, Tensor, Tensor, Tensor, double)} without a mask, scores divided by √hd. */
    public static Tensor causalAttention(Tensor query, Tensor key, Tensor value) {
        return causalAttention(query, key, value, null, scale(query));
    }

    /**
     * Scaled dot-product attention of the last T of S positions, each to itself and all before it: query (B, nh, T, hd), key and
     * value (B, nkv, S, hd) with S at least T and nkv a divisor of nh, whose heads are shared as in
     * {@link #attention(Tensor, Tensor, Tensor, Tensor, double)}; returns (B, nh, T, hd).
     *
     * @param mask hides more, as there; or {@code null}
     */
    public static Tensor causalAttention(Tensor query, Tensor key, Tensor value, Tensor mask, double scale) {
        long queries = query.size(2);
        long keys = key.size(2);
        requireHeads(query, key, "Causal attention");
        if (queries > keys) {
            throw new IllegalArgumentException(
                    "Causal attention must have at least as many keys as queries, but got query "
                            + Arrays.toString(query.shape()) + " and key " + Arrays.toString(key.shape()) + ".");
        }
        Tensor y;
        if (query.is_meta()) {
            y = Ops.like(query, query.shape());
        } else {
            boolean square = queries == keys && mask == null;
            Tensor seen = square || queries == 1 ? mask : seen(mask, query, keys);
            y = attend(query, key, value, Ops.optional(seen), square, scale);
        }
        return Ops.ran(Op.CAUSAL_ATTENTION, y, Map.of("scale", scale), query, key, value, mask);
    }

    /** What the last of {@code keys} positions see, of what a mask leaves them. */
    private static Tensor seen(Tensor mask, Tensor query, long keys) {
        long queries = query.size(2);
        Tensor before = torch.ones(new long[] {queries, keys}, on(query, ScalarType.Bool))
                .tril(keys - queries);
        if (mask == null) {
            return before;
        }
        return mask.scalar_type().intern() == ScalarType.Bool
                ? mask.logical_and(before)
                : mask.masked_fill(before.logical_not(), new Scalar(Double.NEGATIVE_INFINITY));
    }

    /** A mask for attention, where {@code like} is; it belongs to the caller's scope. */
    public static Tensor mask(boolean[] seen, Tensor like, long... shape) {
        byte[] bytes = new byte[seen.length];
        for (int i = 0; i < seen.length; i++) {
            bytes[i] = (byte) (seen[i] ? 1 : 0);
        }
        return Tensor.create(bytes, shape).to(like.device(), ScalarType.Bool);
    }

    /** Positions or indices of int64, where {@code like} is; they belong to the caller's scope. */
    public static Tensor indices(long[] values, Tensor like, long... shape) {
        return Devices.beside(Tensor.create(values, shape), like);
    }

    private static Tensor attend(
            Tensor query, Tensor key, Tensor value, TensorOptional mask, boolean causal, double scale) {
        boolean grouped = query.size(1) != key.size(1);
        return torch.scaled_dot_product_attention(
                query, key, value, mask, 0, causal, new DoubleOptional(scale), grouped);
    }

    private static void requireHeads(Tensor query, Tensor key, String what) {
        if (query.size(1) % key.size(1) != 0) {
            throw new IllegalArgumentException(
                    what + " must have a number of heads that the key-value heads divide, but got query "
                            + Arrays.toString(query.shape()) + " and key " + Arrays.toString(key.shape()) + ".");
        }
    }

    private static double scale(Tensor query) {
        return 1 / Math.sqrt(query.size(3));
    }

    /** The place of x, with numbers of a type. */
    private static TensorOptions on(Tensor x, ScalarType type) {
        return new TensorOptions(type).device(new DeviceOptional(x.device()));
    }

    /**
     * Rotary positions (Su et al. 2021): x (B, nh, T, hd), the tokens {@code first} to {@code first + T} of a sequence. Each pair
     * of entries (2i, 2i + 1) is turned by the angle {@code position · base^(-2i / hd)}; hd must be even.
     */
    public static Tensor rotary(Tensor x, int first, double base) {
        float[] frequencies = frequencies(x, base);
        Tensor y = x.is_meta() ? Ops.like(x, x.shape()) : rotated(x, counted(x, first), frequencies);
        return Ops.ran(Op.ROTARY, y, Map.of("first", first, "frequencies", Ops.floats(frequencies)), x, null);
    }

    /** The same, with the position of every token: positions (T), or (B, T) where rows of the batch are at different places, of int64. */
    public static Tensor rotary(Tensor x, Tensor positions, double base) {
        float[] frequencies = frequencies(x, base);
        Tensor y;
        if (x.is_meta()) {
            y = Ops.like(x, x.shape());
        } else {
            Tensor each = positions.to(angles(x));
            y = rotated(x, positions.dim() == 2 ? each.unsqueeze(1) : each, frequencies); // (B, 1, T) or (T)
        }
        return Ops.ran(Op.ROTARY, y, Map.of("first", 0, "frequencies", Ops.floats(frequencies)), x, positions);
    }

    private static Tensor counted(Tensor x, int first) {
        return torch.arange(new Scalar((double) first), new Scalar((double) first + x.size(2)), on(x, angles(x)));
    }

    /** Angles are computed in float32, but for x in float64. */
    private static ScalarType angles(Tensor x) {
        return x.scalar_type().intern() == ScalarType.Double ? ScalarType.Double : ScalarType.Float;
    }

    /** @param positions (…, T), which broadcasts to (B, nh, T) */
    private static Tensor rotated(Tensor x, Tensor positions, float[] frequencies) {
        Tensor each = Tensor.create(frequencies, frequencies.length).to(positions.device(), angles(x));
        Tensor angles = positions.unsqueeze(-1).mul(each); // (…, T, hd / 2)
        Tensor cos = angles.cos();
        Tensor sin = angles.sin();
        Tensor pairs = x.unflatten(3, new long[] {frequencies.length, 2});
        Tensor even = pairs.select(4, 0);
        Tensor odd = pairs.select(4, 1);
        TensorVector turned =
                new TensorVector(even.mul(cos).sub(odd.mul(sin)), even.mul(sin).add(odd.mul(cos)));
        return torch.stack(turned, 4).flatten(3, 4);
    }

    /** {@code base^(-2i / hd)} for each pair of a head. */
    private static float[] frequencies(Tensor x, double base) {
        int width = (int) x.size(3);
        if (width % 2 != 0) {
            throw new IllegalArgumentException(
                    "Rotary positions turn pairs, so the width of a head must be even, but it is " + width + ".");
        }
        float[] frequencies = new float[width / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) Math.pow(base, -2.0 * i / width);
        }
        return frequencies;
    }

    /** Adds learned positions: x (B, T, C) and the rows {@code first} to {@code first + T} of table (positions, C). */
    public static Tensor addPositions(Tensor x, Tensor table, int first) {
        Tensor y = x.add(table.narrow(0, first, x.size(1)));
        return Ops.ran(Op.ADD_POSITIONS, y, Map.of("first", first), x, table);
    }

    /** Puts a token (1, 1, C) before the sequences x (B, T, C); returns (B, T + 1, C). */
    public static Tensor prependToken(Tensor token, Tensor x) {
        Tensor y = torch.cat(new TensorVector(token.expand(x.size(0), 1, token.size(2)), x), 1);
        return Ops.ran(Op.PREPEND_TOKEN, y, Map.of(), token, x);
    }
}
