package dev.weft.weight;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;
import dev.weft.space.Space;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How the members of a family share weights beyond slices: a strategy's settings, as data. A recipe and a family file list them;
 * each wraps those before it. An empty list is slices alone.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Sharing.Blend.class, name = "blend"),
    @JsonSubTypes.Type(value = Sharing.Generator.class, name = "generator"),
    @JsonSubTypes.Type(value = Sharing.Experts.class, name = "experts"),
    @JsonSubTypes.Type(value = Sharing.LowRank.class, name = "low-rank"),
    @JsonSubTypes.Type(value = Sharing.KernelTransforms.class, name = "kernel-transforms"),
    @JsonSubTypes.Type(value = Sharing.Tree.class, name = "tree")
})
public sealed interface Sharing {
    /** The strategy, over another that gives it stored tensors. */
    Weights over(Weights source, Space space);

    /** What normalises under a blend. */
    enum Norm {
        /** The full width, also what a blend mutes; batch norm is not blended. As TangleNAS was published. */
        @JsonProperty("full")
        FULL,
        /** A channel counts by its multiplier, and its batch norm is muted with it: a blend of one member is that member. */
        @JsonProperty("masked")
        MASKED
    }

    /** Who owns the weights of an option. */
    enum Ownership {
        /** A slice of the largest option's: one set of weights, one operation. */
        @JsonProperty("entangled")
        ENTANGLED,
        /** Every combination of options its own, each an operation: the baseline. Batch norms stay shared. */
        @JsonProperty("separate")
        SEPARATE
    }

    /**
     * Members may be mixtures over all options, for search by gradient (TangleNAS, Sukthanker et al. 2024).
     *
     * @param map from blend logits to mixing weights
     * @param norm how norms treat what is mixed
     * @param weights who owns an option's weights
     * @param partialChannels only every so many-th input channel (axis 1 of a matrix or of kernels) is mixed, the others use the
     *     largest option (PC-DARTS, Xu et al. 2020); 1 for all
     */
    record Blend(SimplexMap map, Norm norm, Ownership weights, int partialChannels) implements Sharing {
        public Blend {
            if (map == null || norm == null) {
                throw new InputException(
                        "A blend must have a map (softmax, sparsemax, dirichlet, gumbel, gdas or gumbel-softmax) "
                                + "and a norm (full or masked), but got map=" + map + ", norm=" + norm + ".");
            }
            weights = weights == null ? Ownership.ENTANGLED : weights;
            if (partialChannels < 1) {
                throw new InputException("A blend must have partialChannels >= 1, but got " + partialChannels + ".");
            }
            if (weights == Ownership.SEPARATE && partialChannels > 1) {
                throw new InputException("Partial channels must have entangled weights, but got weights: separate.");
            }
            if (map instanceof SimplexMap.Gdas && (weights == Ownership.SEPARATE || partialChannels > 1)) {
                throw new InputException(
                        "GDAS runs the drawn slice of entangled weights, so it must have weights: entangled"
                                + " and partialChannels: 1, but got weights=" + weights + ", partialChannels="
                                + partialChannels + ". Take map: {kind: gumbel} there.");
            }
        }

        @Override
        public BlendedWeights over(Weights source, Space space) {
            return new BlendedWeights(source, this, space);
        }
    }

    /** How a generated member's weights carry gradient to what picked it. */
    enum View {
        /**
         * The largest member, masked: exact gradients also of what the member leaves out, at the largest member's cost. Norms count a
         * channel by its mask, so the output is that of the slice.
         */
        @JsonProperty("mask")
        MASK,
        /**
         * The member's slice, times the part of the mask that is 1: the member's own cost. There is no gradient of what the member
         * leaves out, nor through the count of channels of a norm, so the generator's gradient is biased.
         */
        @JsonProperty("slice")
        SLICE
    }

    /**
     * A generator of members for a target cost, trained with the weights (ShiftNAS, Zhang et al. 2023): see {@link GeneratedWeights}.
     *
     * @param metric that targets are of, for instance {@code macs}
     * @param hidden width of its LSTM cell; 64 in the paper
     * @param temperature of its Gumbel noise over a run; 1 to 0.3 when left out (not published)
     * @param view how gradients flow to it
     */
    record Generator(String metric, int hidden, Temperature temperature, View view) implements Sharing {
        public Generator {
            temperature = temperature == null ? new Temperature(1, 0.3) : temperature;
            if (metric == null || view == null || hidden < 1) {
                throw new InputException(
                        "A generator must have a metric, a view (mask or slice) and hidden >= 1, but got" + " metric="
                                + metric + ", view=" + view + ", hidden=" + hidden + ".");
            }
        }

        @Override
        public GeneratedWeights over(Weights source, Space space) {
            return new GeneratedWeights(source, this, space);
        }
    }

    /** How a router's output picks among experts. */
    enum Routing {
        /** The softmax over all experts. */
        @JsonProperty("soft")
        SOFT,
        /** The most probable expert, times its probability. */
        @JsonProperty("hard")
        HARD
    }

    /** What shares one mixture. */
    enum Granularity {
        /** All of a layer. */
        @JsonProperty("layer")
        LAYER,
        /** Each output neuron has its own. */
        @JsonProperty("neuron")
        NEURON
    }

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
    record Experts(
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
        public RoutedWeights over(Weights source, Space space) {
            return new RoutedWeights(source, this, space);
        }
    }

