package dev.weft.cost;

import dev.weft.io.InputException;
import dev.weft.seed.RandomStream;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Turns costs that are a sum of terms into tables, by asking for the terms of members:
 *
 * <ol>
 *   <li>which choices a term depends on: those whose change alone, from the largest member, or that with other operations, changes
 *       it;
 *   <li>terms that depend on the same choices share a table, with an entry for every combination of their options. One member
 *       fills an entry of each table at once;
 *   <li>the sum of the tables must be the cost of members drawn at random. From a member where it is not, choices are changed
 *       too (a rounded width may hide a dependence at the largest member), and the tables are made again.
 * </ol>
 */
final class CostTerms {
    static final int MAX_ENTRIES = 20_000;
    private static final int CHECKED = 100;
    private static final int ATTEMPTS = 3;

    private final Space space;
    private final Function<Member, Map<String, MemberCosts>> terms;
    private final Map<Member, Map<String, MemberCosts>> known = new HashMap<>();

    /** @param terms the costs of a canonical member by term; a term that a member has not costs nothing */
    CostTerms(Space space, Function<Member, Map<String, MemberCosts>> terms) {
        this.space = space;
        this.terms = terms;
    }

    /** One metric of one term. */
    private record Part(String metric, String term) {
        long of(Map<String, MemberCosts> terms) {
            return terms.getOrDefault(term, MemberCosts.NONE).value(metric);
        }
    }

    private Map<String, MemberCosts> at(Member member) {
        return known.computeIfAbsent(space.canonical(member), terms);
    }

    /** The tables of every metric. */
    Map<String, TableSum> tables() {
        List<Member> bases = new ArrayList<>(bases());
        int given = bases.size();
        while (true) {
            Map<String, TableSum> tables = tabulate(dependencies(bases));
            Optional<Member> wrong = checked()
                    .filter(member -> MemberCosts.METRICS.stream()
                            .anyMatch(metric -> tables.get(metric).at(member) != cost(metric, member)))
                    .findFirst();
            if (wrong.isEmpty()) {
                return tables;
            }
            Member base = wrong.get();
            if (bases.contains(base) || bases.size() - given == ATTEMPTS) {
                throw notASum(base, tables);
            }
            bases.add(base);
        }
    }

    /**
     * The largest member, and it with the same other operation at every choice between names: what an operation's terms depend on
     * shows only where it runs. They need not keep the constraints, because only their costs are asked for.
     */
    private Set<Member> bases() {
        Set<Member> bases = new LinkedHashSet<>(List.of(space.largest()));
        List<Choice<?>> operations = space.choices().stream()
                .<Choice<?>>map(choice -> choice)
                .filter(choice -> choice.options().get(0) instanceof String)
                .toList();
        int most = operations.stream()
                .mapToInt(choice -> choice.options().size())
                .max()
                .orElse(0);
        for (int i = 0; i < most; i++) {
            Member member = space.largest();
            for (Choice<?> choice : operations) {
                member = member.with(
                        choice,
                        choice.options().get(Math.min(i, choice.options().size() - 1)));
            }
            bases.add(member);
        }
        return bases;
    }

    private Stream<Member> checked() {
        SplittableRandom random = RandomStream.STAND_IN.random(0);
        return Stream.concat(Stream.of(space.smallest()), Stream.generate(() -> space.sample(random)))
                .limit(CHECKED);
    }

    private double cost(String metric, Member member) {
        return at(member).values().stream().mapToLong(c -> c.value(metric)).sum();
    }

    private InputException notASum(Member member, Map<String, TableSum> tables) {
        String metric = MemberCosts.METRICS.stream()
                .filter(m -> tables.get(m).at(member) != cost(m, member))
                .findFirst()
                .orElseThrow();
        return new InputException("The " + metric + " of space \"" + space.name()
                + "\" must be a sum of terms whose choices show when they are changed one at a time, but of \"" + member
                + "\" they are " + cost(metric, member) + " and the terms' sum is "
                + tables.get(metric).at(member) + ". Search with the exact cost instead.");
    }

    /** The choices, by index, that each part depends on. */
    private Map<Part, Set<Integer>> dependencies(List<Member> bases) {
        Map<Part, Set<Integer>> dependencies = new LinkedHashMap<>();
        for (Member base : bases) {
            compare(at(base), at(base), Set.of(), dependencies); // a plain model has no choice to change
            for (int c = 0; c < space.choices().size(); c++) {
                Choice<?> choice = space.choices().get(c);
                for (Object option : choice.options()) {
                    compare(at(base), at(base.with(choice, option)), Set.of(c), dependencies);
                }
            }
        }
        return dependencies;
    }

