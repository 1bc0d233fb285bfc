package dev.weft.weight;

import org.bytedeco.pytorch.Tensor;

/**
 * What a strategy puts between two layers of a model: an adapter after a branch, a prompt before a block. A model asks for one at each
 * of its standard places and never learns what comes; {@link #NONE} is the identity, which leaves the model as it is.
 */
@FunctionalInterface
public interface Insertion {
    /** Nothing between the layers. */
    Insertion NONE = (x, reading) -> x;

    /**
     * @param x (…, width) of what the layer before gives, or (B, width, H, W) between layers of images
     * @return as the layer after reads it; it belongs to the caller's {@code PointerScope}. Computed through {@code dev.weft.ops}, so that
     *     it is exported with the model
     */
    Tensor apply(Tensor x, Reading reading);
}
