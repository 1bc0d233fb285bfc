package dev.weft.sample.norm;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.space.Space;
import dev.weft.weight.Sharing;
import java.util.List;

/**
 * Draws members and examples in proportion to the norms of their gradients, found on the way while training (Lu et al., "PA&amp;DA: Jointly
 * Sampling PAth and DAta for Consistent NAS", CVPR 2023). At work it is a {@link GradientNormSampling}. One member trains at a step, so
 * that a gradient is that of its options.
 *
 * <p>The published code draws by these distributions and takes the plain mean loss, which changes what is minimised: see
 * {@link Reweight}. At tau near 1 options without parameters are hardly drawn any more: {@link Paths#floor} keeps them.
 *
 * @param paths how members are drawn; absent for uniform decisions
 * @param data how examples are drawn; absent for each once an epoch
 * @param reweight which of the two the loss undoes
 * @param weightLimit the largest weight of a loss; absent for none
 */
public record GradientNormSampler(
        @JsonInclude(JsonInclude.Include.NON_NULL) Paths paths,
        @JsonInclude(JsonInclude.Include.NON_NULL) Data data,
        Reweight reweight,
        @JsonInclude(JsonInclude.Include.NON_NULL) Double weightLimit)
        implements Sampler {
    /** What shares a distribution. */
    public enum Scope {
        /** All choices, which must have the same options: the published one, for cells. */
        @JsonProperty("all-choices")
        ALL_CHOICES,
        /** Each choice has its own: for any space. */
        @JsonProperty("each-choice")
        EACH_CHOICE
    }

    /** How the norms of an option's weights become one. */
    public enum Reduction {
        /** Their sum, as published. */
        @JsonProperty("sum")
        SUM,
        /** Their mean. */
        @JsonProperty("mean")
        MEAN
    }

    /** Says when norms are read. */
    public enum Read {
        @JsonProperty("before-clipping")
        BEFORE_CLIPPING,
        /** Norms are read after clipping, as published. */
        @JsonProperty("after-clipping")
        AFTER_CLIPPING
    }

    /** Whether an epoch begins with what was known of examples. */
    public enum Memory {
        /** No, as published: an example that is not drawn in an epoch keeps the uniform part of its probability alone. */
        @JsonProperty("reset")
        RESET,
        /** Yes: an example keeps the norm it last had. */
        @JsonProperty("carry")
        CARRY
    }

    /**
     * Which draws the loss undoes, by weights {@code u(a) / q(a)} of member a (drawn with probability q, and u if its decisions were
     * uniform: 1 over the number of members where no choice is conditional) and {@code 1 / (N p)} of an example. With both the gradient is
     * unbiased for the mean over members and examples; with none, as published, it is that of another objective.
     */
    public enum Reweight {
        @JsonProperty("none")
        NONE,
        @JsonProperty("path")
        PATH,
        @JsonProperty("data")
        DATA,
        @JsonProperty("both")
        BOTH;

        boolean paths() {
            return this == PATH || this == BOTH;
        }

        boolean data() {
            return this == DATA || this == BOTH;
        }
    }

    /**
     * Options in proportion to the gradients of the weights that are theirs, see {@link dev.weft.model.OptionWeights}. An option's norm
     * is the running average {@code (old + s) / 2} over the steps of an epoch, from 0, of s, the norms of its weights over the number of
     * choices that picked it.
     *
     * @param scope of a distribution
     * @param reduction of the norms of an option's weights
     * @param read before or after clipping
     * @param tau how far it is trusted; linear in the paper
     * @param floor the part of the uniform probability that every option keeps; 0 in the paper
     */
    public record Paths(Scope scope, Reduction reduction, Read read, TauSchedule tau, double floor) {
        public Paths {
            reduction = reduction == null ? Reduction.SUM : reduction;
            read = read == null ? Read.AFTER_CLIPPING : read;
            tau = tau == null ? new TauSchedule.Linear() : tau;
            if (scope == null || !(floor >= 0 && floor < 1)) {
                throw new InputException("Paths by gradient norm must have scope (all-choices or each-choice) and floor"
                        + " in [0, 1), but got scope=" + scope + ", floor=" + floor + ".");
            }
        }
    }

    /**
     * Examples in proportion to the gradient of their loss with respect to their logits, a cheap stand-in for the whole gradient.
     *
     * @param memory of norms over epochs
     * @param tau how far it is trusted; linear in the paper
     * @param floor the part of the uniform probability that every example keeps; 0 in the paper
     */
    public record Data(Memory memory, TauSchedule tau, double floor) {
        public Data {
            memory = memory == null ? Memory.RESET : memory;
            tau = tau == null ? new TauSchedule.Linear() : tau;
            if (!(floor >= 0 && floor < 1)) {
                throw new InputException("Data by gradient norm must have floor in [0, 1), but got " + floor + ".");
            }
        }
    }

    public GradientNormSampler {
        reweight = reweight == null ? Reweight.NONE : reweight;
        if (paths == null && data == null) {
            throw new InputException("Sampler gradient-norm must have paths, data or both, but has neither. Use"
                    + " {kind: single-path, members: 1} for uniform draws.");
        }
        if (reweight.paths() && paths == null || reweight.data() && data == null) {
            throw new InputException("Sampler gradient-norm must reweight only what it draws by norm, but got reweight="
                    + reweight + ", paths=" + paths + ", data=" + data + ".");
        }
        if (weightLimit != null && (!(weightLimit > 0) || reweight == Reweight.NONE)) {
            throw new InputException("A weightLimit must be > 0 and go with reweight, but got weightLimit="
                    + weightLimit + ", reweight=" + reweight + ".");
        }
    }

    @Override
    public void requireFits(boolean architecture, boolean reptile) {
        Sampler.super.requireFits(architecture, reptile);
        if (reptile) {
            throw new InputException("Training with train.reptile must have another sampler than gradient-norm, whose"
                    + " norms are of gradients and not of moves.");
        }
    }

    @Override
    public void requireFits(List<Sharing> sharing, boolean mixed) {
        Sampler.super.requireFits(sharing, mixed);
        if (mixed && data != null) {
            throw new InputException("A recipe whose sampler draws images by the norms of their gradients must have no"
                    + " data.mixing, because a mixed image has no norm of its own.");
        }
    }

    @Override
    public GradientNormSampling start(Sampling.Setup setup) {
        return new GradientNormSampling(this, setup);
    }

    @Override
    public boolean drawsLargest() {
        return false;
    }

    @Override
    public int membersPerStep(Space space) {
        return 1;
    }
}
