package dev.weft.search;

import dev.weft.metric.Metric;
import dev.weft.metric.Metrics;
import dev.weft.metric.Needs;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Whether a budget can be kept at all, from its cheapest members alone. For a count that member is found by changing one choice at a
 * time from the smallest member for as long as the count falls: options of a choice add to a count each on their own, so that what no
 * single change makes cheaper is the cheapest. For a latency, or what else is measured on this machine, the smallest member and the one with the fewest multiply-adds are
 * measured, and the bound is refused only where both miss it by more than a measurement may err. A share is between 0 and 1. Nothing
 * is known of any other metric before the search.
 */
final class Reach {
    /** A latency of another member may be this much below that of the cheapest ones, by noise or by its shape. */
    private static final double LATENCY_MARGIN = 1.2;

    private final Space space;
    private final Metrics metrics;
    private final Predicate<String> counted;
    private final BiFunction<Member, String, OptionalDouble> value;

    /**
     * @param counted whether a metric is a count
     * @param value of a member; empty once the search is stopped
     */
    Reach(Space space, Metrics metrics, Predicate<String> counted, BiFunction<Member, String, OptionalDouble> value) {
        this.space = space;
        this.metrics = metrics;
        this.counted = counted;
        this.value = value;
    }

    /** A member and one number of it. */
    private record Probe(Member member, double value) {}

    /** @throws UnmetBudgetException when a bound of the budget cannot be kept */
    void check(Constraints budget) {
        for (Bound bound : budget.bounds()) {
            if (metric(bound).isShare() && !bound.holds(bound.upper() ? 0 : 1)) {
                throw new UnmetBudgetException(
                        budget,
                        bound + " cannot be reached: "
                                + (bound.metric().equals(Metric.ACCURACY.key())
                                        ? "an accuracy"
                                        : metric(bound).key())
                                + " is a share from 0 to 1, such as 0.85 for 85 %.");
            }
            nearest(bound)
                    .filter(probe -> !bound.holds(probe.value) && !mayBeNoise(bound, probe.value))
                    .ifPresent(probe -> {
                        throw new UnmetBudgetException(budget, message(bound, probe));
                    });
        }
    }

    private Metric metric(Bound bound) {
        return metrics.get(bound.metric(), "Budget");
    }

    /** Whether it is measured on this machine, which makes noise. */
    private boolean isTimed(Bound bound) {
        return metric(bound).needs() == Needs.MACHINE;
    }

    private boolean mayBeNoise(Bound bound, double value) {
        return isTimed(bound) && value <= bound.limit() * LATENCY_MARGIN;
    }

    private Optional<Probe> nearest(Bound bound) {
        if (counted.test(bound.metric())) {
            return extreme(bound.metric(), bound.upper(), bound::holds);
        }
        if (!isTimed(bound) || !bound.upper()) {
            return Optional.empty();
        }
        Optional<Probe> smallest = probe(space.smallest(), bound.metric());
        if (smallest.isEmpty() || bound.holds(smallest.get().value) || !counted.test(Metric.MACS.key())) {
            return smallest;
        }
        return Stream.concat(
                        smallest.stream(),
                        extreme(Metric.MACS.key(), true, macs -> false)
                                .flatMap(cheapest -> probe(cheapest.member, bound.metric()))
                                .stream())
                .min((a, b) -> Double.compare(a.value, b.value));
    }

    private Optional<Probe> probe(Member member, String metric) {
        OptionalDouble found = value.apply(member, metric);
        return found.isPresent() ? Optional.of(new Probe(member, found.getAsDouble())) : Optional.empty();
    }

    /** The member with the least or the most of a count; empty when stopped. */
    private Optional<Probe> extreme(String metric, boolean least, Predicate<Double> enough) {
        Optional<Probe> best = probe(least ? space.smallest() : space.largest(), metric);
        boolean better = true;
        while (better && best.isPresent() && !enough.test(best.get().value)) {
            Probe before = best.get();
            for (Choice<?> choice : space.choices()) {
                for (Object option : List.copyOf(choice.options())) {
                    Member other = space.canonical(best.get().member.with(choice, option));
                    Optional<Probe> found = space.contains(other) ? probe(other, metric) : Optional.empty();
                    int order = found.isEmpty() ? 0 : Double.compare(found.get().value, best.get().value);
                    best = (least ? order < 0 : order > 0) ? found : best;
                }
            }
            better = best.get() != before;
        }
        return best;
    }

    private String message(Bound bound, Probe probe) {
        String member = bound.upper() ? "the cheapest member" : "the member with the most";
        String number = isTimed(bound)
                ? String.format(
                        Locale.ROOT,
                        "%.3g %s here",
                        probe.value,
                        metric(bound).form().unit())
                : Bound.print(probe.value);
        return bound + " cannot be reached: " + member + ", \"" + space.print(probe.member) + "\", "
                + (bound.upper() ? "needs " : "has ") + number + ". " + (bound.upper() ? "Raise" : "Lower")
                + " the limit.";
    }
}
