package dev.weft.nn;

import org.bytedeco.pytorch.Tensor;

/** A function of a tensor and a pass. The result belongs to the caller's {@code PointerScope}. */
@FunctionalInterface
public interface Layer {
    Tensor forward(Tensor x, Pass pass);

    /** This layer, then {@code next}. */
    default Layer then(Layer next) {
        return (x, pass) -> next.forward(forward(x, pass), pass);
    }
}
