package dev.weft.train;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * What moves some of a family's parameters at each step of a {@link Loop}: the weights, the logits of a blend. It owns its parameters and
 * its optimiser, and moves nothing else, not by a bit. Holds native memory until {@link #close}.
 */
interface Update extends AutoCloseable {
    /** Whether it moves this parameter of the family. */
    boolean owns(String parameter);

    /**
     * Moves its parameters once, or not at all, where the step is not one of its own.
     *
     * @throws dev.weft.io.CheckFailedException when a loss or a parameter is not finite
     */
    void step(Step step);

    /** What its optimiser remembers, by parameter and slot: kept tensors that change with every step. */
    Map<String, Map<String, Tensor>> state();

    /** How many forward and backward passes a step has on average. */
    int passes();

    @Override
    void close();
}
