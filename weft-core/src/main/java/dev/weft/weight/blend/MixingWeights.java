package dev.weft.weight.blend;

import dev.weft.space.Choice;
import java.util.Collection;
import org.bytedeco.pytorch.Tensor;

/** The source of one draw of mixing weights: stored logits, or a network. A {@link Mixture} makes multipliers of them. */
public interface MixingWeights {
    /**
     * The mixing weights (options) of a choice: none below 0, sum 1.
     *
     * @param blend of this draw, which remembers what was computed
     */
    Tensor weights(Choice<?> choice, Mixture blend);

    /** The stored tensors that the mixing weights of a choice are a function of. */
    Collection<Tensor> parameters(Choice<?> choice);

    /** Whether a choice may pick the option at a position. */
    boolean allows(Choice<?> choice, int position);
}
