package dev.weft.cost;

import dev.weft.io.InputException;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/**
 * The range of a cost, cut into equal bins: level 0 is the cheapest. Level k holds costs from {@code from + k · width} up to, and
 * without, its upper edge; the last level holds its upper edge too. A cost outside belongs to the nearest level, see {@link #holds}.
 *
 * @param from lower edge of level 0, in the cost's unit
 * @param width of a level, in the cost's unit
 * @param count of levels
 */
public record CostLevels(double from, double width, int count) {
    public CostLevels {
        if (!(width > 0 && Double.isFinite(from + count * width)) || count < 1) {
            throw new InputException("Cost levels must have a finite lower edge, a width > 0 and a count >= 1, but got"
                    + " from=" + from + ", width=" + width + ", count=" + count + ".");
        }
    }

    /** So many levels from the least to the greatest cost. */
    public static CostLevels between(double least, double most, int count) {
        if (!(most > least) || count < 1) {
            throw new InputException("Cost levels must be 1 or more between a least and a greater cost, but got "
                    + count + " between " + least + " and " + most + ". Give the space members of different cost.");
        }
        return new CostLevels(least, (most - least) / count, count);
    }

    /** Levels whose centres are the multiples of {@code step} nearest to the least and the greatest cost, and those between. */
    public static CostLevels onGrid(double least, double most, double step) {
        if (!(step > 0) || !(most >= least)) {
            throw new InputException("A grid of cost levels must have a step > 0 and a greatest cost no less than the"
                    + " least, but got step=" + step + ", least=" + least + ", greatest=" + most + ".");
        }
        long first = Math.round(least / step);
        long last = Math.round(most / step);
        return new CostLevels((first - 0.5) * step, step, Math.toIntExact(last - first + 1));
    }

    /** The level of a cost; one outside is of the nearest level. */
    public int of(double cost) {
        return (int) Math.max(0, Math.min(count - 1, Math.floor((cost - from) / width)));
    }

    /** Whether a cost lies within the levels, both outer edges included. */
    public boolean holds(double cost) {
        return cost >= from && cost <= from + count * width;
    }

    /** The middle of a level, in the cost's unit. */
    public double centre(int level) {
        return from + (level + 0.5) * width;
    }

    /**
     * A member of a level: the first of uniform draws that lies in it, so uniform over the level as draws see it. When none of
     * {@code draws} does, the one whose cost is nearest to the level's centre.
     */
    public Member draw(int level, Space space, ToDoubleFunction<Member> cost, int draws, RandomGenerator random) {
        return nearest(level, () -> space.sample(random), cost, draws);
    }

    /** The first proposed member that lies in the level, or the nearest of so many. */
    Member nearest(int level, java.util.function.Supplier<Member> proposals, ToDoubleFunction<Member> cost, int draws) {
        Member best = null;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < draws; i++) {
            Member member = proposals.get();
            double found = cost.applyAsDouble(member);
            if (of(found) == level && holds(found)) {
                return member;
            }
            double distance = Math.abs(found - centre(level));
            if (distance < least) {
                least = distance;
                best = member;
            }
        }
        return best;
    }
}
