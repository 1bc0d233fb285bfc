package dev.weft.ops;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * An operation that is not among {@link Ops}: what it computes, and what it is in ONNX. {@link Ops#apply} runs it, so that a pass with
 * it is counted and exported like any other; the check of the export compares both.
 *
 * <p>One that can be composed of {@link Ops} needs none of this: a method that calls them will do.
 */
public interface CustomOperation {
    /** The name for messages: "squareplus". */
    String name();

    /**
     * Computes a new tensor, which belongs to the caller's {@code PointerScope}. It must change no input and be differentiable.
     *
     * @param inputs as {@link Ops#apply} was given them; an absent one is {@code null}
     */
    Tensor compute(List<Tensor> inputs);

    /**
     * The shape of what would be computed, for passes on tensors of the {@code meta} device, which have no data. That of the first input
     * unless the operation says otherwise.
     */
    default long[] shape(List<Tensor> inputs) {
        return inputs.get(0).shape();
    }

    /**
     * Appends the nodes that compute the same (operator set 18).
     *
     * @param names of the inputs in the graph; empty where one is absent
     * @param inputs of the recorded pass, for their shapes; the first axis is the batch, which stays open in the graph
     * @return the name of the output
     */
    String export(OnnxNodes nodes, List<String> names, List<Tensor> inputs);

    /** The multiply-adds of a call, where published figures count them; activations and norms have none. */
    default long macs(List<Tensor> inputs, Tensor output) {
        return 0;
    }
}
