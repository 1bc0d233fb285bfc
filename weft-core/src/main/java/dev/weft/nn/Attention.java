package dev.weft.nn;

import dev.weft.ops.AttentionOps;
import dev.weft.ops.Ops;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.weight.Axis;
import dev.weft.weight.Gate;
import dev.weft.weight.Init;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Multi-head self-attention: x (B, T, C) to (B, T, C). The stored {@code qkv} matrix is query, key and value over all heads of
 * the largest member; a member reads the first rows of each, without a copy, as three products. Where heads share keys and values
 * (grouped-query attention, Ainslie et al. 2023) the smaller two lie in {@code kv} and the query in {@code q}.
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

    /**
     * How heads are cut and what each position sees.
     *
     * @param headDim width of a head; 0 where the heads split the embedding width among them
     * @param groupSize how many heads share one key and value; 1 where each has its own
     * @param causal whether a position sees only itself and those before it
     * @param rotaryBase of rotary positions; 0 where there are none
     * @param bias whether the four products have one
     */
    public record Form(int headDim, int groupSize, boolean causal, double rotaryBase, boolean bias) {
        /** The form in vision transformers: each position sees all, and heads have a fixed width. */
        public static Form bidirectional(int headDim) {
            return new Form(headDim, 1, false, 0, true);
        }
    }

    private final String name;
    private final Form form;
    private final Gate heads; // null where their width is fixed: then the rows that a member reads say how many
    private final List<Linear> queryKeyValue;
    private final Linear projection;

    public Attention(Weights weights, String name, Dim embedDim, Dim numHeads, int headDim) {
        this(weights, name, embedDim, numHeads, Form.bidirectional(headDim), INIT);
    }

    /**
     * @param numHeads a multiple of the group size, for every member; in the split form a divisor of the embedding width
     * @param projectionInit of the last product, which ends in the residual stream
     */
    public Attention(Weights weights, String name, Dim embedDim, Dim numHeads, Form form, Init projectionInit) {
        this.name = name;
        this.form = form;
        boolean split = form.headDim == 0;
        this.heads = split ? weights.gate(name + ".heads", numHeads) : null;
        Dim inner = split ? embedDim : numHeads.times(form.headDim);
        Products products = new Products(weights, name, embedDim, form.bias, !split);
        if (form.groupSize == 1) {
            this.queryKeyValue = List.of(
                    products.of("qkv", Axis.part(0, 3, inner)),
                    products.of("qkv", Axis.part(1, 3, inner)),
                    products.of("qkv", Axis.part(2, 3, inner)));
        } else {
            Dim shared = inner.scaled(new Choice<>(name + ".kv", List.of(1.0 / form.groupSize)), 1);
            this.queryKeyValue = List.of(
                    products.of("q", Axis.prefix(inner)),
                    products.of("kv", Axis.part(0, 2, shared)),
                    products.of("kv", Axis.part(1, 2, shared)));
        }
        this.projection = new Linear(weights, name + ".proj", inner, embedDim, projectionInit, form.bias);
    }

    /**
     * Makes the products that read x.
     *
     * @param whole whether a blend reads all rows: heads are then weighed by the projection, each as it is
     */
    private record Products(Weights weights, String name, Dim embedDim, boolean bias, boolean whole) {
        Linear of(String suffix, Axis part) {
            Axis rows = whole ? part.whole() : part;
            String full = name + "." + suffix;
            Weight weight = weights.weight(full + ".weight", INIT, rows, Axis.prefix(embedDim));
            return new Linear(weight, bias ? weights.weight(full + ".bias", Init.zeros(), rows) : null);
        }
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        List<Tensor> features =
                queryKeyValue.stream().map(product -> product.forward(x, pass)).toList();
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
        Tensor query = turned(heads(features.get(0), count), pass); // (B, nh, T, hd)
        Tensor key = turned(heads(features.get(1), count / form.groupSize), pass); // (B, nkv, T, hd)
        Tensor value = heads(features.get(2), count / form.groupSize);
        if (pass.cache() != null) {
            KeyValueCache.KeysAndValues all =
                    pass.cache().append(name + "." + count, pass.member(), key, value); // (B, nkv, S, hd)
            key = all.keys();
            value = all.values();
        }
        Tensor attended = form.causal
                ? AttentionOps.causalAttention(query, key, value)
                : AttentionOps.attention(query, key, value);
        return Ops.flatten(Ops.transpose(attended, 1, 2), 2);
    }

    private Tensor turned(Tensor x, Pass pass) {
        return form.rotaryBase == 0 ? x : AttentionOps.rotary(x, pass.firstPosition(), form.rotaryBase);
    }

    private static Tensor heads(Tensor features, int count) {
        return Ops.transpose(Ops.unflatten(features, 2, List.of(count, -1)), 1, 2);
    }
}
