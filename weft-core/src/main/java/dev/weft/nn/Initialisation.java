package dev.weft.nn;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.weight.Init;

/**
 * How the convolutions of a network and the biases of its layers start. Before a batch norm the scale of a weight does not change what
 * a layer computes, but how fast it turns: a step of gradient descent moves its direction by the learning rate over its squared length.
 * Published results are repeated only from the published start.
 */
public enum Initialisation {
    /**
     * Convolutions normal with variance {@code 2 / fanOut}, fan-out being output channels × kernel area, of one group (He et al. 2015); biases
     * zero. The start of once-for-all and of other mobile networks.
     */
    @JsonProperty("he-fan-out")
    HE_FAN_OUT,
    /**
     * Convolutions and biases uniform in ± {@code 1 / sqrt(fanIn)}, which has the variance {@code 1 / (3 fanIn)}; fan-in is input channels
     * × kernel area, of one group. What PyTorch does unless it is told otherwise ({@code kaiming_uniform} with a = √5), hence the start of
     * published code that says nothing of it: NAS-Bench-201 (Dong and Yang 2020), PA&amp;DA (Lu et al. 2023), gradient matching (Hu et
     * al. 2022). With as many channels out as in, a sixth of the variance of {@link #HE_FAN_OUT}.
     */
    @JsonProperty("uniform-fan-in")
    UNIFORM_FAN_IN;

    /** @param groups of the convolution */
    Init kernel(int groups) {
        return this == HE_FAN_OUT ? Init.heFanOut(groups) : Init.uniformFanIn();
    }

    /** @param fanIn inputs that are summed for one output of the layer that the bias belongs to, at its largest size */
    Init bias(int fanIn) {
        return this == HE_FAN_OUT ? Init.zeros() : Init.uniform(1 / Math.sqrt(fanIn));
    }
}
