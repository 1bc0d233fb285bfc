package dev.weft.nn;

import dev.weft.ops.Ops;
import dev.weft.space.Choice;
import dev.weft.weight.Gate;
import dev.weft.weight.Weights;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Several operations of which a member runs one: x to an output whose shape does not depend on the operation. Where a gate shares
 * out several, their outputs are mixed, {@code y = Σ part_o · o(x)} (DARTS, Liu et al. 2019). What a gate does not list does not
 * run, and its weights get no gradient.
 */
public final class OperationChoice implements Layer {
    private final List<? extends Layer> operations;
    private final Gate which;

    /** @param operations one for each option of {@code choice}, in that order */
    public OperationChoice(Weights weights, String name, Choice<?> choice, List<? extends Layer> operations) {
        if (choice.options().size() != operations.size()) {
            throw new IllegalArgumentException("Operation choice " + name + " must have a layer for each of "
                    + choice.options() + ", but has " + operations.size() + ".");
        }
        this.operations = List.copyOf(operations);
        this.which = weights.gate(name, choice);
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor mixed = null;
        for (Gate.Share share : which.shares(pass.member())) {
            Tensor y = operations.get(share.value()).forward(x, pass);
            Tensor part = share.part() == null ? y : Ops.multiply(y, share.part());
            mixed = mixed == null ? part : Ops.add(mixed, part);
        }
        return mixed;
    }
}
