package dev.weft.cost;

import dev.weft.space.Choice;
import dev.weft.space.Member;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/** A cost that is known for every member at once, so that the choices themselves can be trained against it. */
public interface DifferentiableCost {
    /**
     * The mean cost of members whose choices are drawn independently. Gradients flow to the distributions; where each is
     * one-hot, the cost is that of the member. Each distribution must sum to 1, as one made by softmax does: a term that does not
     * depend on a choice leaves it out.
     *
     * @param distribution for a choice with n options, how likely each is: (n)
     * @return a scalar in the type of the distributions, in the caller's {@code PointerScope}
     */
    Tensor expected(Function<Choice<?>, Tensor> distribution);

    /** The cost of one member. */
    double exact(Member member);
}
