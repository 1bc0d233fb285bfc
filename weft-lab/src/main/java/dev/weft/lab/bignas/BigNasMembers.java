package dev.weft.lab.bignas;

import dev.weft.seed.RandomStream;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** The members that every arm is judged by. */
final class BigNasMembers {
    static final String SMALLEST = "smallest";
    static final String MIDDLE = "middle";
    static final String LARGEST = "largest";
    static final List<String> SIZES = List.of(SMALLEST, MIDDLE, LARGEST);

    private BigNasMembers() {}

    /** The member of that size; the middle one has every choice's middle option, of two the lower and the upper in turn. */
    static Member ofSize(String size, Space space) {
        if (size.equals(MIDDLE)) {
            Map<String, Object> picked = new LinkedHashMap<>();
            int pairs = 0;
            for (Choice<?> choice : space.choices()) {
                int options = choice.options().size();
                picked.put(choice.name(), choice.options().get(options == 2 ? pairs++ % 2 : options / 2));
            }
            return space.canonical(new Member(picked));
        }
        return size.equals(SMALLEST) ? space.smallest() : space.largest();
    }

    /** Distinct random members, none of them of {@link #SIZES}; the same for every arm and seed. */
    static List<Member> random(Space space, int count, long seed) {
        List<Member> known = SIZES.stream().map(each -> ofSize(each, space)).toList();
        SplittableRandom random = RandomStream.EXPERIMENT.random(seed);
        return Stream.generate(() -> space.sample(random))
                .filter(member -> !known.contains(member))
                .distinct()
                .limit(count)
                .toList();
    }
}