    private static void compare(
            Map<String, MemberCosts> before,
            Map<String, MemberCosts> after,
            Set<Integer> changed,
            Map<Part, Set<Integer>> dependencies) {
        Set<String> names = new LinkedHashSet<>(before.keySet());
        names.addAll(after.keySet());
        for (String name : names) {
            for (String metric : MemberCosts.METRICS) {
                Part part = new Part(metric, name);
                Set<Integer> on = dependencies.computeIfAbsent(part, p -> new TreeSet<>());
                if (part.of(before) != part.of(after)) {
                    on.addAll(changed);
                }
            }
        }
    }

    private Map<String, TableSum> tabulate(Map<Part, Set<Integer>> dependencies) {
        Map<Set<Integer>, Entries> byChoices = new LinkedHashMap<>();
        dependencies.forEach((part, on) ->
                byChoices.computeIfAbsent(on, o -> new Entries(part, o)).parts.add(part));
        List<Entries> tables = byChoices.values().stream()
                .sorted(Comparator.comparingInt((Entries table) -> table.count).reversed())
                .toList();
        while (tables.stream().anyMatch(table -> !table.isFull())) {
            List<Integer> picked =
                    new ArrayList<>(Collections.nCopies(space.choices().size(), null));
            tables.forEach(table -> table.pickNext(picked));
            for (int c = 0; c < picked.size(); c++) {
                if (picked.get(c) == null) {
                    picked.set(c, space.choices().get(c).options().size() - 1);
                }
            }
            Map<String, MemberCosts> found = at(space.decode(picked));
            tables.forEach(table -> table.fill(picked, found));
        }
        Map<String, TableSum> sums = new LinkedHashMap<>();
        for (String metric : MemberCosts.METRICS) {
            sums.put(
                    metric,
                    new TableSum(tables.stream()
                            .filter(table -> table.values.containsKey(metric))
                            .map(table -> new CostTable(table.choices, table.values.get(metric)))
                            .toList()));
        }
        return sums;
    }

    /** The entries of the tables, one a metric, over one set of choices, while they are found. */
    private final class Entries {
        private final List<Part> parts = new ArrayList<>();
        private final List<Integer> on;
        private final List<Choice<?>> choices;
        private final int count;
        private final BitSet found = new BitSet();
        private final Map<String, double[]> values = new LinkedHashMap<>();

        Entries(Part first, Set<Integer> on) {
            this.on = List.copyOf(on);
            choices = this.on.stream().<Choice<?>>map(space.choices()::get).toList();
            double entries = choices.stream()
                    .mapToDouble(choice -> choice.options().size())
                    .reduce(1, (a, b) -> a * b);
            if (entries > MAX_ENTRIES) {
                throw new InputException(String.format(
                        Locale.ROOT,
                        "Every term of the %s of space \"%s\" must depend on few choices, at most %d combinations of their "
                                + "options, but %s depends on %s: %.0f combinations. Search with the exact cost instead.",
                        first.metric,
                        space.name(),
                        MAX_ENTRIES,
                        first.term,
                        choices.stream().map(Choice::name).toList(),
                        entries));
            }
            count = (int) entries;
        }

        boolean isFull() {
            return found.cardinality() == count;
        }

        /** Picks the options of the first missing entry that goes with what is picked already; {@code null} is open. */
        void pickNext(List<Integer> picked) {
            for (int entry = found.nextClearBit(0); entry < count; entry = found.nextClearBit(entry + 1)) {
                List<Integer> options = options(entry);
                if (IntStream.range(0, on.size())
                        .allMatch(i -> picked.get(on.get(i)) == null
                                || picked.get(on.get(i)).equals(options.get(i)))) {
                    for (int i = 0; i < on.size(); i++) {
                        picked.set(on.get(i), options.get(i));
                    }
                    return;
                }
            }
        }

        private List<Integer> options(int entry) {
            LinkedList<Integer> options = new LinkedList<>();
            int rest = entry;
            for (int i = choices.size() - 1; i >= 0; i--) {
                int size = choices.get(i).options().size();
                options.addFirst(rest % size);
                rest /= size;
            }
            return options;
        }

        void fill(List<Integer> picked, Map<String, MemberCosts> terms) {
            int entry = 0;
            for (int i = 0; i < on.size(); i++) {
                entry = entry * choices.get(i).options().size() + picked.get(on.get(i));
            }
            if (!found.get(entry)) {
                found.set(entry);
                for (Part part : parts) {
                    values.computeIfAbsent(part.metric, m -> new double[count])[entry] += part.of(terms);
                }
            }
        }
    }
}
