package dev.weft.trust;

import dev.weft.cost.CountedCosts;
import dev.weft.io.InputException;
import dev.weft.model.FamilyDefinition;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Members that are trained alone, so that it is known how good they truly are. */
public final class Anchors {
    /** Fewer have one pair or none. */
    static final int FEWEST = 3;

    /** The most members of a space in which every member may be an anchor. */
    private static final int ENUMERATED = 20_000;

    /** The number of members that tell the quantiles of cost. */
    private static final int POPULATION = 1_000;

    private Anchors() {}

    /**
     * Anchors of all costs: members of the space, drawn by the seed where there are many, are put in order of their cost and cut into
     * as many equal parts as anchors are asked for; one of each part is drawn.
     *
     * @param metric of {@link dev.weft.cost.MemberCosts}, such as {@code macs}
     * @return from the cheapest to the dearest
     * @throws InputException when fewer than three are asked for, or more than the space has
     */
    public static List<Member> stratified(FamilyDefinition family, int count, String metric, long seed) {
        if (count < FEWEST) {
            throw new InputException("There must be " + FEWEST + " anchors or more to be ranked, but " + count
                    + (count == 1 ? " was" : " were") + " asked for. Thirty say a good deal.");
        }
        SplittableRandom random = RandomStream.ANCHORS.random(seed);
        Space space = family.space();
        List<Member> population = population(space, Math.max(POPULATION, 4 * count), random);
        if (population.size() < count) {
            throw new InputException("There must be at most as many anchors as space \""
                    + space.name() + "\" has members, " + population.size() + ", but " + count
                    + " were asked for.");
        }
        Map<Member, Long> costs = new LinkedHashMap<>();
        try (CountedCosts counted = new CountedCosts(family)) {
            population.forEach(member -> costs.put(member, counted.of(member).value(metric)));
        }
        List<Member> ordered = costs.keySet().stream()
                .sorted(Comparator.<Member>comparingLong(costs::get).thenComparing(Member::toString))
                .toList();
        List<Member> anchors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int from = (int) ((long) i * ordered.size() / count);
            int to = (int) ((long) (i + 1) * ordered.size() / count);
            anchors.add(ordered.get(from + random.nextInt(to - from)));
        }
        return anchors;
    }

    /**
     * Every member of a small space.
     *
     * @throws InputException when it has more than 20,000 members, or fewer than three
     */
    public static List<Member> all(Space space) {
        List<Member> all = space.enumerate(ENUMERATED);
        if (all.size() < FEWEST) {
            throw new InputException("There must be " + FEWEST + " members or more to be ranked, but space \""
                    + space.name() + "\" has " + all.size() + ".");
        }
        return all;
    }

    /** Distinct members: all of a small space, some of a large one. */
    private static List<Member> population(Space space, int most, SplittableRandom random) {
        BigInteger unconstrained = new Space(space.name(), space.choices()).count();
        if (unconstrained.compareTo(BigInteger.valueOf(ENUMERATED)) <= 0) {
            List<Member> all = RandomStream.ANCHORS.shuffled(space.enumerate(ENUMERATED), random.nextLong());
            return all.subList(0, Math.min(most, all.size()));
        }
        Set<Member> drawn = new LinkedHashSet<>();
        for (int i = 0; i < 10 * most && drawn.size() < most; i++) {
            drawn.add(space.sample(random));
        }
        return List.copyOf(drawn);
    }
}
