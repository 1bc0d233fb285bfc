package dev.weft.cost;

import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** A number for every combination of options of a few choices. */
final class CostTable {
    private final List<Choice<?>> choices;
    private final double[] values;

    /** @param values row by row: the options of the last choice vary fastest. Not copied */
    CostTable(List<Choice<?>> choices, double... values) {
        this.choices = List.copyOf(choices);
        this.values = values;
    }

    List<Choice<?>> choices() {
        return choices;
    }

    double at(Member member) {
        int entry = 0;
        for (Choice<?> choice : choices) {
            int option = choice.options().indexOf(member.value(choice));
            if (option < 0) {
                throw new IllegalArgumentException("Member \"" + member + "\" must pick one of " + choice.options()
                        + " for choice " + choice.name() + ".");
            }
            entry = entry * choice.options().size() + option;
        }
        return values[entry];
    }

    /** {@code Σ_ij… p1_i · p2_j · … · value_ij…}, a float64 scalar. */
    Tensor expected(Map<Choice<?>, Tensor> distributions) {
        long[] shape = choices.stream().mapToLong(c -> c.options().size()).toArray();
        Tensor mean = Tensors.fresh(values, shape); // (n1, …, nk)
        for (int i = choices.size() - 1; i >= 0; i--) {
            mean = mean.matmul(distributions.get(choices.get(i))); // (n1, …, ni-1)
        }
        return mean;
    }
}
