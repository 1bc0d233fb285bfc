package dev.weft.step;

import dev.weft.data.Batch;
import dev.weft.loss.TrainingMember;
import dev.weft.ops.Bundle;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Told what happens in each step of training, on the training thread. Tensors it is shown are valid during the call only. */
public interface StepListener {
    /**
     * Called after forward of one member on one batch, before backward.
     *
     * @param outputs its outputs, by the names of the ports
     */
    default void memberForwarded(long step, TrainingMember trained, Batch batch, Bundle outputs) {}

    /** Called after backward of one member, before the next. */
    default void memberTrained(long step, MemberLoss loss) {}

    /**
     * Called after backward of every member, before clipping: the summed gradients by parameter name, in the model's order. A parameter
     * that no member of the step used is absent.
     */
    default void gradientsReady(long step, Map<String, Tensor> gradients) {}

    /** Called after clipping, before the optimiser: the gradients of the parameters that are about to move, so none of frozen ones. */
    default void gradientsClipped(long step, Map<String, Tensor> gradients) {}

    /**
     * Called after an update with a loss of its own moved what it owns: the logits of a blend, before the weights of the same step move.
     *
     * @param update its name
     * @param loss of the member that it drew, on the batch that is its own
     */
    default void updated(long step, String update, MemberLoss loss) {}

    /** Called after the optimiser. */
    default void stepDone(StepReport report) {}
}
