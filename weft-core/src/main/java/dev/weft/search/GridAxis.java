package dev.weft.search;

import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Choices that one level sets together, in every stage: those with the same last part of their names, such as {@code stem.width},
 * {@code stage1.width} and {@code head.width} of axis {@code width}.
 *
 * @param levels 1 to {@link #options()}
 */
public record GridAxis(String name, List<Choice<?>> choices, int levels) {
    private static final String RESOLUTION = "resolution";
    private static final int DEFAULT_LEVELS = 4;
    private static final int MAX_GRID = 100_000;

    public GridAxis {
        choices = List.copyOf(choices);
        int options = options(choices);
        if (levels < 1 || levels > options) {
            throw new InputException("The levels of axis " + name + " must be 1 to " + options
                    + ", the most options that one of its choices has, but got " + levels + ".");
        }
    }

    /** The most options that one of the choices has. */
    public int options() {
        return options(choices);
    }

    private static int options(List<Choice<?>> choices) {
        return choices.stream().mapToInt(c -> c.options().size()).max().orElse(1);
    }

    /**
     * The option of a choice at a level: {@code round(level / (levels - 1) * (options - 1))}, halves up; with one level, the last.
     */
    Object option(Choice<?> choice, int level) {
        int last = choice.options().size() - 1;
        int index = levels == 1 ? last : (2 * level * last + levels - 1) / (2 * (levels - 1));
        return choice.options().get(index);
    }

    /**
     * The axes of a space, in the order of their first choices.
     *
     * @param levels by axis; where not given, all for {@code resolution} and at most 4 for others
     * @throws InputException when an axis is unknown or has fewer options than levels
     */
    public static List<GridAxis> of(Space space, Map<String, Integer> levels) {
        Map<String, List<Choice<?>>> groups = new LinkedHashMap<>();
        for (Choice<?> choice : space.choices()) {
            String axis = choice.name().substring(choice.name().lastIndexOf('.') + 1);
            groups.computeIfAbsent(axis, name -> new ArrayList<>()).add(choice);
        }
        for (String name : levels.keySet()) {
            if (!groups.containsKey(name)) {
                throw new InputException(
                        "Space \"" + space.name() + "\" must have the axis of every level, but has no \""
                                + name + "\". Axes: " + String.join(", ", groups.keySet()) + "."
                                + Suggest.nearest(name, groups.keySet()));
            }
        }
        List<GridAxis> axes = new ArrayList<>();
        groups.forEach((name, choices) -> {
            int all = options(choices);
            int usual = name.equals(RESOLUTION) ? all : Math.min(all, DEFAULT_LEVELS);
            axes.add(new GridAxis(name, choices, levels.getOrDefault(name, usual)));
        });
        return axes;
    }

    /** How many combinations of levels there are. */
    static BigInteger size(List<GridAxis> axes) {
        return axes.stream().map(a -> BigInteger.valueOf(a.levels)).reduce(BigInteger.ONE, BigInteger::multiply);
    }

    /**
     * The member at every combination of levels, the last axis varying fastest. Canonical; where a level of one axis makes another
     * meaningless, several are equal. Constraints of the space are not looked at.
     *
     * @throws InputException when there are more than 100,000
     */
    static List<Member> grid(Space space, List<GridAxis> axes) {
        BigInteger size = size(axes);
        if (size.compareTo(BigInteger.valueOf(MAX_GRID)) > 0) {
            throw new InputException("The coarse grid of space \"" + space.name() + "\" must have at most " + MAX_GRID
                    + " members, but has " + size + ". Set fewer levels for its axes.");
        }
        List<Member> grid = new ArrayList<>();
        for (int point = 0; point < size.intValueExact(); point++) {
            Member member = space.largest();
            int rest = point;
            for (int i = axes.size() - 1; i >= 0; i--) {
                GridAxis axis = axes.get(i);
                for (Choice<?> choice : axis.choices) {
                    member = member.with(choice, axis.option(choice, rest % axis.levels));
                }
                rest /= axis.levels;
            }
            grid.add(space.canonical(member));
        }
        return grid;
    }
}
