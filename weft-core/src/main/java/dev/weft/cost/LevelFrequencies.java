package dev.weft.cost;

import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/**
 * How often each option is picked by the members of each cost level, counted once over uniform draws; to draw members of a level
 * without looking for them (Wang et al., AttentiveNAS, 2021). Each decision is drawn by its frequency given the level, as if the
 * decisions were independent given the level, so a draw may miss and is repeated.
 */
public final class LevelFrequencies {
    private final Space space;
    private final CostLevels levels;
    private final ToDoubleFunction<Member> cost;
    private final List<Integer> members; // of each level
    private final List<List<double[]>> counts; // by level and choice, one an option

    private LevelFrequencies(
            Space space,
            CostLevels levels,
            ToDoubleFunction<Member> cost,
            List<Integer> members,
            List<List<double[]>> counts) {
        this.space = space;
        this.levels = levels;
        this.cost = cost;
        this.members = members;
        this.counts = counts;
    }

    /**
     * Counts uniform draws, and the smallest and the largest member, so that the outer levels are not empty.
     *
     * @param draws how many
     */
    public static LevelFrequencies count(
            Space space, CostLevels levels, ToDoubleFunction<Member> cost, int draws, RandomGenerator random) {
        int[] members = new int[levels.count()];
        List<List<double[]>> counts = new ArrayList<>();
        for (int k = 0; k < members.length; k++) {
            counts.add(space.choices().stream()
                    .map(choice -> new double[choice.options().size()])
                    .toList());
        }
        for (int i = 0; i < draws + 2; i++) {
            Member member = i == 0 ? space.smallest() : i == 1 ? space.largest() : space.sample(random);
            int level = levels.of(cost.applyAsDouble(member));
            members[level]++;
            List<Integer> picked = space.encode(member);
            for (int c = 0; c < picked.size(); c++) {
                counts.get(level).get(c)[picked.get(c)]++;
            }
        }
        return new LevelFrequencies(
                space, levels, cost, Arrays.stream(members).boxed().toList(), counts);
    }

    /** The part of the counted members that each level has; sums to 1. */
    public List<Double> shares() {
        double all = members.stream().mapToInt(Integer::intValue).sum();
        return members.stream().map(count -> count / all).toList();
    }

    /** The part of a level's counted members that picks each option; uniform where the level has none. */
    public List<Double> frequencies(int level, Choice<?> choice) {
        double[] counted = counts.get(level).get(space.choices().indexOf(choice));
        double all = members.get(level);
        return Arrays.stream(counted)
                .mapToObj(count -> all == 0 ? 1.0 / counted.length : count / all)
                .toList();
    }

    /**
     * A member of a level: the first of up to {@code draws} that lies in it, otherwise the nearest of them. It satisfies the space's
     * constraints.
     */
    public Member draw(int level, int draws, RandomGenerator random) {
        return levels.nearest(level, () -> proposal(level, random), cost, draws);
    }

    private Member proposal(int level, RandomGenerator random) {
        for (int attempt = 0; attempt < 100; attempt++) {
            List<Integer> picked = new ArrayList<>();
            for (Choice<?> choice : space.choices()) {
                picked.add(pick(frequencies(level, choice), random));
            }
            Member member = space.decode(picked);
            if (space.satisfies(member)) {
                return member;
            }
        }
        return space.sample(random);
    }

    private static int pick(List<Double> frequencies, RandomGenerator random) {
        double left = random.nextDouble();
        for (int i = 0; i < frequencies.size(); i++) {
            left -= frequencies.get(i);
            if (left < 0 && frequencies.get(i) > 0) {
                return i;
            }
        }
        int last = frequencies.size() - 1; // what rounding has left over
        while (frequencies.get(last) == 0) {
            last--;
        }
        return last;
    }
}
