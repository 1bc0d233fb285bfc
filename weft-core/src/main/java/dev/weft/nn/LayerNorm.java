package dev.weft.nn;

import dev.weft.space.Dim;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import org.bytedeco.pytorch.Tensor;

/** Layer norm over the last axis of x (…, C), the member's width only. */
public final class LayerNorm implements Layer {
    private static final double EPSILON = 1e-6;

    private final Weight weight;
    private final Weight bias;

    public LayerNorm(Weights weights, String name, Dim features) {
        this.weight = weights.weight(name + ".weight", Init.ones(), Axis.prefix(features));
        this.bias = weights.weight(name + ".bias", Init.zeros(), Axis.prefix(features));
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return weight.layerNorm(x, bias.tensor(pass.member()), EPSILON, pass.member());
    }
}
