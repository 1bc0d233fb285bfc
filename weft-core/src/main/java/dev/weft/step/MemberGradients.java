package dev.weft.step;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** The gradients of the members of one step, which run forward and backward when they are asked for. */
public interface MemberGradients {
    /** How many members train. */
    int count();

    /**
     * The gradients of all members on all batches, added up or averaged as the recipe says, by the name of the stored tensor in the model's
     * order. A tensor that no member used is absent. They are computed at the first call; later calls give the same tensors.
     *
     * @throws dev.weft.io.CheckFailedException when a loss is not finite
     */
    Map<String, Tensor> all();

    /**
     * The gradients of one member alone on the step's first batch, at the weights as they are at the call.
     *
     * @param member its place, from 0
     * @throws dev.weft.io.CheckFailedException as {@link #all}
     */
    Alone alone(int member);

    /** Says that a member whose gradients were asked for alone is done with this step, and with which loss. */
    void trained(int member, double loss);

    /** One member's loss and gradients by stored tensor. */
    record Alone(double loss, Map<String, Tensor> gradients) {}
}
