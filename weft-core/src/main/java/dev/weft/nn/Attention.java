package dev.weft.nn;

import dev.weft.ops.AttentionOps;
import dev.weft.ops.NormOps;
import dev.weft.ops.Ops;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.weight.Axis;
import dev.weft.weight.Gate;
import dev.weft.weight.Init;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Multi-head attention: x (B, T, C) to (B, T, C). Keys and values are made of x itself or, in cross-attention, of the pass's memory
 * (B, S, M).
 *
 * <p>The stored {@code qkv} matrix is query, key and value over all heads of the largest member; a member reads the first rows of each.
 * Where heads share keys and values (grouped-query attention, Ainslie et al. 2023), and in cross-attention, the latter two lie in
 * {@code kv} and the query in {@code q}; or each lies in a matrix of its own.
 *
 * <pre>
 *   width of a head   rows of q   what a member's number of heads changes
 *   fixed             nh · hd     the rows it reads: the first heads, each as it is
 *   split             C           how its C rows are cut: another function of the same weights, so a gate
 * </pre>
 *
 * <p>Where the gate shares out several numbers of heads, attention runs once for each and the outcomes are mixed before the
 * projection: {@code y = W Σ part_h · attention_h(q, k, v)}.
 */
public final class Attention implements Layer {
    private static final Init INIT = Init.truncatedNormal(0.02);
    /** Of queries and keys of length one: the first and the greatest logarithm of what their products are multiplied by (VAR). */
    private static final float FIRST_SCALE = (float) Math.log(4);

    private static final double MOST_SCALE = Math.log(100);
    private static final double LENGTH_EPSILON = 1e-12;

    /** Which of the products of query, key and value have a bias; the projection has one unless none has. */
    public enum Biases {
        NONE,
        ALL,
        /** A key's bias would add the same to all scores of a query: BEiT and VAR have none. */
        ALL_BUT_KEY
    }

    /** How query, key and value are stored. */
    public enum Products {
        /** End to end in one matrix, or two where there are fewer keys than queries. */
        TOGETHER,
        /** A matrix each. */
        APART
    }

    /** What a query's score of a key is. */
    public enum Score {
        /** Their product over √hd. */
        SCALED_DOT,
        /** The product of both over their lengths, times a learned scale for each head, at most 100. */
        COSINE
    }

    /**
     * How heads are cut and what each position sees.
     *
     * @param headDim width of a head; 0 where the heads split the embedding width among them
     * @param groupSize how many heads share one key and value; 1 where each has its own
     * @param causal whether a position sees only itself and those before it
     * @param rotaryBase of rotary positions; 0 where there are none
     * @param score of a key
     */
    public record Form(
            int headDim,
            int groupSize,
            boolean causal,
            double rotaryBase,
            Biases biases,
            Products products,
            Score score) {
        public Form {
            if (headDim == 0 && score == Score.COSINE) {
                throw new IllegalArgumentException("A learned scale for each head must have heads of a fixed width.");
            }
        }

        /** Scaled products of query, key and value that are stored together. */
        public Form(int headDim, int groupSize, boolean causal, double rotaryBase, boolean bias) {
            this(
                    headDim,
                    groupSize,
                    causal,
                    rotaryBase,
                    bias ? Biases.ALL : Biases.NONE,
                    Products.TOGETHER,
                    Score.SCALED_DOT);
        }

        /** The form in vision transformers: each position sees all, and heads have a fixed width. */
        public static Form bidirectional(int headDim) {
            return new Form(headDim, 1, false, 0, true);
        }
    }

    private final String name;
    private final Form form;
    private final boolean cross;
    private final Gate heads; // null where their width is fixed: then the rows that a member reads say how many
    private final List<Linear> queryKeyValue;
    private final Weight scale; // of each head, as a logarithm; null where scores are divided by √hd
    private final Linear projection;

    public Attention(Weights weights, String name, Dim embedDim, Dim numHeads, int headDim) {
        this(weights, name, embedDim, numHeads, Form.bidirectional(headDim), INIT);
    }

