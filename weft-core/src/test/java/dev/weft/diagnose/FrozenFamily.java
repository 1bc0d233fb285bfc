package dev.weft.diagnose;

import dev.weft.model.Family;
import dev.weft.ops.Tensors;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** All that a probe could change of a family and of libtorch, to be compared before and after. */
record FrozenFamily(Map<String, ByteBuffer> weights, Map<String, String> gradients, float nextRandom) {
    static FrozenFamily of(Family family, Runnable probe) {
        torch.manual_seed(11);
        probe.run();
        Map<String, ByteBuffer> weights = new LinkedHashMap<>();
        Map<String, String> gradients = new LinkedHashMap<>();
        family.weights().tensors().forEach((name, tensor) -> {
            weights.put(name, Tensors.bytes(tensor));
            Tensor gradient = tensor.grad();
            gradients.put(
                    name,
                    tensor.requires_grad() + " "
                            + (gradient.defined() ? Tensors.bytes(gradient).hashCode() : "none"));
        });
        try (PointerScope scope = new PointerScope()) {
            return new FrozenFamily(weights, gradients, torch.rand(1).item_float());
        }
    }
}
