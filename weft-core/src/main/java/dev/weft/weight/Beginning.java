package dev.weft.weight;

import dev.weft.ops.Bundle;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;

/**
 * What a strategy begins from, once the model has asked for everything and before anything is trained.
 *
 * @param stored the fresh stored tensors and buffers by name; a strategy writes to its own, without gradients
 * @param seed of the family
 * @param base the weights of what the family begins from, by the names and in the shapes that the model asks for; empty where it begins
 *     from nothing. Those that are stored under their own names are filled in already
 * @param calibration inputs of the model, batch by batch; empty where there are none
 * @param forward runs the largest member on inputs without gradients, so that a strategy sees what its weights are applied to
 */
public record Beginning(
        Map<String, Tensor> stored,
        long seed,
        Map<String, Tensor> base,
        List<Bundle> calibration,
        Consumer<Bundle> forward) {
    public Beginning {
        calibration = List.copyOf(calibration);
    }
}
