package dev.weft.architecture;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.cost.DifferentiableCost;
import dev.weft.cost.ExpectedCost;
import dev.weft.cost.LatencyTable;
import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.model.FamilyDefinition;
import dev.weft.space.Choice;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A term of the architecture's loss that grows with the expected cost of what is chosen. Without a target it is
 * {@code factor · cost / largest}; with one, {@code factor · max(0, cost / target - 1)}, which is zero within the budget.
 *
 * @param metric {@code params}, {@code macs}, {@code bytes}, or a name that begins with {@code latency}, with a table
 * @param factor of the term
 * @param target the budget; absent for the smaller the better
 * @param table file of a latency table
 */
public record CostTerm(
        String metric,
        double factor,
        @JsonInclude(JsonInclude.Include.NON_NULL) Double target,
        @JsonInclude(JsonInclude.Include.NON_NULL) String table) {
    public CostTerm {
        if (metric == null || !(factor > 0 && Double.isFinite(factor)) || target != null && !(target > 0)) {
            throw new InputException("A cost must have a metric, a factor > 0 and a target > 0 or none, but got metric="
                    + metric + ", factor=" + factor + ", target=" + target + ".");
        }
        if (metric.startsWith("latency") != (table != null)) {
            throw new InputException("A cost must have a table exactly where its metric is a latency, but got metric="
                    + metric + ", table=" + table + ".");
        }
    }

    /**
     * The cost of every member of a family.
     *
     * @throws InputException when there is none of that name, or the table does not fit the family
     */
    public DifferentiableCost of(FamilyDefinition family) {
        DifferentiableCost cost = table == null ? counted(family) : LatencyTable.read(Path.of(table), family.space());
        double largest = cost.exact(family.space().largest());
        if (!(largest > 0 && Double.isFinite(largest))) {
            throw new InputException("The " + metric
                    + " of the largest member must be over 0, because others are compared" + " with it, but is "
                    + largest + ". Correct " + (table == null ? "the metric" : table) + ".");
        }
        return cost;
    }

    private DifferentiableCost counted(FamilyDefinition family) {
        Map<String, ExpectedCost> counted = ExpectedCost.of(family);
        if (!counted.containsKey(metric)) {
            throw new InputException(
                    "A cost's metric must be one of " + counted.keySet() + ", or a latency with a table, but is \""
                            + metric + "\"." + Suggest.nearest(metric, counted.keySet()));
        }
        return counted.get(metric);
    }

    /**
     * The term: a scalar in the caller's {@code PointerScope}.
     *
     * @param largest the cost of the largest member
     * @param distribution how the chosen options are spread: (options) of each choice
     */
    Tensor of(DifferentiableCost cost, double largest, Function<Choice<?>, Tensor> distribution) {
        Tensor expected = cost.expected(distribution);
        return target == null
                ? expected.mul(new Scalar(factor / largest))
                : torch.relu(expected.mul(new Scalar(1 / target)).sub(new Scalar(1)))
                        .mul(new Scalar(factor));
    }
}
