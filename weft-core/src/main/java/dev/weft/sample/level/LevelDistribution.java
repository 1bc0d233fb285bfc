package dev.weft.sample.level;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;
import dev.weft.optim.Optimizer;

/** How likely each cost level is to be trained. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = LevelDistribution.Uniform.class, name = "uniform"),
    @JsonSubTypes.Type(value = LevelDistribution.Learned.class, name = "learned")
})
public sealed interface LevelDistribution {
    /** Every level alike. */
    record Uniform() implements LevelDistribution {}

    /** How the loss of a level's members tells its logit to move. */
    enum Mode {
        /** {@code J = Σ p_k ΔL_k}, p the softmax of the logits and ΔL_k what the loss of level k changed by. */
        @JsonProperty("surrogate")
        SURROGATE,
        /**
         * This is as the paper writes it: the loss's gradient flows through the generated member to its target and on to the logits. Noisy, for
         * "dearer is better" cancels in the difference only on average. Needs a generator.
         */
        @JsonProperty("pathwise")
        PATHWISE
    }

    /**
     * Levels whose members' loss still falls become likelier (ShiftNAS, Zhang et al. 2023): every {@code interval} updates the loss of
     * each level is compared, on one held-out batch and with the same member, between the weights as they are and as they were an
     * interval before.
     *
     * @param optimizer of the logits; Adam 1e-3 in the paper. Adam moves a logit by about its rate an update, so a short run needs a
     *     larger one to move at all
     * @param interval in updates of the weights; 100 in the paper
     * @param startEpochs that train before the first update of the logits; 50 of 500 in the paper
     * @param mode of the gradient
     * @param levelsPerUpdate how many levels are measured each time, drawn by their probabilities; absent for all. Those not measured
     *     count with their last change
     * @param heldOutPart of the training split that the losses are of and the weights do not see
     */
    record Learned(
            Optimizer optimizer,
            int interval,
            double startEpochs,
            Mode mode,
            @JsonInclude(JsonInclude.Include.NON_NULL) Integer levelsPerUpdate,
            double heldOutPart)
            implements LevelDistribution {
        public Learned {
            mode = mode == null ? Mode.SURROGATE : mode;
            if (optimizer == null
                    || interval < 1
                    || !(startEpochs >= 0)
                    || levelsPerUpdate != null && levelsPerUpdate < 1) {
                throw new InputException(
                        "Learned cost levels must have an optimizer, interval >= 1, startEpochs >= 0 and"
                                + " levelsPerUpdate >= 1 or none, but got optimizer=" + optimizer + ", interval="
                                + interval
                                + ", startEpochs=" + startEpochs + ", levelsPerUpdate=" + levelsPerUpdate + ".");
            }
            if (!(heldOutPart > 0 && heldOutPart < 1)) {
                throw new InputException(
                        "Learned cost levels must have a heldOutPart over 0 and under 1, the part of the"
                                + " training split that they learn from, but got " + heldOutPart + ".");
            }
        }
    }
}
