package dev.weft.sample.fair;

import dev.weft.io.InputException;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.seed.RandomStream;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Strict fairness (Chu et al., FairNAS, 2021): a step trains M members on one batch, of which the m-th takes the m-th entry of a random
 * permutation of every choice's options, so that every option is trained exactly once before one update.
 *
 * <p>M is the largest number of options of any choice. A choice with fewer takes permutation after permutation, each drawn anew, so that
 * its options differ by one at most in how often they are used. An option whose choice means nothing in its member (a block that is not
 * run) is not trained in that step. Where a constraint rules out a member, all permutations are drawn again: fairness is kept, and
 * what is lost is that permutations are uniform.
 *
 * @param frozenPathsPerEpoch whether the members of an epoch's first step train at every step of it: an error of a published script, and
 *     only for reproducing that
 */
public record FairSampler(boolean frozenPathsPerEpoch) implements Sampler {
    private static final int MAX_DRAWS = 1_000;

    @Override
    public Sampling start(Sampling.Setup setup) {
        Space space = setup.family().space();
        space.requireNoneSwitched("Sampler fair");
        if (!frozenPathsPerEpoch) {
            return Sampling.of(random -> draw(space, random));
        }
        return (step, batch, random) ->
                draw(space, RandomStream.SAMPLER.random(setup.seed(), step / setup.stepsPerEpoch()));
    }

    /**
     * The members of one step.
     *
     * @throws InputException when no permutations were found under which every member satisfies the constraints
     */
    List<TrainingMember> draw(Space space, RandomGenerator random) {
        for (int tries = 0; tries < MAX_DRAWS; tries++) {
            List<Member> members = members(space, random);
            if (members.stream().allMatch(space::satisfies)) {
                return members.stream()
                        .map(member -> new TrainingMember(Role.RANDOM, member))
                        .toList();
            }
        }
        throw new InputException("Sampler fair must find members that satisfy the constraints of space \""
                + space.name()
                + "\" and use every option once, but " + MAX_DRAWS + " draws did not. Use {kind: single-path, members: "
                + membersPerStep(space) + "}.");
    }

    private List<Member> members(Space space, RandomGenerator random) {
        int count = membersPerStep(space);
        List<List<Integer>> picked = new ArrayList<>();
        IntStream.range(0, count).forEach(m -> picked.add(new ArrayList<>()));
        for (Choice<?> choice : space.choices()) {
            int[] order = {};
            for (int m = 0; m < count; m++) {
                int place = m % choice.options().size();
                order = place == 0 ? permutation(choice.options().size(), random) : order;
                picked.get(m).add(order[place]);
            }
        }
        return picked.stream().map(space::decode).toList();
    }

    private static int[] permutation(int size, RandomGenerator random) {
        int[] order = IntStream.range(0, size).toArray();
        for (int i = size - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int other = order[i];
            order[i] = order[j];
            order[j] = other;
        }
        return order;
    }

    @Override
    public boolean drawsOfSpaceAlone() {
        return true;
    }

    @Override
    public boolean drawsLargest() {
        return false;
    }

    @Override
    public int membersPerStep(Space space) {
        return space.choices().stream()
                .mapToInt(choice -> choice.options().size())
                .max()
                .orElse(1);
    }
}
