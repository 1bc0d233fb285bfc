package dev.weft.optim;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.io.InputException;

/**
 * Members that each take a few steps of their own from the same weights, which then move towards where the members went (Ha et al.,
 * SUMNAS, 2022, after Nichol et al., Reptile, 2018): for member m {@code r_m = w0 - w_m}, and the recipe's optimiser takes their mean (or
 * sum, as {@code gradients} says) for a gradient; at learning rate 1 without decay the weights go to the mean of the members' weights.
 *
 * <p>A member moves only what it uses; to what another member did not use it adds nothing. A step costs {@code steps} times as much as
 * one that adds gradients.
 *
 * @param steps of each member, plain descent on the step's batch; 2 in the published script
 * @param learningRate of those; it follows no schedule
 * @param momentum of those, from 0 for each member
 * @param clipping of the gradients of those; absent for none
 * @param keepMomentum whether a member's momentum goes on from the member before, across steps: an oversight of a published script, and
 *     only for reproducing that
 */
public record Reptile(
        int steps,
        double learningRate,
        double momentum,
        @JsonInclude(JsonInclude.Include.NON_NULL) Clipping clipping,
        boolean keepMomentum) {
    public Reptile {
        if (steps < 1) {
            throw new InputException("Reptile must have steps >= 1, but got " + steps + ".");
        }
        new Optimizer.Sgd(learningRate, momentum, false, 0); // checks both
        if (keepMomentum && momentum == 0) {
            throw new InputException("Reptile must have momentum > 0 to keep it, but got 0.");
        }
    }

    /** Plain descent, for the members' own steps. */
    public Optimizer optimizer() {
        return new Optimizer.Sgd(learningRate, momentum, false, 0);
    }
}
