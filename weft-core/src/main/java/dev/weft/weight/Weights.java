package dev.weft.weight;

import dev.weft.space.Dim;

/**
 * Where a model gets its weights: the strategy that decides how names become tensors. A model is built against this interface
 * and never learns how a weight is shared. Strategies compose by wrapping one another.
 */
public interface Weights {
    /**
     * The weight called {@code name}, trained with the model.
     *
     * @param name its published state-dict key, for instance {@code blocks.0.attn.qkv.weight}
     * @param init its values before training
     * @param axes its shape. Several weights may read parts of one stored tensor under one name
     */
    Weight weight(String name, Init init, Axis... axes);

    /**
     * The gate called {@code name}: how many of something that cannot be sliced (blocks of a stack, heads of an attention) a
     * member runs.
     */
    default Gate gate(String name, Dim count) {
        return Gate.of(count);
    }
}