    /**
     * A low-rank part of the member's own on each matching weight that is no vector, made by a hypernetwork that reads the member:
     * see {@link LowRankWeights}.
     *
     * @param pattern a regular expression, found in the names of the weights that get one
     * @param matrixRank at most that of the part; 50 in the paper's code
     * @param hidden width of the hypernetwork; 64 in the paper's code
     * @param layers of the hypernetwork, 1 or more
     * @param encoding of the member into its input
     * @param fixedInput whether it reads 0.5 everywhere instead
     * @param plainWeights whether weights that have nothing elastic may match
     */
    record LowRank(
            String pattern,
            int matrixRank,
            int hidden,
            int layers,
            MemberEncoding encoding,
            boolean fixedInput,
            boolean plainWeights)
            implements Sharing {
        public LowRank {
            WeightNames.requirePattern("A low-rank part", pattern);
            if (encoding == null) {
                throw new InputException("A low-rank part must have an encoding (scaled, one-hot or features).");
            }
            if (matrixRank < 1 || hidden < 1 || layers < 1) {
                throw new InputException(
                        "A low-rank part must have matrixRank, hidden and layers >= 1, but got matrixRank=" + matrixRank
                                + ", hidden=" + hidden + ", layers=" + layers + ".");
            }
        }

        @Override
        public LowRankWeights over(Weights source, Space space) {
            return new LowRankWeights(source, this, space);
        }
    }

    /**
     * A small kernel is the centre of the next larger one times a trained matrix, instead of that centre: see {@link TransformedKernels}.
     *
     * @param pattern a regular expression, found in the names of the kernels that are transformed; in once-for-all those of depthwise
     *     convolutions
     */
    record KernelTransforms(String pattern) implements Sharing {
        public KernelTransforms {
            WeightNames.requirePattern("Kernel transforms", pattern);
        }

        @Override
        public TransformedKernels over(Weights source, Space space) {
            return new TransformedKernels(source, this);
        }
    }

    /**
     * Members share weights only with those of their leaf: the leaves of a tree of supernets part the space (few-shot NAS, Zhao et al.
     * 2021; gradient matching, Hu et al. 2022).
     *
     * @param leaves that every member belongs to one of
     * @param sharing how the members of a leaf share beyond slices; may be empty
     */
    record Tree(
            List<Leaf> leaves,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Sharing> sharing) implements Sharing {
        public Tree {
            leaves = leaves == null ? List.of() : List.copyOf(leaves);
            sharing = sharing == null ? List.of() : List.copyOf(sharing);
            if (leaves.isEmpty() || leaves.stream().map(Leaf::name).distinct().count() != leaves.size()) {
                throw new InputException("A tree must have leaves, each with a name of its own, but got "
                        + leaves.stream().map(Leaf::name).toList() + ".");
            }
            requireOrder(sharing);
            if (sharing.stream().anyMatch(Tree.class::isInstance)) {
                throw new InputException(
                        "The leaves of a tree must not be trees: list the leaves of both as one tree.");
            }
        }

        @Override
        public TreeWeights over(Weights source, Space space) {
            return new TreeWeights(source, this, space);
        }
    }

    /**
     * Some members, by the options that they may pick.
     *
     * @param options as they print, by choice; choices that are absent keep all of theirs
     */
    record Leaf(String name, Map<String, List<String>> options) {
        public Leaf {
            if (name == null || !name.matches("[A-Za-z0-9_-]+") || options == null) {
                throw new InputException(
                        "A leaf must have options and a name of letters, digits, '-' and '_', but got name=" + name
                                + ", options=" + options + ".");
            }
            Map<String, List<String>> copy = new LinkedHashMap<>();
            options.forEach((choice, left) -> copy.put(choice, List.copyOf(left)));
            options = Collections.unmodifiableMap(copy);
        }
    }

    /**
     * Checks that a list can be wrapped one by one: a tree or a generator alone; or a blend, then one kind that reads the member, either of which may be absent.
     *
     * @throws InputException when it cannot. A router inside a blend would be asked for the largest member, whatever is mixed; and
     *     two kinds that read the member would share each other's routers
     */
    static void requireOrder(List<Sharing> sharing) {
        if (sharing.size() > 1 && sharing.stream().anyMatch(Tree.class::isInstance)) {
            throw new InputException("sharing must list a tree alone, but got " + sharing
                    + ". List what its leaves share under sharing of the tree.");
        }
        if (sharing.size() > 1 && sharing.stream().anyMatch(Generator.class::isInstance)) {
            throw new InputException(
                    "sharing must list a generator alone: it masks what members have in common, but got " + sharing
                            + ". Leave the others out.");
        }
        long blends = sharing.stream().filter(Blend.class::isInstance).count();
        if (blends == 1 && sharing.stream().anyMatch(KernelTransforms.class::isInstance)) {
            throw new InputException(
                    "sharing must not list a blend and kernel transforms, for a blend mixes the slices of"
                            + " one kernel, but got " + sharing + ". Leave one of them out.");
        }
        if (blends > 1 || sharing.size() - blends > 1) {
            throw new InputException(
                    "sharing must list at most one blend, and then experts, a low-rank part or kernel transforms once, but got "
                            + sharing + ". To share more weights in one way, widen its pattern.");
        }
        if (blends == 1 && !(sharing.get(0) instanceof Blend)) {
            throw new InputException("sharing must list the blend first, so that routers read what is mixed. "
                    + "Put kind: blend before the others.");
        }
        if (sharing.size() == 2
                && ((Blend) sharing.get(0)).weights() == Ownership.SEPARATE
                && sharing.get(1) instanceof Experts experts
                && !(experts.start() instanceof ExpertStart.Independent)) {
            throw new InputException("Experts of separate weights must start independently, because no one weight is"
                    + " copied, but got start=" + experts.start() + ". Use start: {kind: independent}.");
        }
    }
}
