package dev.weft.architecture;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.cost.DifferentiableCost;
import dev.weft.io.InputException;
import dev.weft.model.FamilyDefinition;
import dev.weft.optim.Clipping;
import dev.weft.optim.Optimizer;
import dev.weft.weight.blend.BlendRegulariser;

/**
 * How the logits of a blend are trained: in turn with the weights, on data of their own, by an optimiser of their own (DARTS, Liu
 * et al. 2019; over entangled weights TangleNAS, Sukthanker et al. 2024).
 *
 * @param validationPart of the training split that trains the logits; the weights train on the rest
 * @param optimizer of the logits
 * @param clipping of their gradients; absent for none
 * @param order whether the loss is of the weights as they are, or of those after their next step
 * @param regulariser of the logits
 * @param cost what a costly choice adds to the loss; absent for nothing
 * @param warmupEpochs that train the weights alone before the first step of the logits
 */
public record ArchitectureSettings(
        double validationPart,
        Optimizer optimizer,
        @JsonInclude(JsonInclude.Include.NON_NULL) Clipping clipping,
        Order order,
        BlendRegulariser regulariser,
        @JsonInclude(JsonInclude.Include.NON_NULL) CostTerm cost,
        int warmupEpochs) {
    /**
     * The order of the gradient. The step that is looked ahead is one of gradient descent, with the weights' rate and decay, and with the
     * momentum of their SGD.
     */
    public enum Order {
        /** The weights are taken as they are. */
        @JsonProperty("first")
        FIRST(1),
        /** The gradient goes through the weights' next step, exactly: a gradient of a gradient. */
        @JsonProperty("second")
        SECOND(2),
        /** The same, with a finite difference in place of the second derivative (DARTS, section 2.3). */
        @JsonProperty("second-finite-difference")
        SECOND_FINITE_DIFFERENCE(4);

        private final int passes;

        Order(int passes) {
            this.passes = passes;
        }

        /** Forward and backward passes of a step. */
        public int passes() {
            return passes;
        }
    }

    public ArchitectureSettings {
        order = order == null ? Order.FIRST : order;
        regulariser = regulariser == null ? new BlendRegulariser.None() : regulariser;
        if (optimizer == null) {
            throw new InputException("The architecture must have an optimizer, for the logits of the blend.");
        }
        if (!(validationPart > 0 && validationPart < 1) || warmupEpochs < 0) {
            throw new InputException(
                    "The architecture must have a validationPart over 0 and under 1 and warmupEpochs >= 0, "
                            + "but got validationPart=" + validationPart + ", warmupEpochs=" + warmupEpochs + ".");
        }
    }

    /** The same settings with other epochs that train the weights alone. */
    public ArchitectureSettings withWarmup(int epochs) {
        return new ArchitectureSettings(validationPart, optimizer, clipping, order, regulariser, cost, epochs);
    }

    /**
     * What a costly choice adds to the loss; {@code null} for nothing.
     *
     * @throws InputException when the cost is none of this family's
     */
    public DifferentiableCost costOf(FamilyDefinition family) {
        return cost == null ? null : cost.of(family);
    }
}
