package dev.weft.step;

import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * What moves some of a family's parameters at each step of training: the weights, the logits of a blend, a generator of members. It owns its
 * parameters, its optimiser and what that remembers, and moves nothing else, not by a bit. The updates of a step take turns in a fixed
 * order; those that a sampler or a sharing brings come after the weights. Holds native memory until {@link #close}.
 */
public interface Update extends AutoCloseable {
    /** A name that no other update of the run has: checkpoints and measures are kept under it. */
    String name();

    /** Whether it moves this parameter of the family. Nobody else then does. */
    boolean owns(String parameter);

    /**
     * Whether it moves by the gradients of the step's members, as the weights do. What no such update owns has no gradient while they run.
     */
    default boolean readsMembers() {
        return true;
    }

    /**
     * Moves its parameters once, or not at all, where the step is not one of its own.
     *
     * @throws dev.weft.io.CheckFailedException when a loss or a parameter is not finite
     */
    void step(Step step);

    /**
     * What it remembers between steps, as kept tensors: parameters that the family does not have, and the memory of its optimiser. A name is
     * there from the start with a shape that stays, or it is {@code SLOT/PARAMETER}, the memory of a parameter that it owns, in the
     * parameter's shape or as one number, and may come with a step.
     */
    Map<String, Tensor> state();

    /**
     * Goes on from what was remembered, before its first step. The tensors are this update's from now on; unless overridden, they are
     * copied into those that it has.
     *
     * @param kept with all names of {@link #state} that are there from the start
     */
    default void restore(Map<String, Tensor> kept) {
        try (NoGradGuard guard = new NoGradGuard()) {
            state().forEach((name, tensor) -> tensor.copy_(kept.get(name)));
        }
        kept.values().forEach(Tensor::close);
    }

    /** Numbers about the latest step, by name, for progress, the run's record and its report; empty where it did not move. */
    default Map<String, Double> measures() {
        return Map.of();
    }

    /** How many forward and backward passes of its own a step has on average; none where it reads those of the members. */
    default int passes() {
        return 0;
    }

    @Override
    void close();
}
