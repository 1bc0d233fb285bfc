package dev.weft.nn;

import dev.weft.ops.NormOps;
import dev.weft.space.Dim;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import org.bytedeco.pytorch.Tensor;

/** Layer norm over the last axis of x (…, C), the member's width only, with or without a scale and a shift. */
public final class LayerNorm implements Layer {
    private static final double EPSILON = 1e-6;

    private final Weight weight; // null for a norm without scale
    private final Weight bias; // null for a norm without shift
    private final double epsilon;

    /** A layer norm as vision transformers have it: ε is 1e-6, and there is a bias. */
    public LayerNorm(Weights weights, String name, Dim features) {
        this(weights, name, features, Norm.layer(EPSILON));
    }

    LayerNorm(Weights weights, String name, Dim features, Norm form) {
        this.weight = form.scale() ? weights.weight(name + ".weight", Init.ones(), Axis.prefix(features)) : null;
        this.bias = form.shift() ? weights.weight(name + ".bias", Init.zeros(), Axis.prefix(features)) : null;
        this.epsilon = form.epsilon();
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor shift = bias == null ? null : bias.tensor(pass.reading());
        return weight == null
                ? NormOps.layerNorm(x, null, shift, epsilon)
                : weight.layerNorm(x, shift, epsilon, pass.reading());
    }
}
