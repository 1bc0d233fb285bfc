package dev.weft.weight.blend;

import dev.weft.space.Choice;
import org.bytedeco.pytorch.Tensor;

/** The source of one draw of mixing weights: stored logits, or a network. A {@link Mixture} makes multipliers of them. */
public interface MixingWeights {
    /** The mixing weights (options) of a choice, in the caller's scope: none below 0, sum 1. */
    Tensor weights(Choice<?> choice);

    /** Whether a choice may pick the option at a position. */
    boolean allows(Choice<?> choice, int position);
}
