package dev.weft.lab.tanglenas;

import dev.weft.cost.CountedCosts;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** The members that are trained alone to compare with those that were chosen. */
final class TangleNasMembers {
    /** How far the parameters of a member of about the same cost may be from those of the member it is compared with. */
    static final double TOLERANCE = 0.15;

    private static final int ENUMERABLE = 100_000;

    private TangleNasMembers() {}

    /** Distinct members, uniformly random. */
    static List<Member> random(Space space, int count, long seed) {
        SplittableRandom random = RandomStream.EXPERIMENT.random(seed);
        return Stream.generate(() -> space.sample(random))
                .distinct()
                .limit(count)
                .toList();
    }

    /**
     * Other members with about as many parameters, uniformly random among those within {@link #TOLERANCE}; fewer where there are
     * fewer, and where there is none the one that is nearest.
     */
    static List<Member> matched(Space space, CountedCosts costs, Member to, int count, long seed) {
        double params = costs.of(to).params();
        ToDoubleFunction<Member> distance = m -> Math.abs(costs.of(m).params() - params);
        List<Member> others =
                space.enumerate(ENUMERABLE).stream().filter(m -> !m.equals(to)).toList();
        List<Member> near = others.stream()
                .filter(m -> distance.applyAsDouble(m) <= TOLERANCE * params)
                .toList();
        if (near.isEmpty()) {
            return List.of(
                    others.stream().min(Comparator.comparingDouble(distance)).orElseThrow());
        }
        return List.copyOf(RandomStream.EXPERIMENT.shuffled(near, seed).subList(0, Math.min(count, near.size())));
    }
}
