package dev.weft.nn;

import dev.weft.ops.Ops;
import dev.weft.space.Dim;
import dev.weft.weight.Weights;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Squeeze-and-excitation (Hu et al. 2018): x (B, C, H, W) scaled per channel by what its own means say. */
public final class SqueezeExcite implements Layer {
    private final Conv2d reduce;
    private final Conv2d expand;

    /** @param reduced the width between the two convolutions; it follows the member's channels */
    public SqueezeExcite(Weights weights, String name, Dim channels, Dim reduced) {
        this.reduce = Conv2d.pointwise(weights, name + ".conv_reduce", channels, reduced);
        this.expand = Conv2d.pointwise(weights, name + ".conv_expand", reduced, channels);
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor means = Ops.mean(x, List.of(2, 3), true);
        Tensor scale = Ops.sigmoid(expand.forward(Ops.relu(reduce.forward(means, pass)), pass));
        return Ops.multiply(x, scale);
    }
}
