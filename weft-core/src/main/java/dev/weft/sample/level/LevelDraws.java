package dev.weft.sample.level;

import dev.weft.cost.CostLevels;
import dev.weft.cost.DifferentiableCost;
import dev.weft.cost.LevelFrequencies;
import dev.weft.io.InputException;
import dev.weft.model.Family;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.generator.GeneratedWeights;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Finds members of a cost level, as {@link LevelMembers} says. */
final class LevelDraws {
    private static final int DRAWS = 100; // for a member that keeps the constraints

    private final LevelMembers members;
    private final Space space;
    private final DifferentiableCost cost;
    private final double least;
    private final double range;
    private final CostLevels levels;
    private final long steps;
    private final GeneratedWeights generated; // null where members come from elsewhere
    private final LevelFrequencies frequencies; // null but for a conditional table

    /**
     * @param steps of the whole training, over which a generator cools
     * @param seed of a conditional table
     */
    LevelDraws(CostLevelSampler settings, Family family, DifferentiableCost cost, long steps, long seed) {
        this.members = settings.members();
        this.space = family.space();
        this.cost = cost;
        this.steps = steps;
        this.least = cost.exact(space.smallest());
        double most = cost.exact(space.largest());
        this.range = most - least;
        this.levels = settings.levels().of(least, most);
        this.generated = members instanceof LevelMembers.Generator ? generated(settings, family) : null;
        this.frequencies = members instanceof LevelMembers.ConditionalTable table
                ? LevelFrequencies.count(space, levels, cost::exact, table.members(), RandomStream.COSTS.random(seed))
                : null;
    }

    private static GeneratedWeights generated(CostLevelSampler settings, Family family) {
        GeneratedWeights strategy = family.strategy(GeneratedWeights.class)
                .orElseThrow(
                        () -> new InputException("Members of a generator must have one in the recipe's sharing, but it"
                                + " has " + family.sharing() + ". Add - {kind: generator, metric: " + settings.metric()
                                + ", hidden: 64, view: slice}, or use members {kind: rejection, draws: 10000}."));
        if (!strategy.settings().metric().equals(settings.metric())) {
            throw new InputException("The generator and the sampler must have one metric, but got "
                    + strategy.settings().metric() + " and " + settings.metric() + ".");
        }
        return strategy;
    }

    /**
     * A member of a level.
     *
     * @param member as it trains
     * @param plain the ordinary member that it stands for
     * @param temperature of the gradient to what drew it
     */
    record Drawn(Member member, Member plain, double temperature) {
        private static Drawn plain(Member member) {
            return new Drawn(member, member, 1);
        }
    }

    CostLevels levels() {
        return levels;
    }

    /** The cost of the largest member less that of the smallest. */
    double range() {
        return range;
    }

    /** The cost that a part of the range stands for. */
    double cost(double target) {
        return least + target * range;
    }

    /** The middles of the levels as parts of the range from the smallest to the largest member. */
    double[] targets() {
        return IntStream.range(0, levels.count()).mapToDouble(this::target).toArray();
    }

    private double target(int level) {
        return (levels.centre(level) - least) / range;
    }

    /** @param step from 0 */
    Drawn member(int level, long step, RandomGenerator random) {
        if (members instanceof LevelMembers.Rejection rejection) {
            return Drawn.plain(levels.draw(level, space, cost::exact, rejection.draws(), random));
        }
        if (members instanceof LevelMembers.ConditionalTable table) {
            return Drawn.plain(frequencies.draw(level, table.draws(), random));
        }
        double temperature = generated.settings().temperature().at(Math.min(1, (double) step / steps));
        for (int i = 0; i < DRAWS; i++) {
            GeneratedWeights.Generated drawn = generated.draw(target(level), random.nextLong());
            if (space.constraints().isEmpty() || space.satisfies(drawn.plain())) {
                return new Drawn(drawn.member(), drawn.plain(), temperature);
            }
        }
        throw new InputException("A generator must find members that satisfy the constraints of space \"" + space.name()
                + "\", but " + DRAWS + " draws did not. Use members {kind: rejection, draws: 10000}.");
    }
}
