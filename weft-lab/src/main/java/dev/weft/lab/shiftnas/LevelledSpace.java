package dev.weft.lab.shiftnas;

import dev.weft.cost.CostLevels;
import dev.weft.cost.CostSpread;
import dev.weft.cost.DifferentiableCost;
import dev.weft.cost.ExpectedCost;
import dev.weft.model.FamilyDefinition;
import dev.weft.model.ModelDefinition;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Every member of the space with its multiply-adds, and the cost levels they fall into: known before any training. */
final class LevelledSpace {
    private static final int LIMIT = 100_000;
    private static final double STARVED = 0.05;

    private final Space space;
    private final DifferentiableCost cost;
    private final CostLevels levels;
    private final List<Double> shares;
    private final List<List<Member>> byLevel = new ArrayList<>();

    /** @param model bound to its data */
    LevelledSpace(ModelDefinition model, int count) {
        this.space = model.space();
        this.cost = ExpectedCost.of(FamilyDefinition.of(model)).get("macs");
        this.levels = CostLevels.between(cost.exact(space.smallest()), cost.exact(space.largest()), count);
        this.shares = CostSpread.shares(space, levels, cost::exact, LIMIT, 1);
        for (int k = 0; k < count; k++) {
            byLevel.add(new ArrayList<>());
        }
        for (Member member : space.enumerate(LIMIT)) {
            byLevel.get(level(member)).add(member);
        }
        if (starved().isEmpty() || fed().isEmpty() || byLevel.stream().anyMatch(List::isEmpty)) {
            throw new IllegalArgumentException(
                    "The space must have a level under 5 % of uniform draws, another above, and"
                            + " no empty one, but its levels have " + shares);
        }
    }

    int levels() {
        return levels.count();
    }

    /** The part of uniform draws that falls into each level, exactly. */
    List<Double> shares() {
        return shares;
    }

    /** Levels, from 0, that have under 5 % of uniform draws. */
    List<Integer> starved() {
        return IntStream.range(0, levels())
                .filter(k -> shares.get(k) < STARVED)
                .boxed()
                .toList();
    }

    /** The other levels. */
    List<Integer> fed() {
        return IntStream.range(0, levels())
                .filter(k -> shares.get(k) >= STARVED)
                .boxed()
                .toList();
    }

    double macs(Member member) {
        return cost.exact(member);
    }

    int level(Member member) {
        return levels.of(macs(member));
    }

    /** The middle of a level as a part of the range of costs, which generators are asked by. */
    double target(int level) {
        return (level + 0.5) / levels();
    }

    /** Different members of a level, drawn uniformly: fewer where it has fewer. */
    List<Member> draw(int level, int count, long seed) {
        List<Member> shuffled = RandomStream.EXPERIMENT.shuffled(byLevel.get(level), seed, level);
        return List.copyOf(shuffled.subList(0, Math.min(count, shuffled.size())));
    }

    Space space() {
        return space;
    }

    /**
     * A cost level before any training.
     *
     * @param macs its middle
     * @param members how many there are
     * @param share of uniform draws, by enumeration
     */
    record Level(double macs, int members, double share) {}

    /** All levels, the cheapest first. */
    List<Level> described() {
        return IntStream.range(0, levels())
                .mapToObj(k -> new Level(levels.centre(k), byLevel.get(k).size(), shares.get(k)))
                .toList();
    }
}
