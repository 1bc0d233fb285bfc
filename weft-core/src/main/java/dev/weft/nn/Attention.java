package dev.weft.nn;

import dev.weft.ops.Ops;
import dev.weft.space.Dim;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Multi-head self-attention: x (B, T, C) to (B, T, C). The stored {@code qkv} matrix is query, key and value over all heads of
 * the largest member, {@code (3 nh hd, C)}; a member reads the first heads of each, without a copy, as three products.
 */
public final class Attention implements Layer {
    private static final Init INIT = Init.truncatedNormal(0.02);

    private final int headDim;
    private final List<Linear> queryKeyValue;
    private final Linear projection;

    public Attention(Weights weights, String name, Dim embedDim, Dim numHeads, int headDim) {
        this.headDim = headDim;
        Dim inner = numHeads.times(headDim);
        this.queryKeyValue = List.of(
                part(weights, name, 0, inner, embedDim),
                part(weights, name, 1, inner, embedDim),
                part(weights, name, 2, inner, embedDim));
        this.projection = new Linear(weights, name + ".proj", inner, embedDim, INIT);
    }

    private static Linear part(Weights weights, String name, int part, Dim inner, Dim embedDim) {
        Weight weight = weights.weight(
                name + ".qkv.weight", INIT, Axis.part(part, 3, inner).whole(), Axis.prefix(embedDim));
        Weight bias = weights.weight(
                name + ".qkv.bias", Init.zeros(), Axis.part(part, 3, inner).whole());
        return new Linear(weight, bias);
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor mixed = Ops.attention(heads(0, x, pass), heads(1, x, pass), heads(2, x, pass)); // (B, nh, T, hd)
        return projection.forward(Ops.flatten(Ops.transpose(mixed, 1, 2), 2), pass);
    }

    private Tensor heads(int part, Tensor x, Pass pass) {
        Tensor features = queryKeyValue.get(part).forward(x, pass); // (B, T, nh hd)
        return Ops.transpose(Ops.unflatten(features, 2, List.of(-1, headDim)), 1, 2);
    }
}
