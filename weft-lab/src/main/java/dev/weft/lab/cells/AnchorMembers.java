package dev.weft.lab.cells;

import dev.weft.model.CellNetwork.Operation;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Which members of the cell space are anchors: a fixed random list, stratified by the number of convolutions in the cell, which decides
 * most of what a member costs and much of how good it is. Drawn evenly over the strata, and not as often as members are: a list in
 * which most have two or three convolutions would say little about the ends.
 */
final class AnchorMembers {
    static final int COUNT = 32;

    /** How many there are with 0, 1, … 6 convolutions. */
    private static final List<Integer> QUOTA = List.of(4, 5, 5, 5, 5, 4, 4);

    private static final long SEED = 2022;
    private static final Set<String> CONVOLUTIONS = Set.of(Operation.CONV_1.published(), Operation.CONV_3.published());

    private AnchorMembers() {}

    /** How many edges of the cell have a convolution. */
    static int convolutions(Member member) {
        return (int) member.options().values().stream()
                .filter(CONVOLUTIONS::contains)
                .count();
    }

    /** Draws the anchors, those with fewer convolutions first. */
    static List<Member> draw(Space space) {
        List<Member> all = space.enumerate(20_000);
        List<Member> drawn = new ArrayList<>();
        for (int convolutions = 0; convolutions < QUOTA.size(); convolutions++) {
            int wanted = convolutions;
            List<Member> stratum = new ArrayList<>(
                    all.stream().filter(m -> convolutions(m) == wanted).toList());
            Collections.shuffle(stratum, new Random(SEED + convolutions));
            drawn.addAll(stratum.subList(0, QUOTA.get(convolutions)));
        }
        return drawn;
    }
}
