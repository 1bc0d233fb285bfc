package dev.weft.cost;

import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A cost that is a sum of tables. Its mean is the sum of theirs, for choices that are drawn independently. */
record TableSum(List<CostTable> tables) {
    TableSum {
        tables = List.copyOf(tables);
    }

    double at(Member member) {
        return tables.stream().mapToDouble(table -> table.at(member)).sum();
    }

    /** See {@link DifferentiableCost#expected}. Sums in float64: a few terms in a billion must not be lost. */
    Tensor expected(Function<Choice<?>, Tensor> distribution) {
        return Tensors.scoped(() -> {
            Map<Choice<?>, Tensor> distributions = new HashMap<>();
            ScalarType type = ScalarType.Float;
            for (CostTable table : tables) {
                for (Choice<?> choice : table.choices()) {
                    if (!distributions.containsKey(choice)) {
                        Tensor given = checked(choice, distribution.apply(choice));
                        type = given.scalar_type().intern();
                        distributions.put(choice, given.to(ScalarType.Double));
                    }
                }
            }
            Tensor sum = Tensors.scalar(0);
            for (CostTable table : tables) {
                sum = sum.add(table.expected(distributions));
            }
            return sum.to(type);
        });
    }

    private static Tensor checked(Choice<?> choice, Tensor given) {
        int options = choice.options().size();
        if (given == null || given.dim() != 1 || given.size(0) != options) {
            throw new IllegalArgumentException("The distribution of choice " + choice.name() + " must have shape ["
                    + options + "], one entry an option, but has "
                    + (given == null ? "none" : Arrays.toString(given.shape())) + ".");
        }
        return given;
    }
}
