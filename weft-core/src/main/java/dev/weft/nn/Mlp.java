package dev.weft.nn;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.space.Dim;
import dev.weft.weight.Init;
import dev.weft.weight.Weights;

/** The two-layer network of a transformer block, by what is between its layers. Weights are named as in timm. */
public enum Mlp {
    @JsonProperty("relu")
    RELU(Activation.RELU),
    @JsonProperty("gelu")
    GELU(Activation.GELU),
    @JsonProperty("gelu-tanh")
    GELU_TANH(Activation.GELU_TANH),
    @JsonProperty("silu")
    SILU(Activation.SILU),
    /** Three matrices: see {@link SwiGlu}. */
    @JsonProperty("swiglu")
    SWIGLU(null);

    private final Activation activation; // null where the network has a gate

    Mlp(Activation activation) {
        this.activation = activation;
    }

    /**
     * The network, x (…, C) to (…, C).
     *
     * @param outputInit of the last product, which ends in the residual stream
     */
    public Layer of(Weights weights, String name, Dim features, Dim hidden, boolean bias, Init init, Init outputInit) {
        return activation == null
                ? new SwiGlu(weights, name, features, hidden, bias, init, outputInit)
                : new Linear(weights, name + ".fc1", features, hidden, init, bias)
                        .then(activation)
                        .then(new Linear(weights, name + ".fc2", hidden, features, outputInit, bias));
    }
}
