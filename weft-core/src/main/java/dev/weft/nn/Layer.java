package dev.weft.nn;

import dev.weft.ops.Bundle;
import org.bytedeco.pytorch.Tensor;

/**
 * A function of a tensor and a pass. The result belongs to the caller's {@code PointerScope}. As a {@link Network} it reads the only
 * input, whatever that is called, and gives the only output, which is then called as the model's port.
 */
@FunctionalInterface
public interface Layer extends Network {
    /** The name of its output until the model's port gives it one. */
    String OUTPUT = "output";

    Tensor forward(Tensor x, Pass pass);

    /** A lambda that is a layer is a network too, and is meant to be. */
    @Override
    @SuppressWarnings("FunctionalInterfaceMethodChanged")
    default Bundle forward(Bundle inputs, Pass pass) {
        return Bundle.of(OUTPUT, forward(inputs.only(), pass));
    }

    /** This layer, then {@code next}. */
    default Layer then(Layer next) {
        return (x, pass) -> next.forward(forward(x, pass), pass);
    }
}
