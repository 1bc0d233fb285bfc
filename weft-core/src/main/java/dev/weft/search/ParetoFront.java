package dev.weft.search;

import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Measured members of which none dominates another: none is at least as good in every objective and better in one. They are in the
 * order of the last objective, the cost, the best first; of equals the order does not depend on the order in which they came.
 */
public record ParetoFront(List<Objective> objectives, List<MeasuredMember> members) {
    public ParetoFront {
        objectives = List.copyOf(objectives);
        members = List.copyOf(members);
    }

    /** The non-dominated ones; of members that measure the same each is kept. */
    public static ParetoFront of(List<Objective> objectives, Collection<MeasuredMember> measured) {
        Comparator<MeasuredMember> order = (a, b) -> 0;
        for (int i = objectives.size() - 1; i >= 0; i--) {
            Objective objective = objectives.get(i);
            order = order.thenComparing(
                    (a, b) -> objective.compare(a.value(objective.metric()), b.value(objective.metric())));
        }
        order = order.thenComparing(m -> m.member().toString());
        List<MeasuredMember> distinct = measured.stream().distinct().toList();
        return new ParetoFront(
                objectives,
                distinct.stream()
                        .filter(m -> distinct.stream().noneMatch(other -> dominates(objectives, other, m)))
                        .sorted(order)
                        .toList());
    }

    private static boolean dominates(List<Objective> objectives, MeasuredMember a, MeasuredMember b) {
        boolean better = false;
        for (Objective objective : objectives) {
            int order = objective.compare(a.value(objective.metric()), b.value(objective.metric()));
            if (order > 0) {
                return false;
            }
            better |= order < 0;
        }
        return better;
    }

    /**
     * The area between the front and a reference point, for two objectives (Zitzler and Thiele 1998): the sum of rectangles
     * {@code |x_i - x_reference| * |y_i - y_(i-1)|} from the best x to the worst. Members not better than the reference in both
     * add nothing.
     *
     * @param first the reference value of the first objective, in its unit
     * @param second the reference value of the second objective, in its unit
     */
    public double hypervolume(double first, double second) {
        if (objectives.size() != 2) {
            throw new IllegalArgumentException("Hypervolume is for two objectives, but these are " + objectives + ".");
        }
        Objective x = objectives.get(0);
        Objective y = objectives.get(1);
        double referenceX = x.utility(first);
        double covered = y.utility(second);
        double area = 0;
        // Members come with the best y first, so with the worst x first: from their end, x falls and y rises.
        for (int i = members.size() - 1; i >= 0; i--) {
            double width = x.utility(members.get(i).value(x.metric())) - referenceX;
            double height = y.utility(members.get(i).value(y.metric())) - covered;
            if (width > 0 && height > 0) {
                area += width * height;
                covered += height;
            }
        }
        return area;
    }

    /**
     * The best member within a budget by the first objective, of equals the one with the better cost.
     *
     * @throws InputException when none is within it, or its metrics were not measured
     */
    public MeasuredMember best(Constraints budget) {
        for (Bound bound : budget.bounds()) {
            for (MeasuredMember each : members) {
                if (!each.values().containsKey(bound.metric())) {
                    throw new InputException("Constraint \"" + bound + "\": unknown metric \"" + bound.metric()
                            + "\". Known: " + String.join(", ", each.values().keySet()) + "."
                            + Suggest.nearest(bound.metric(), each.values().keySet()));
                }
            }
        }
        Objective first = objectives.get(0);
        Optional<MeasuredMember> best = members.stream()
                .filter(budget::hold)
                .min((a, b) -> first.compare(a.value(first.metric()), b.value(first.metric())));
        return best.orElseThrow(() -> budget.unmet(members, Member::toString));
    }

    /**
     * {@code count} members spread along the cost (the last objective) from the best of it to the worst, for instance to be named
     * small, medium and large: evenly on a logarithmic scale where costs are positive, as a cost twice as high matters alike
     * everywhere. All members when there are no more; for one, the best by the first objective.
     */
    public List<MeasuredMember> pick(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("One or more members can be picked, but not " + count + ".");
        }
        if (members.size() <= count) {
            return members;
        }
        if (count == 1) {
            return List.of(best(Constraints.NONE));
        }
        String cost = objectives.get(objectives.size() - 1).metric();
        boolean positive = members.stream().allMatch(m -> m.value(cost) > 0);
        double[] places = members.stream()
                .mapToDouble(m -> positive ? Math.log(m.value(cost)) : m.value(cost))
                .toArray();
        List<MeasuredMember> picked = new ArrayList<>();
        int next = 0;
        for (int k = 0; k < count; k++) {
            double target = places[0] + (places[places.length - 1] - places[0]) * k / (count - 1);
            // The later ones need a member each, and the last one is the last.
            int nearest = k == count - 1 ? places.length - 1 : next;
            for (int i = nearest; i <= places.length - (count - k); i++) {
                if (Math.abs(places[i] - target) < Math.abs(places[nearest] - target)) {
                    nearest = i;
                }
            }
            picked.add(members.get(nearest));
            next = nearest + 1;
        }
        return List.copyOf(picked);
    }
}
