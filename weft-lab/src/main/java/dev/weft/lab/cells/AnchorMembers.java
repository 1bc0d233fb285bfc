package dev.weft.lab.cells;

import dev.weft.model.CellOperation;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which members of the cell space are trained alone: a fixed list of two parts. Anchors are stratified by the number of convolutions in
 * the cell, which decides most of what a member costs and much of how good it is; they say something about the ends. Random members are
 * drawn evenly of all others, as a search draws them; most of these have two or three convolutions, so what ranks them ranks more than
 * convolutions.
 */
final class AnchorMembers {
    static final int RANDOM = 150;

    /** How many anchors there are with 0, 1, … 6 convolutions. */
    static final List<Integer> QUOTA = List.of(4, 5, 5, 5, 5, 4, 4);

    static final int ANCHORS = QUOTA.stream().mapToInt(Integer::intValue).sum();

    private static final long SEED = 2022;
    private static final int ALL = 20_000;
    private static final Set<String> CONVOLUTIONS =
            Set.of(CellOperation.CONV_1.published(), CellOperation.CONV_3.published());

    private AnchorMembers() {}

    /** How many edges of the cell have a convolution. */
    static int convolutions(Member member) {
        return (int) member.options().values().stream()
                .filter(CONVOLUTIONS::contains)
                .count();
    }

    /** The anchors, those with fewer convolutions first, and then the random members. */
    static List<Member> draw(Space space) {
        return Stream.concat(anchors(space).stream(), random(space, RANDOM).stream())
                .toList();
    }

    /** The first {@code count} random members, none of them an anchor. */
    static List<Member> random(Space space, int count) {
        Set<Member> taken = new HashSet<>(anchors(space));
        return RandomStream.ANCHORS.shuffled(space.enumerate(ALL), SEED, QUOTA.size()).stream()
                .filter(member -> !taken.contains(member))
                .limit(count)
                .toList();
    }

    private static List<Member> anchors(Space space) {
        List<Member> all = space.enumerate(ALL);
        List<Member> drawn = new ArrayList<>();
        for (int convolutions = 0; convolutions < QUOTA.size(); convolutions++) {
            int wanted = convolutions;
            List<Member> stratum =
                    all.stream().filter(m -> convolutions(m) == wanted).toList();
            drawn.addAll(
                    RandomStream.ANCHORS.shuffled(stratum, SEED, convolutions).subList(0, QUOTA.get(wanted)));
        }
        return drawn;
    }
}
