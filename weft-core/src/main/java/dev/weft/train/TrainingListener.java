package dev.weft.train;

import dev.weft.data.Batch;
import dev.weft.model.Metric;
import dev.weft.space.Member;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Told what happens while training, on the training thread. Tensors it is shown are valid during the call only. */
public interface TrainingListener {
    /**
     * After forward of one member on one batch, before backward.
     *
     * @param outputs its logits
     */
    default void memberForwarded(long step, Draw draw, Batch batch, Tensor outputs) {}

    /** After backward of one member, before the next. */
    default void memberTrained(long step, MemberLoss loss) {}

    /**
     * After backward of every member, before clipping: the summed gradients by parameter name, in the model's order. A parameter
     * that no member of the step used is absent.
     */
    default void gradientsReady(long step, Map<String, Tensor> gradients) {}

    /** After clipping, before the optimiser: the gradients of the parameters that are about to move, so none of frozen ones. */
    default void gradientsClipped(long step, Map<String, Tensor> gradients) {}

    /**
     * After the logits of a blend moved, before the weights of the same step do.
     *
     * @param blend whose draw of mixing weights they moved by
     * @param loss on the batch that is theirs
     */
    default void architectureTrained(long step, Member blend, double loss) {}

    /** After the optimiser. */
    default void stepDone(StepReport report) {}

    /**
     * A member was evaluated on the selection split, after {@code steps} steps.
     *
     * @param values by metric, the one that members are chosen by first
     */
    default void evaluated(long steps, Role role, Map<Metric, Double> values) {}

    /** Something that the user must know and that does not end training: the table of numbers cannot be written for now. */
    default void warned(String line) {}

    /**
     * One finished step.
     *
     * @param step from 1
     * @param steps of the whole run
     * @param losses in the order in which the members trained
     */
    record StepReport(long step, long steps, double learningRate, List<MemberLoss> losses) {}

    /** The loss of one member at one step. */
    record MemberLoss(Draw draw, double loss) {}
}
