package dev.weft.weight;

import dev.weft.space.Choice;
import dev.weft.space.Dim;
import org.bytedeco.pytorch.Tensor;

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
     * The scale or shift (C) of a batch norm: a weight, but for strategies that treat these apart. Batch norm undoes whatever
     * its input was scaled by, so that it alone decides whether a channel is heard.
     */
    default Weight batchNorm(String name, Init init, Axis channels) {
        return weight(name, init, channels);
    }

    /**
     * The gate called {@code name}: how many of something that cannot be sliced (blocks of a stack, heads of an attention) a
     * member runs.
     */
    default Gate gate(String name, Dim count) {
        return Gate.of(count);
    }

    /**
     * The gate called {@code name}: which operation a member runs. Each of them has weights of its own, under names of its own.
     *
     * @param operations one option an operation
     */
    default Gate gate(String name, Choice<?> operations) {
        return Gate.of(operations);
    }

    /**
     * How a member spreads over the options of a choice: (options), summing to 1. All on one option, unless the member is a
     * blend. It belongs to the caller's {@code PointerScope}.
     */
    default Tensor distribution(Choice<?> choice, Reading reading) {
        float[] picked = new float[choice.options().size()];
        picked[choice.options().indexOf(reading.member().value(choice))] = 1;
        return Tensor.create(picked, picked.length);
    }

    /**
     * Called once the model has asked for everything.
     *
     * @throws dev.weft.io.InputException when something that this strategy was told to share in its way was not asked for
     */
    default void built() {}
}
