package dev.weft.nn;

import dev.weft.space.Dim;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import org.bytedeco.pytorch.Tensor;

/** Root-mean-square norm (Zhang and Sennrich 2019) over the last axis of x (…, C), the member's width only; it has no shift. */
public final class RmsNorm implements Layer {
    private final Weight weight;
    private final double epsilon;

    public RmsNorm(Weights weights, String name, Dim features, double epsilon) {
        this.weight = weights.weight(name + ".weight", Init.ones(), Axis.prefix(features));
        this.epsilon = epsilon;
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return weight.rmsNorm(x, epsilon, pass.reading());
    }
}
