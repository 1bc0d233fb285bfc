package dev.weft.search;

import dev.weft.io.InputException;
import dev.weft.metric.Metrics;
import dev.weft.space.Member;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Bounds that must all hold: the budget of a search. Prints as it parses: {@code latencyMillisP50<=2,params<=200000}. */
public record Constraints(List<Bound> bounds) {
    /** Every member is allowed. */
    public static final Constraints NONE = new Constraints(List.of());

    public Constraints {
        bounds = List.copyOf(bounds);
        for (Bound lower : bounds) {
            for (Bound upper : bounds) {
                if (lower.metric().equals(upper.metric())
                        && !lower.upper()
                        && upper.upper()
                        && lower.limit() > upper.limit()) {
                    throw new InputException("A budget must leave numbers between its bounds, but nothing is both "
                            + lower + " and " + upper + ".");
                }
            }
        }
    }

    /**
     * Reads bounds with commas between; blank text is {@link #NONE}.
     *
     * @throws InputException when a part is not a bound on a known metric, or two bounds leave no number between them
     */
    public static Constraints parse(String text) {
        return parse(text, Metrics.BUILT_IN);
    }

    /** The same, of other metrics than those of {@link Metrics#BUILT_IN}. */
    public static Constraints parse(String text, Metrics known) {
        return text.isBlank()
                ? NONE
                : new Constraints(Stream.of(text.split(",", -1))
                        .map(part -> Bound.parse(part, known))
                        .toList());
    }

    /** Whether every bound holds; a bound on a metric that was not measured does not. */
    public boolean hold(MeasuredMember measured) {
        return bounds.stream()
                .allMatch(b -> measured.values().containsKey(b.metric()) && b.holds(measured.value(b.metric())));
    }

    @Override
    public String toString() {
        return bounds.stream().map(Bound::toString).collect(Collectors.joining(","));
    }

    /**
     * What to tell a user whom no member satisfied: the first bound that nothing met, with the nearest value.
     *
     * @param seen everything measured, whether allowed or not
     * @param print a member as people see it
     */
    UnmetBudgetException unmet(List<MeasuredMember> seen, Function<Member, String> print) {
        for (Bound bound : bounds) {
            MeasuredMember nearest = null;
            for (MeasuredMember each : seen) {
                if (each.values().containsKey(bound.metric())
                        && (nearest == null
                                || bound.excess(each.value(bound.metric()))
                                        < bound.excess(nearest.value(bound.metric())))) {
                    nearest = each;
                }
            }
            if (nearest != null && !bound.holds(nearest.value(bound.metric()))) {
                return new UnmetBudgetException(
                        this,
                        "No member satisfies " + bound + ": the "
                                + (bound.upper() ? "smallest" : "largest") + " found is "
                                + Bound.print(nearest.value(bound.metric())) + ", of \"" + print.apply(nearest.member())
                                + "\". "
                                + (bound.upper() ? "Raise" : "Lower") + " the limit.");
            }
        }
        return new UnmetBudgetException(
                this,
                "No member satisfies " + this + " together: none of " + seen.size()
                        + " that were tried. Loosen one of the limits.");
    }
}
