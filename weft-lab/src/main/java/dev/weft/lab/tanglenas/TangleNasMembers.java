package dev.weft.lab.tanglenas;

import dev.weft.cost.CountedCosts;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** The members that are trained alone to compare with those that were chosen. */
final class TangleNasMembers {
    /** How far the parameters of a member of about the same cost may be from those of the member it is compared with. */
    static final double TOLERANCE = 0.15;

    private static final int ENUMERABLE = 100_000;

    private TangleNasMembers() {}

    /** Distinct members, uniformly random. */
    static List<Member> random(Space space, int count, long seed) {
        Set<Member> drawn = new LinkedHashSet<>();
        SplittableRandom random = RandomStream.EXPERIMENT.random(seed);
        while (drawn.size() < count) {
            drawn.add(space.sample(random));
        }
        return List.copyOf(drawn);
    }

    /**
     * Other members with about as many parameters, uniformly random among those within {@link #TOLERANCE}; fewer where there are
     * fewer, and where there is none the one that is nearest.
     */
    static List<Member> matched(Space space, CountedCosts costs, Member to, int count, long seed) {
        double params = costs.of(to).params();
        List<Member> others = new ArrayList<>(space.enumerate(ENUMERABLE));
        others.remove(to);
        Comparator<Member> distance =
                Comparator.comparingDouble(m -> Math.abs(costs.of(m).params() - params));
        List<Member> near = others.stream()
                .filter(m -> Math.abs(costs.of(m).params() - params) <= TOLERANCE * params)
                .toList();
        if (near.isEmpty()) {
            return List.of(others.stream().min(distance).orElseThrow());
        }
        return List.copyOf(RandomStream.EXPERIMENT.shuffled(near, seed).subList(0, Math.min(count, near.size())));
    }
}
