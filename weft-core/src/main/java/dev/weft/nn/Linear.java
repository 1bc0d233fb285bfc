package dev.weft.nn;

import dev.weft.space.Dim;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import org.bytedeco.pytorch.Tensor;

/** {@code y = x Wᵀ + b}: x (…, in) to (…, out). */
public final class Linear implements Layer {
    private final Weight weight;
    private final Weight bias;

    public Linear(Weights weights, String name, Dim in, Dim out, Init init) {
        this(weights, name, in, out, init, true);
    }

    public Linear(Weights weights, String name, Dim in, Dim out, Init init, boolean bias) {
        this(
                weights.weight(name + ".weight", init, Axis.prefix(out), Axis.prefix(in)),
                bias ? weights.weight(name + ".bias", Init.zeros(), Axis.prefix(out)) : null);
    }

    /** The weight uniform by its fan-in, the bias as {@code initialisation} has it. */
    public Linear(Weights weights, String name, Dim in, Dim out, Initialisation initialisation) {
        this(
                weights.weight(name + ".weight", Init.uniformFanIn(), Axis.prefix(out), Axis.prefix(in)),
                weights.weight(name + ".bias", initialisation.bias(in.max()), Axis.prefix(out)));
    }

    /** @param bias (out) or {@code null} */
    public Linear(Weight weight, Weight bias) {
        this.weight = weight;
        this.bias = bias;
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return weight.linear(x, bias == null ? null : bias.tensor(pass.reading()), pass.reading());
    }
}
