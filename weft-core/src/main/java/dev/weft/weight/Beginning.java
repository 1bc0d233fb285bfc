package dev.weft.weight;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;

/**
 * What a strategy begins from, once the model has asked for everything and before anything is trained.
 *
 * @param stored the fresh stored tensors and buffers by name; a strategy writes to its own, without gradients
 * @param seed of the family
 * @param calibration inputs of the model, batch by batch; empty where there are none
 * @param forward runs the largest member on inputs without gradients, so that a strategy sees what its weights are applied to
 */
public record Beginning(Map<String, Tensor> stored, long seed, List<Tensor> calibration, Consumer<Tensor> forward) {
    public Beginning {
        calibration = List.copyOf(calibration);
    }
}
