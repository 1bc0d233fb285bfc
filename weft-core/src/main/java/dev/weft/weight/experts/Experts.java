package dev.weft.weight.experts;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import dev.weft.space.Space;
import dev.weft.weight.Sharing;
import dev.weft.weight.WeightNames;
import dev.weft.weight.Weights;
import dev.weft.weight.encoding.MemberEncoding;
import java.util.List;

/**
 * Several copies of each matching weight, mixed by a router that reads the member (Mixture-of-Supernets, Jawahar et al. 2024).
 *
 * @param pattern a regular expression, found in the names of the weights that get experts. A capturing group names what
 *     shares a layer-wise router; without one, each layer (a weight and its bias) has its own
 * @param count of experts
 * @param granularity of the mixture
 * @param routing soft or hard
 * @param hidden width of the router; 128 in the paper's code
 * @param layers of the router, 1 or more; 2 in the paper's code
 * @param encoding of the member into the router's input
 * @param fixedInput whether the router reads 0.5 everywhere instead: the ablation that has the parameters and not the
 *     knowledge of the member
 * @param start where the experts begin
 * @param plainWeights whether weights that have nothing elastic may match
 */
public record Experts(
        String pattern,
        int count,
        Granularity granularity,
        Routing routing,
        int hidden,
        int layers,
        MemberEncoding encoding,
        boolean fixedInput,
        ExpertStart start,
        boolean plainWeights)
        implements Sharing {
    /** How a router's output picks among experts. */
    public enum Routing {
        /** The softmax over all experts. */
        @JsonProperty("soft")
        SOFT,
        /** The most probable expert, times its probability. */
        @JsonProperty("hard")
        HARD
    }

    /** What shares one mixture. */
    public enum Granularity {
        /** All of a layer. */
        @JsonProperty("layer")
        LAYER,
        /** Each output neuron has its own. */
        @JsonProperty("neuron")
        NEURON
    }

    public Experts {
        if (pattern == null || granularity == null || encoding == null) {
            throw new InputException("Experts must have a pattern, a granularity (layer or neuron) and an encoding "
                    + "(scaled, one-hot or features), but got pattern=" + pattern + ", granularity=" + granularity
                    + ", encoding=" + encoding + ".");
        }
        WeightNames.requirePattern("Experts", pattern);
        routing = routing == null ? Routing.SOFT : routing;
        start = start == null ? new ExpertStart.Independent() : start;
        if (count < 1 || hidden < 1 || layers < 1) {
            throw new InputException("Experts must have count, hidden and layers >= 1, but got count=" + count
                    + ", hidden=" + hidden + ", layers=" + layers + ".");
        }
    }

    @Override
    public boolean readsMember() {
        return true;
    }

    @Override
    public void requirePlace(List<Sharing> all, int place) {
        Sharing.super.requirePlace(all, place);
        if (!(start instanceof ExpertStart.Independent)
                && !all.subList(0, place).stream().allMatch(Sharing::keepsNames)) {
            throw new InputException("Experts of separate weights must start independently, because no one weight is"
                    + " copied, but got start=" + start + ". Use start: {kind: independent}.");
        }
    }

    @Override
    public RoutedWeights over(Weights source, Space space) {
        return new RoutedWeights(source, this, space);
    }
}
