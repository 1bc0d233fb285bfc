package dev.weft.pick;

import dev.weft.cost.CountedCosts;
import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.search.Bound;
import dev.weft.search.Constraints;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.MemberProposals;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What the generator of a family proposes for a budget: its likeliest member, without noise (ShiftNAS, Zhang et al. 2023). Where that
 * member costs more than the budget, the target is lowered by as much and the generator asked again. The weights are inherited, so
 * nothing is searched or trained. Holds a little native memory until {@link #close}.
 */
public final class GeneratedMembers implements AutoCloseable {
    private static final int CORRECTIONS = 50;

    private final Space space;
    private final MemberProposals generator;
    private final CountedCosts costs;
    private final String metric;
    private final double least;
    private final double range;

    /** @throws InputException when the family has no generator */
    public GeneratedMembers(Family family) {
        this.generator = family.proposals()
                .orElseThrow(() -> new InputException("A family must have a generator to be asked for members, but its"
                        + " weights are shared by " + (family.sharing().isEmpty() ? "slices alone" : family.sharing())
                        + ". Train one with a recipe such as shiftnas-quick, or use another strategy."));
        this.space = family.space();
        this.metric = generator.metric();
        this.costs = new CountedCosts(family.plan());
        this.least = cost(space.smallest());
        this.range = cost(space.largest()) - least;
    }

    /** What the generator's targets are of, for instance {@code macs}. */
    public String metric() {
        return metric;
    }

    private double cost(Member member) {
        return costs.of(member).value(metric);
    }

    /**
     * The generator's member for a budget of its metric; empty when it proposes none that keeps to it.
     *
     * @param budget in the metric's unit
     */
    public Optional<Member> within(double budget) {
        double target = budget;
        for (int i = 0; i <= CORRECTIONS; i++) {
            Member member = generator.strongest((target - least) / range);
            double cost = cost(member);
            if (cost <= budget && space.satisfies(member)) {
                return Optional.of(member);
            }
            target -= Math.max(cost - budget, range / CORRECTIONS);
        }
        return Optional.empty();
    }

    /**
     * Members for a search's budget: one where it bounds the generator's metric from above, otherwise one for each of so many targets
     * over the whole range, as far as they differ.
     */
    public List<Member> proposals(Constraints budget, int targets) {
        OptionalDouble limit = budget.bounds().stream()
                .filter(bound -> bound.metric().equals(metric) && bound.upper())
                .mapToDouble(Bound::limit)
                .min();
        if (limit.isPresent()) {
            return within(limit.getAsDouble()).map(List::of).orElse(List.of());
        }
        Set<Member> members = new LinkedHashSet<>();
        for (int i = 0; i < targets; i++) {
            members.add(generator.strongest((i + 0.5) / targets));
        }
        members.removeIf(member -> !space.satisfies(member));
        return new ArrayList<>(members);
    }

    @Override
    public void close() {
        costs.close();
    }
}
