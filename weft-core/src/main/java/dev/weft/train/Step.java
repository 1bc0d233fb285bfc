package dev.weft.train;

import dev.weft.data.Batch;
import dev.weft.loss.TrainingMember;
import dev.weft.sample.StepListener;
import java.util.List;
import java.util.function.Supplier;

/**
 * One step of a {@link Loop}, as an {@link Update} is told of it.
 *
 * @param index from 0
 * @param stepsPerEpoch of the run
 * @param batches that the weights train on, which together make one update
 * @param members that train, asked for when they run: what they are may depend on parameters that an earlier update of the step has moved
 * @param others members drawn beside them, for an update on data of its own
 * @param learningRate of the weights
 * @param seed of dropout
 */
record Step(
        long index,
        long stepsPerEpoch,
        List<Batch> batches,
        Supplier<List<TrainingMember>> members,
        Supplier<List<TrainingMember>> others,
        double learningRate,
        long seed,
        List<StepListener> listeners) {
    /** Its number from 1, for listeners and errors. */
    long number() {
        return index + 1;
    }
}