    /**
     * Self-attention.
     *
     * @param numHeads a multiple of the group size, for every member; in the split form a divisor of the embedding width
     * @param projectionInit of the last product, which ends in the residual stream
     */
    public Attention(Weights weights, String name, Dim embedDim, Dim numHeads, Form form, Init projectionInit) {
        this(weights, name, embedDim, null, numHeads, form, projectionInit);
    }

    /**
     * Cross-attention to the pass's memory.
     *
     * @param memoryDim its width; {@code null} for self-attention
     */
    Attention(Weights weights, String name, Dim embedDim, Dim memoryDim, Dim numHeads, Form form, Init projectionInit) {
        this.name = name;
        this.form = form;
        this.cross = memoryDim != null;
        boolean split = form.headDim == 0;
        this.heads = split ? weights.gate(name + ".heads", numHeads) : null;
        Dim inner = split ? embedDim : numHeads.times(form.headDim);
        Dim shared = form.groupSize == 1
                ? inner
                : inner.scaled(new Choice<>(name + ".kv", List.of(1.0 / form.groupSize)), 1);
        Dim read = cross ? memoryDim : embedDim;
        Parts parts = new Parts(weights, name, form.biases, !split);
        if (form.products == Products.APART) {
            this.queryKeyValue = List.of(
                    parts.query("q", Axis.prefix(inner), embedDim),
                    parts.key("k", Axis.prefix(shared), read),
                    parts.value("v", Axis.prefix(shared), read));
        } else if (form.groupSize == 1 && !cross) {
            this.queryKeyValue = List.of(
                    parts.query("qkv", Axis.part(0, 3, inner), embedDim),
                    parts.key("qkv", Axis.part(1, 3, inner), embedDim),
                    parts.value("qkv", Axis.part(2, 3, inner), embedDim));
        } else {
            this.queryKeyValue = List.of(
                    parts.query("q", Axis.prefix(inner), embedDim),
                    parts.key("kv", Axis.part(0, 2, shared), read),
                    parts.value("kv", Axis.part(1, 2, shared), read));
        }
        this.scale = form.score == Score.COSINE
                ? weights.weight(
                        name + ".scale",
                        Init.constant(FIRST_SCALE),
                        Axis.prefix(numHeads),
                        Axis.fixed(1),
                        Axis.fixed(1))
                : null;
        this.projection =
                new Linear(weights, name + ".proj", inner, embedDim, projectionInit, form.biases != Biases.NONE);
    }

    /**
     * Makes query, key and value.
     *
     * @param whole whether a blend reads all rows: heads are then weighed by the projection, each as it is
     */
    private record Parts(Weights weights, String name, Biases biases, boolean whole) {
        Linear query(String suffix, Axis part, Dim in) {
            return product(suffix, part, in, biases == Biases.ALL_BUT_KEY ? "q_bias" : suffix + ".bias");
        }

        Linear key(String suffix, Axis part, Dim in) {
            return product(suffix, part, in, biases == Biases.ALL_BUT_KEY ? null : suffix + ".bias");
        }

        Linear value(String suffix, Axis part, Dim in) {
            return product(suffix, part, in, biases == Biases.ALL_BUT_KEY ? "v_bias" : suffix + ".bias");
        }

        /** @param bias the name of the bias, which lies by itself where the key has none; {@code null} for none */
        private Linear product(String suffix, Axis part, Dim in, String bias) {
            Axis rows = whole ? part.whole() : part;
            Weight weight = weights.weight(name + "." + suffix + ".weight", INIT, rows, Axis.prefix(in));
            if (biases == Biases.NONE || bias == null) {
                return new Linear(weight, null);
            }
            Axis shifted = biases == Biases.ALL ? rows : rows.alone();
            return new Linear(weight, weights.weight(name + "." + bias, Init.zeros(), shifted));
        }
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor read = cross ? pass.context().memory() : x;
        if (read == null) {
            throw new IllegalArgumentException("Attention " + name + " must be given a memory, but the pass has none.");
        }
        List<Tensor> features = List.of(
                queryKeyValue.get(0).forward(x, pass),
                queryKeyValue.get(1).forward(read, pass),
                queryKeyValue.get(2).forward(read, pass));
        if (heads == null) {
            int count = (int) features.get(0).size(2) / form.headDim;
            return projection.forward(attend(features, count, pass), pass);
        }
        Tensor mixed = null;
        for (Gate.Share share : heads.shares(pass.reading())) {
            Tensor one = attend(features, share.value(), pass);
            Tensor part = share.part() == null ? one : Ops.multiply(one, share.part());
            mixed = mixed == null ? part : Ops.add(mixed, part);
        }
        return projection.forward(mixed, pass);
    }

