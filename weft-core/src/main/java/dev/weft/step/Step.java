package dev.weft.step;

import dev.weft.data.Batch;
import dev.weft.loss.TrainingMember;
import java.util.List;
import java.util.function.Supplier;

/**
 * One step of training, as an {@link Update} is told of it. Tensors belong to the step's {@code PointerScope}.
 *
 * @param index from 0
 * @param stepsPerEpoch of the run
 * @param batches that the weights train on, which together make one update
 * @param learningRate of the weights
 * @param members those that train, which run when their gradients are first asked for
 * @param others members drawn beside them, for an update with a loss of its own; drawn anew at each call
 */
public record Step(
        long index,
        long stepsPerEpoch,
        List<Batch> batches,
        double learningRate,
        MemberGradients members,
        Supplier<List<TrainingMember>> others,
        List<StepListener> listeners) {
    /** Its number from 1, for listeners and errors. */
    public long number() {
        return index + 1;
    }
}
