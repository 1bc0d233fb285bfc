package dev.weft.search;

import dev.weft.metric.Metric;
import java.util.Optional;

/**
 * How far a search is.
 *
 * @param candidates members that are done: measured in full, or refused because they exceed the budget
 * @param planned members that will be done at the end, as far as is known; never fewer than {@code candidates}
 * @param replayed those of {@code candidates} that were known from before
 * @param refused those of {@code candidates} that exceed the budget
 * @param goal the metric of the first objective
 * @param best the best so far by it
 * @param candidatesPerMinute not counting replayed ones; 0 before the first
 * @param remainingSeconds at this speed; NaN while it is unknown
 */
public record SearchProgress(
        int candidates,
        int planned,
        int replayed,
        int refused,
        Metric goal,
        Optional<MeasuredMember> best,
        double candidatesPerMinute,
        double remainingSeconds) {}
