package dev.weft.sample;

import dev.weft.data.Batch;
import dev.weft.loss.TrainingMember;
import dev.weft.ops.Bundle;
import dev.weft.space.Member;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Told what happens in each step of training, on the training thread. Tensors it is shown are valid during the call only. */
public interface StepListener {
    /**
     * Called after forward of one member on one batch, before backward.
     *
     * @param outputs its logits
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
     * Called after the logits of a blend moved, before the weights of the same step do.
     *
     * @param blend whose draw of mixing weights they moved by
     * @param loss on the batch that is theirs
     */
    default void architectureTrained(long step, Member blend, double loss) {}

    /** Called after the optimiser. */
    default void stepDone(StepReport report) {}
}
