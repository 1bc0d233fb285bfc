package dev.weft.step;

import dev.weft.model.Family;
import dev.weft.weight.Weights;

/**
 * A strategy with parameters that the optimiser of the weights leaves alone, see {@link Weights#hasOwnUpdate}, and that says itself how they
 * move.
 */
public interface Updating extends Weights {
    /**
     * The update of those parameters, for one training; the caller closes it.
     *
     * @param family of which this is a strategy
     */
    Update update(Family family);
}
