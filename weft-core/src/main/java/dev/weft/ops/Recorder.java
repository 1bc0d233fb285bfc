package dev.weft.ops;

import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Told about every operation that {@link Ops} runs on this thread while it is active. */
public interface Recorder {
    /**
     * @param op what ran
     * @param output its result
     * @param inputs the tensors it ran on, in the order of the method's parameters; an absent bias is {@code null}
     * @param attributes the other parameters by name: {@code Integer}, {@code Double} or {@code List<Integer>} or {@code List<Double>}; of {@link
     *     Op#CUSTOM} the operation itself
     */
    void ran(Op op, Tensor output, List<Tensor> inputs, Map<String, Object> attributes);
}
