package dev.weft.nn;

import dev.weft.ops.Ops;
import dev.weft.space.Choice;
import dev.weft.weight.Gate;
import dev.weft.weight.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Several operations of which a member runs one: x to an output whose shape does not depend on the operation. Where a gate shares
 * out several, their outputs are mixed, {@code y = Σ part_o · o(x)} (DARTS, Liu et al. 2019). What a gate does not list does not
 * run, and its weights get no gradient.
 *
 * <p>Operations may be one layer that stands for several options, of which each has a part of its weights: a 1×1 convolution in the middle of
 * a 3×3 one. It runs once, and its outcome has the parts of all of them.
 *
 * <p>Of a switched choice nothing runs for a member that has it off. A blend runs what it mixes, off among it.
 */
public final class OperationChoice implements Layer {
    private final List<? extends Layer> operations;
    private final Gate which;
    private final int off; // -1 where the choice is not switched

    /** @param operations one for each option of {@code choice}, in that order; the same one for options that are one layer */
    public OperationChoice(Weights weights, String name, Choice<?> choice, List<? extends Layer> operations) {
        if (choice.options().size() != operations.size()) {
            throw new IllegalArgumentException("Operation choice " + name + " must have a layer for each of "
                    + choice.options() + ", but has " + operations.size() + ".");
        }
        this.operations = List.copyOf(operations);
        this.which = weights.gate(name, choice);
        this.off =
                choice.isSwitched() ? choice.options().indexOf(choice.switched().off()) : -1;
    }

    /** What the member of a pass makes of x; empty where it has the choice off. */
    public Optional<Tensor> ifOn(Tensor x, Pass pass) {
        List<Gate.Share> shares = which.shares(pass.reading());
        boolean isOff = shares.size() == 1
                && shares.get(0).value() == off
                && shares.get(0).part() == null;
        return isOff ? Optional.empty() : Optional.of(mixed(shares, x, pass));
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return mixed(which.shares(pass.reading()), x, pass);
    }

    private Tensor mixed(List<Gate.Share> shares, Tensor x, Pass pass) {
        Map<Layer, List<Gate.Share>> running = new LinkedHashMap<>();
        for (Gate.Share share : shares) {
            running.computeIfAbsent(operations.get(share.value()), layer -> new ArrayList<>())
                    .add(share);
        }
        Tensor mixed = null;
        for (Map.Entry<Layer, List<Gate.Share>> entry : running.entrySet()) {
            Tensor y = entry.getKey().forward(x, pass);
            Tensor part = entry.getValue().stream()
                    .map(Gate.Share::part)
                    .filter(Objects::nonNull)
                    .reduce(Ops::add)
                    .map(parts -> Ops.multiply(y, parts))
                    .orElse(y);
            mixed = mixed == null ? part : Ops.add(mixed, part);
        }
        return mixed;
    }
}
