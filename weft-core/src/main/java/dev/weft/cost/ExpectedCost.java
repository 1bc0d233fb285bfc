package dev.weft.cost;

import dev.weft.model.FamilyDefinition;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * The exact cost of a model's members (see {@link CountedCosts}) as a differentiable function of how likely each option is, found
 * by running the model on shapes: a new model or layer needs no formula of its own.
 *
 * <p>The cost is a sum over operations, of which each depends on few choices: a convolution on its own widths, its kernel, the
 * resolution and whether the depth reaches it. So it is a sum of small tables, and the mean over all members, however many, is a
 * few products. The mean is exact, where the cost of a mean width would not be.
 *
 * <p>A choice that means nothing for a member (its block does not run) counts nothing. Constraints of the space play no part:
 * independent distributions know none. Holds no native memory; thread-safe.
 */
public final class ExpectedCost implements DifferentiableCost {
    private final TableSum sum;

    private ExpectedCost(TableSum sum) {
        this.sum = sum;
    }

    /**
     * The expected costs of a family, by metric: {@code params}, {@code macs} and {@code bytes}. Runs the model some hundred times
     * on shapes.
     *
     * @throws dev.weft.io.InputException when a cost is no sum of terms that depend on few choices each
     */
    public static Map<String, ExpectedCost> of(FamilyDefinition family) {
        try (CountedCosts costs = new CountedCosts(family)) {
            return of(family.space(), costs::terms);
        }
    }

    /** @param terms the costs of a member by term; the sum is its cost */
    static Map<String, ExpectedCost> of(Space space, Function<Member, Map<String, MemberCosts>> terms) {
        Map<String, ExpectedCost> byMetric = new LinkedHashMap<>();
        new CostTerms(space, terms)
                .tables()
                .forEach((metric, tables) -> byMetric.put(metric, new ExpectedCost(tables)));
        return byMetric;
    }

    @Override
    public Tensor expected(Function<Choice<?>, Tensor> distribution) {
        return sum.expected(distribution);
    }

    @Override
    public double exact(Member member) {
        return sum.at(member);
    }
}
