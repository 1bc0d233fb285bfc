package dev.weft.pick;

import dev.weft.io.InputException;
import dev.weft.metric.Metrics;
import dev.weft.search.BestMember;
import dev.weft.search.Bound;
import dev.weft.search.Constraints;
import dev.weft.search.SearchResult;
import dev.weft.search.UnmetBudgetException;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Classes of devices, each with a budget and a name of its own, that one search finds a member for each: {@code latencyMillis<=0.02;
 * 0.05;0.1} are three of them.
 */
public record Tiers(List<Tier> tiers) {
    public Tiers {
        tiers = List.copyOf(tiers);
        List<String> names = tiers.stream().map(Tier::name).toList();
        List<Constraints> budgets = tiers.stream().map(Tier::budget).toList();
        if (tiers.isEmpty()
                || new HashSet<>(names).size() != names.size()
                || new HashSet<>(budgets).size() != budgets.size()) {
            throw new InputException("Tiers must be one or more with names and budgets that differ, but got names "
                    + names + " and budgets " + budgets + ".");
        }
    }

    /** Does what {@link #parse(String, Metrics)} does, for the metrics that every family has. */
    public static Tiers parse(String text) {
        return parse(text, Metrics.BUILT_IN);
    }

    /**
     * Reads budgets with semicolons between. One that is a number alone is the limit of the first budget's one bound. They are named
     * {@code tier-1}, {@code tier-2} and so on: see {@link #named}.
     *
     * @param known the metrics there are
     * @throws InputException when a part is neither a budget nor such a number, or two are the same
     */
    public static Tiers parse(String text, Metrics known) {
        String[] parts = text.split(";", -1);
        List<Tier> tiers = new ArrayList<>();
        for (String part : parts) {
            Constraints budget = isNumber(part) && !tiers.isEmpty()
                    ? limit(tiers.get(0).budget(), part, known)
                    : Constraints.parse(part, known);
            if (budget.bounds().isEmpty()) {
                throw new InputException("Every tier must have a budget, but one of \"" + text
                        + "\" is empty. For instance: latencyMillis<=0.02;0.05;0.1.");
            }
            tiers.add(new Tier("tier-" + (tiers.size() + 1), budget));
        }
        return new Tiers(tiers);
    }

    private static boolean isNumber(String part) {
        return part.strip().matches("[-+0-9.eE]+");
    }

    private static Constraints limit(Constraints first, String part, Metrics known) {
        if (first.bounds().size() != 1) {
            throw new InputException(
                    "The tier \"" + part.strip() + "\" must say which metric it bounds, as the first tier, " + first
                            + ", has " + first.bounds().size() + " bounds.");
        }
        Bound bound = first.bounds().get(0);
        return Constraints.parse(bound.metric() + (bound.upper() ? "<=" : ">=") + part.strip(), known);
    }

    /** The same budgets under these names, one for each. */
    public Tiers named(List<String> names) {
        if (names.size() != tiers.size()) {
            throw new InputException("Each of " + tiers.size() + " tiers must have a name, but got " + names.size()
                    + ": " + String.join(", ", names) + ".");
        }
        List<Tier> renamed = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            renamed.add(new Tier(names.get(i), tiers.get(i).budget()));
        }
        return new Tiers(renamed);
    }

    /** The same names, each within these bounds too. */
    public Tiers within(Constraints all) {
        return new Tiers(tiers.stream()
                .map(tier -> new Tier(
                        tier.name(),
                        new Constraints(Stream.concat(tier.budget().bounds().stream(), all.bounds().stream())
                                .toList())))
                .toList());
    }

    /** What to search within. */
    public List<Constraints> budgets() {
        return tiers.stream().map(Tier::budget).toList();
    }

    /** The best member of each tier by its name, in their order; one member may be the best of several. */
    public Map<String, Member> members(SearchResult found) {
        Map<String, Member> members = new LinkedHashMap<>();
        for (Tier tier : tiers) {
            found.best().stream()
                    .filter(best -> best.budget().equals(tier.budget()))
                    .map(BestMember::measured)
                    .findFirst()
                    .ifPresent(best -> members.put(tier.name(), best.member()));
        }
        return members;
    }

    /** What to tell a user: which tier no member keeps to, and why. */
    InputException unmet(UnmetBudgetException unmet) {
        String name = tiers.stream()
                .filter(tier -> tier.budget().equals(unmet.budget()))
                .map(Tier::name)
                .findFirst()
                .orElseThrow(() -> unmet);
        return new InputException("Tier " + name + ": " + unmet.getMessage(), unmet);
    }
}
