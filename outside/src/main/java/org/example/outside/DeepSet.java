package org.example.outside;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.io.InputException;
import dev.weft.model.ModelDefinition;
import dev.weft.model.ModelInput;
import dev.weft.nn.Layer;
import dev.weft.nn.Linear;
import dev.weft.nn.Network;
import dev.weft.ops.Bundle;
import dev.weft.ops.Ops;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.weight.Init;
import dev.weft.weight.Weights;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

// tag::network[]
/**
 * A function of a set of particles that does not depend on their order (Zaheer et al. 2017, "Deep Sets"): features of each position,
 * weighed by its mass, averaged, and read by a linear layer.
 *
 * @param input absent until the definition is bound to data
 * @param hidden options of the number of features, ascending
 */
@JsonTypeName("deep-set")
public record DeepSet(Particles input, List<Integer> hidden) implements ModelDefinition {
    public DeepSet {
        if (hidden == null || hidden.isEmpty() || hidden.get(0) < 1) {
            throw new InputException("A deep set must have hidden widths of 1 or more, but got " + hidden + ".");
        }
        hidden = List.copyOf(hidden);
    }

    @Override
    public String name() {
        return "deep-set";
    }

    @Override
    public DeepSet withInput(ModelInput other) {
        if (other != null && !(other instanceof Particles)) {
            throw new InputException(
                    "Model deep-set must be given particles, but the data is " + other.description() + ".");
        }
        return new DeepSet((Particles) other, hidden);
    }

    private Choice<Integer> width() {
        return new Choice<>("hidden", hidden);
    }

    @Override
    public List<Choice<?>> choices() {
        return hidden.size() > 1 ? List.of(width()) : List.of();
    }

    @Override
    public DeepSet at(Member member) {
        return new DeepSet(input, List.of(member.value(width())));
    }

    @Override
    public Network build(Weights weights) {
        Dim features = Dim.of(width());
        Layer each = new Linear(weights, "fc1", Dim.of(3), features, Init.uniformFanIn())
                .then((x, pass) -> Ops.apply(new Squareplus(4), x));
        Layer head = new Linear(weights, "fc2", features, Dim.of(1), Init.uniformFanIn());
        return (inputs, pass) -> {
            Tensor ofEach = each.forward(inputs.get(Particles.POSITIONS), pass); // (B, N, features)
            Tensor heavy = Ops.multiply(ofEach, inputs.get(Particles.MASSES)); // (B, N, 1) weighs all features alike
            return Bundle.of(Particles.VALUE, head.forward(Ops.mean(heavy, List.of(1), false), pass));
        };
    }
}
// end::network[]