    /** (B, T, inner): query, key and value cut into so many heads. */
    private Tensor attend(List<Tensor> features, int count, Pass pass) {
        TokenContext context = pass.context();
        Tensor query = heads(features.get(0), count); // (B, nh, T, hd)
        Tensor key = heads(features.get(1), count / form.groupSize); // (B, nkv, S, hd)
        Tensor value = heads(features.get(2), count / form.groupSize);
        double factor = 1 / Math.sqrt(query.size(3));
        if (scale != null) {
            Tensor learned = Ops.exp(Ops.atMost(scale.tensor(pass.reading()), MOST_SCALE)); // (nh, 1, 1)
            query = Ops.multiply(NormOps.l2Normalise(query, LENGTH_EPSILON), learned);
            key = NormOps.l2Normalise(key, LENGTH_EPSILON);
            factor = 1;
        }
        query = turned(query, context.positions(), pass);
        key = turned(key, cross ? context.memoryPositions() : context.positions(), pass);
        return Ops.flatten(Ops.transpose(attended(query, key, value, factor, pass), 1, 2), 2);
    }

    /** (B, nh, T, hd) of queries, keys and values; with a cache the keys are those of all positions so far. */
    private Tensor attended(Tensor query, Tensor key, Tensor value, double factor, Pass pass) {
        TokenContext context = pass.context();
        if (cross) {
            return AttentionOps.attention(query, key, value, context.memorySeen(), factor);
        }
        if (pass.cache() == null) {
            return form.causal
                    ? AttentionOps.causalAttention(query, key, value, context.seen(), factor)
                    : AttentionOps.attention(query, key, value, context.seen(), factor);
        }
        KeyValueCache.KeysAndValues all =
                pass.cache().append(name + "." + query.size(1), pass.member(), key, value); // (B, nkv, S, hd)
        if (form.causal && all.seen() == null) {
            return AttentionOps.causalAttention(query, all.keys(), all.values(), context.seen(), factor);
        }
        if (all.seen() != null && (context.seen() != null || !form.causal)) {
            throw new IllegalArgumentException(
                    "Rows at different places of a cache must be read by causal attention without a mask.");
        }
        return AttentionOps.attention(
                query, all.keys(), all.values(), all.seen() == null ? context.seen() : all.seen(), factor);
    }

    /** Turns heads (B, nh, T, hd) by their positions; those along each of several axes turn an equal part of a head. */
    private Tensor turned(Tensor x, List<Tensor> positions, Pass pass) {
        if (form.rotaryBase == 0) {
            return x;
        }
        if (positions == null) {
            return !cross && pass.rowsDiffer()
                    ? AttentionOps.rotary(x, pass.cache().positions(x), form.rotaryBase)
                    : AttentionOps.rotary(x, cross ? 0 : pass.firstPosition(), form.rotaryBase);
        }
        int part = (int) x.size(3) / positions.size();
        List<Tensor> turned = new ArrayList<>();
        for (int axis = 0; axis < positions.size(); axis++) {
            Tensor piece = positions.size() == 1 ? x : Ops.slice(x, 3, axis * part, part);
            turned.add(AttentionOps.rotary(piece, positions.get(axis), form.rotaryBase));
        }
        return turned.size() == 1 ? turned.get(0) : Ops.concatenate(turned, 3);
    }

    private static Tensor heads(Tensor features, int count) {
        return Ops.transpose(Ops.unflatten(features, 2, List.of(count, -1)), 1, 2);
    }
}
