package dev.weft.tree;

import dev.weft.io.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The options of a choice in groups, each of which goes on as a supernet of its own (gradient matching, Hu et al. 2022). The sum of
 * distances over all pairs of options has two parts: {@code within} is what lies inside groups, and {@code cut} the rest.
 *
 * @param groups positions of options, rising, the groups by their first
 * @param within summed over the unordered pairs inside groups
 * @param cut summed over the pairs that are parted
 * @param candidates how many partitions there were to choose from
 */
public record Partition(List<List<Integer>> groups, double within, double cut, long candidates) {
    /** The most options that are partitioned: ten have at most 42,525 partitions into equally many groups. */
    public static final int MAX_OPTIONS = 10;

    public Partition {
        groups = groups.stream().map(List::copyOf).toList();
    }

    /**
     * The partition with the least {@code within}, of all that there are; the first of several.
     *
     * @param distances symmetric, by position
     * @param groups how many, 2 or more
     * @param minimumSize of a group, 1 or more
     * @param mean whether the least mean over the pairs inside groups is sought: the sum favours groups of equal size, because these have
     *     fewer pairs
     */
    public static Partition closest(double[][] distances, int groups, int minimumSize, boolean mean) {
        List<List<List<Integer>>> all = all(distances.length, groups, minimumSize);
        List<List<Integer>> best = null;
        double least = Double.POSITIVE_INFINITY;
        for (List<List<Integer>> candidate : all) {
            double within = within(distances, candidate);
            double value = mean ? within / Math.max(1, pairs(candidate)) : within;
            if (value < least) {
                least = value;
                best = candidate;
            }
        }
        if (best == null) {
            throw new IllegalArgumentException("distances must be numbers");
        }
        return of(distances, best, all.size());
    }

    /** One of all partitions, each as likely as another. */
    public static Partition random(double[][] distances, int groups, int minimumSize, RandomGenerator random) {
        List<List<List<Integer>>> all = all(distances.length, groups, minimumSize);
        return of(distances, all.get(random.nextInt(all.size())), all.size());
    }

    /** A group for every option: few-shot NAS (Zhao et al. 2021). */
    public static Partition ofEach(double[][] distances) {
        List<List<Integer>> groups = new ArrayList<>();
        for (int i = 0; i < distances.length; i++) {
            groups.add(List.of(i));
        }
        return of(distances, groups, 1);
    }

    /** The least group that is sought where a user does not say: 2, or 1 where the options do not suffice for that. */
    public static int usualMinimum(int options, int groups) {
        return options >= 2 * groups ? 2 : 1;
    }

    private static Partition of(double[][] distances, List<List<Integer>> groups, long candidates) {
        double total = 0;
        for (int i = 0; i < distances.length; i++) {
            for (int j = 0; j < i; j++) {
                total += distances[i][j];
            }
        }
        double within = within(distances, groups);
        return new Partition(groups, within, total - within, candidates);
    }

    private static double within(double[][] distances, List<List<Integer>> groups) {
        double sum = 0;
        for (List<Integer> group : groups) {
            for (int i : group) {
                for (int j : group) {
                    sum += j < i ? distances[i][j] : 0;
                }
            }
        }
        return sum;
    }

    private static int pairs(List<List<Integer>> groups) {
        return groups.stream().mapToInt(g -> g.size() * (g.size() - 1) / 2).sum();
    }

    /**
     * All partitions of {@code 0 … options - 1} into groups of a size or more.
     *
     * @throws InputException when there is none, or too many
     */
    static List<List<List<Integer>>> all(int options, int groups, int minimumSize) {
        if (groups < 2 || minimumSize < 1 || (long) groups * minimumSize > options) {
            throw new InputException("A split must have 2 or more groups of 1 or more options each, but asks for "
                    + groups + " groups of " + minimumSize + " or more of " + options + " options.");
        }
        if (options > MAX_OPTIONS) {
            throw new InputException("A choice that is split must have at most " + MAX_OPTIONS
                    + " options, because all partitions are compared, but has " + options
                    + ". Name other choices in split.choices, or use partition: exhaustive.");
        }
        List<List<List<Integer>>> found = new ArrayList<>();
        extend(0, options, groups, minimumSize, new ArrayList<>(), found);
        return found;
    }

    /** Puts each option into a group that there is or begins the next, so that no partition is met twice. */
    private static void extend(
            int option,
            int options,
            int groups,
            int minimumSize,
            List<List<Integer>> open,
            List<List<List<Integer>>> found) {
        int missing = (groups - open.size()) * minimumSize
                + open.stream()
                        .mapToInt(g -> Math.max(0, minimumSize - g.size()))
                        .sum();
        if (missing > options - option) {
            return;
        }
        if (option == options) {
            found.add(open.stream().map(List::copyOf).toList());
            return;
        }
        for (List<Integer> group : List.copyOf(open)) {
            group.add(option);
            extend(option + 1, options, groups, minimumSize, open, found);
            group.remove(group.size() - 1);
        }
        if (open.size() < groups) {
            List<Integer> next = new ArrayList<>(List.of(option));
            open.add(next);
            extend(option + 1, options, groups, minimumSize, open, found);
            open.remove(open.size() - 1);
        }
    }
}
