package dev.weft.nn;

import dev.weft.ops.Ops;
import dev.weft.space.Dim;
import dev.weft.weight.Init;
import dev.weft.weight.Weights;
import org.bytedeco.pytorch.Tensor;

/**
 * The gated MLP of Llama (Shazeer 2020): {@code fc2(silu(fc1_g x) ⊙ fc1_x x)}, x (…, C) to (…, C), with three matrices where others
 * have two. Weights are named as in timm.
 */
public final class SwiGlu implements Layer {
    private final Linear gate;
    private final Linear value;
    private final Linear output;

    /** @param outputInit of the last product, which ends in the residual stream */
    public SwiGlu(Weights weights, String name, Dim features, Dim hidden, boolean bias, Init init, Init outputInit) {
        this.gate = new Linear(weights, name + ".fc1_g", features, hidden, init, bias);
        this.value = new Linear(weights, name + ".fc1_x", features, hidden, init, bias);
        this.output = new Linear(weights, name + ".fc2", hidden, features, outputInit, bias);
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return output.forward(Ops.multiply(Ops.silu(gate.forward(x, pass)), value.forward(x, pass)), pass);
    }
}
