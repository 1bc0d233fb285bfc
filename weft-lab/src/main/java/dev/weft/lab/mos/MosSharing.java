package dev.weft.lab.mos;

import dev.weft.weight.Sharing;
import dev.weft.weight.encoding.MemberEncoding;
import dev.weft.weight.experts.ExpertStart;
import dev.weft.weight.experts.Experts;
import java.util.List;

/** How the members of an arm share the weights of MLPs; everything else is slices in all of them. */
enum MosSharing {
    STANDARD("standard", "one set of weights, members are slices"),
    LAYER_WISE("layer-wise", "experts in each MLP, one mixture for both of its layers"),
    NEURON_WISE("neuron-wise", "experts in each MLP, a mixture for every output neuron"),
    FIXED_INPUT("fixed-input", "as layer-wise, but the router reads 0.5 and not the member");

    private final String arm;
    private final String description;

    MosSharing(String arm, String description) {
        this.arm = arm;
        this.description = description;
    }

    /** The name of the arm. */
    String arm() {
        return arm;
    }

    String description() {
        return description;
    }

    boolean hasExperts() {
        return this != STANDARD;
    }

    /**
     * The sharing of a recipe.
     *
     * @param pattern finds the weights of an MLP; its group is the MLP's name, by which two layers share one router
     */
    List<Sharing> of(String pattern, int experts, int routerWidth, MemberEncoding encoding) {
        return hasExperts()
                ? List.of(new Experts(
                        pattern,
                        experts,
                        this == NEURON_WISE ? Experts.Granularity.NEURON : Experts.Granularity.LAYER,
                        Experts.Routing.SOFT,
                        routerWidth,
                        2,
                        encoding,
                        this == FIXED_INPUT,
                        new ExpertStart.Independent(),
                        true)) // the second layer's bias is not elastic, and is mixed all the same
                : List.of();
    }
}
