package dev.weft.nn;

import dev.weft.ops.Ops;
import dev.weft.space.Dim;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Weights;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Adaptive layer norm (Perez et al. 2018; Peebles and Xie 2023): how the branches of a block are scaled and shifted by a condition. One
 * stored matrix holds, for n branches, first n times γ, then n times the scale and n times the shift, C rows each, as VAR does.
 */
final class Modulation {
    private final String name;
    private final int branches;
    private final List<Linear> parts = new ArrayList<>();

    Modulation(Weights weights, String name, Dim condition, Dim embed, int branches, Init init) {
        this.name = name;
        this.branches = branches;
        for (int part = 0; part < 3 * branches; part++) {
            Axis rows = Axis.part(part, 3 * branches, embed);
            parts.add(new Linear(
                    weights.weight(name + ".weight", init, rows, Axis.prefix(condition)),
                    weights.weight(name + ".bias", Init.zeros(), rows)));
        }
    }

    /** {@code x · (1 + scale) + shift}, x (B, T, C) as the norm of a branch gives it. */
    Tensor modulated(Tensor x, int branch, Pass pass) {
        Tensor scaled = Ops.add(x, Ops.multiply(x, part(branches + branch, pass)));
        return Ops.add(scaled, part(2 * branches + branch, pass));
    }

    /** {@code γ · y}, of what a branch has computed. */
    Tensor gated(Tensor y, int branch, Pass pass) {
        return Ops.multiply(y, part(branch, pass));
    }

    /** (B, 1, C) */
    private Tensor part(int index, Pass pass) {
        Tensor condition = pass.context().condition();
        if (condition == null) {
            throw new IllegalArgumentException(
                    "A modulated block must be given a condition (" + name + "), but the pass has none.");
        }
        Tensor active = Ops.silu(Ops.unflatten(condition, 1, List.of(1, -1)));
        return parts.get(index).forward(active, pass);
    }
}
