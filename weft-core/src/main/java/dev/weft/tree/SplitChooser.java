package dev.weft.tree;

import dev.weft.io.InputException;
import dev.weft.recipe.SplitSettings;
import dev.weft.seed.RandomStream;
import dev.weft.space.Choice;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Decides which choice a supernet splits and into which groups, by the rules of a recipe; random ones follow from the seed. */
final class SplitChooser {
    private final SplitSettings settings;
    private final Space space;
    private final long seed;
    private final List<Choice<?>> choices;

    /**
     * @param space of the whole model
     * @throws InputException when the settings name what it does not have, or nothing can be split
     */
    SplitChooser(SplitSettings settings, Space space, long seed) {
        this.settings = settings;
        this.space = space;
        this.seed = seed;
        this.choices = named();
        if (choices.stream().noneMatch(choice -> isLargeEnough(choice, 0))) {
            throw new InputException("A split must have a choice with options for " + groupsText(0) + ", but "
                    + (choices.isEmpty() ? "model " + space.name() + " has no choices" : "none of " + names() + " has")
                    + ". Ask for fewer or smaller groups.");
        }
    }

    /** How many children an exhaustive split is expected to have. */
    int usualOptions() {
        return choices.get(0).options().size();
    }

    private List<String> names() {
        return choices.stream().map(Choice::name).toList();
    }

    private List<Choice<?>> named() {
        if (settings.choices() != null) {
            space.within(onlyNames(settings.choices())); // complains about unknown ones
            List<Choice<?>> found = new ArrayList<>();
            for (String name : settings.choices()) {
                found.add(choice(name));
            }
            return found;
        }
        List<Choice<?>> operations = new ArrayList<>();
        space.choices().stream().filter(c -> c.smallest() instanceof String).forEach(operations::add);
        return operations.isEmpty() ? List.copyOf(space.choices()) : operations;
    }

    private Map<String, List<String>> onlyNames(List<String> names) {
        Map<String, List<String>> all = new LinkedHashMap<>();
        for (String name : names) {
            all.put(
                    name,
                    space.choices().stream()
                            .filter(c -> c.name().equals(name))
                            .flatMap(c -> c.options().stream().map(Object::toString))
                            .toList());
        }
        return all;
    }

    private Choice<?> choice(String name) {
        return space.choices().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private String groupsText(int round) {
        return settings.groups() == null
                ? "a group each"
                : settings.groups().get(round) + " groups of "
                        + (settings.minimumSize() == null ? "1" : settings.minimumSize()) + " or more";
    }

    private boolean isLargeEnough(Choice<?> choice, int round) {
        int options = choice.options().size();
        if (settings.groups() == null) {
            return options > 1;
        }
        int least = settings.minimumSize() == null ? 1 : settings.minimumSize();
        return (long) settings.groups().get(round) * least <= options;
    }

    /**
     * The choices that a supernet may split: of which it has all options, and enough.
     *
     * @param node its space
     * @param why is told which choices are left out for another reason than that they were split before
     */
    List<Choice<?>> candidates(Space node, int round, List<String> why) {
        List<Choice<?>> found = new ArrayList<>();
        for (Choice<?> choice : choices) {
            if (!optionsOf(choice, node).equals(choice.options())) {
                continue;
            }
            if (!isLargeEnough(choice, round)) {
                why.add(choice.name() + " has " + choice.options().size() + " options, too few for "
                        + groupsText(round));
            } else if (!matters(choice, node)) {
                why.add(choice.name() + " means nothing in this supernet");
            } else {
                found.add(choice);
            }
        }
        return found;
    }

    private static List<?> optionsOf(Choice<?> choice, Space space) {
        return space.choices().stream()
                .filter(c -> c.name().equals(choice.name()))
                .findFirst()
                .orElseThrow()
                .options();
    }

    private static boolean matters(Choice<?> choice, Space node) {
        return node.canonical(node.largest().with(choice, choice.largest()))
                .options()
                .get(choice.name())
                .equals(choice.largest());
    }

    /** The choices whose distances must be known before it is decided; of a rule by chance the chosen one. */
    List<Choice<?>> probed(List<Choice<?>> candidates, int round, int splits) {
        if (settings.rule().comparesDistances()) {
            return candidates;
        }
        Choice<?> one = byRule(candidates, round, splits);
        return settings.partition() == SplitSettings.PartitionBy.GRADIENT ? List.of(one) : List.of();
    }

    /** The choice that a rule takes which compares no distances. */
    private Choice<?> byRule(List<Choice<?>> candidates, int round, int splits) {
        SplittableRandom random = RandomStream.SPLIT_CHOICE.random(seed, splits);
        return switch (settings.rule()) {
            case PREDEFINED ->
                candidates.stream()
                        .filter(c -> c.name().equals(settings.choices().get(round)))
                        .findFirst()
                        .orElse(candidates.get(0));
            case RANDOM -> candidates.get(random.nextInt(candidates.size()));
            case RANDOM_PERMUTATION -> inPermutation(candidates, splits);
            default -> throw new IllegalStateException(settings.rule() + " compares distances");
        };
    }

    private Choice<?> inPermutation(List<Choice<?>> candidates, int splits) {
        List<Choice<?>> order = RandomStream.SPLIT_CHOICE.shuffled(choices, seed);
        for (int i = 0; i < order.size(); i++) {
            Choice<?> next = order.get((splits + i) % order.size());
            if (candidates.contains(next)) {
                return next;
            }
        }
        throw new IllegalStateException("candidates are among the choices");
    }

    /** The partition of a choice, given its distances; where they do not matter, they may be zeros. */
    Partition partition(Choice<?> choice, double[][] distances, int round, int splits) {
        if (settings.partition() == SplitSettings.PartitionBy.EXHAUSTIVE) {
            return Partition.ofEach(distances);
        }
        int groups = settings.groups().get(round);
        int least = settings.minimumSize() == null
                ? Partition.usualMinimum(distances.length, groups)
                : settings.minimumSize();
        return settings.partition() == SplitSettings.PartitionBy.RANDOM
                ? Partition.random(
                        distances,
                        groups,
                        least,
                        RandomStream.SPLIT_CHOICE.random(RandomStream.SPLIT_CHOICE.bits(seed, splits), choice.name()))
                : Partition.closest(distances, groups, least, settings.mean());
    }

    /** The choice to split. {@code partitions} holds those of the probed choices, in the order of the candidates. */
    Choice<?> choose(List<Choice<?>> candidates, Map<Choice<?>, Partition> partitions, int round, int splits) {
        if (!settings.rule().comparesDistances()) {
            return byRule(candidates, round, splits);
        }
        return best(settings.rule(), partitions);
    }

    /** The choice with the largest cut, or with the least within; the first of several. */
    private static Choice<?> best(SplitSettings.Rule rule, Map<Choice<?>, Partition> partitions) {
        Choice<?> best = null;
        for (Map.Entry<Choice<?>, Partition> entry : partitions.entrySet()) {
            if (best == null || value(rule, entry.getValue()) > value(rule, partitions.get(best))) {
                best = entry.getKey();
            }
        }
        return best;
    }

    private static double value(SplitSettings.Rule rule, Partition partition) {
        return rule == SplitSettings.Rule.MAX_CUT_DISTANCE ? partition.cut() : -partition.within();
    }

    /** Whether every group keeps a member that the constraints allow. */
    static boolean hasMembers(Space whole, Map<String, List<String>> options) {
        try {
            Space part = whole.within(options);
            part.sample(RandomStream.STAND_IN.random(0));
            return true;
        } catch (InputException e) {
            return false;
        }
    }
}
