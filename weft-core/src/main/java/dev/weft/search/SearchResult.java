package dev.weft.search;

import java.util.List;

/**
 * What a search found.
 *
 * @param measured every member that was measured in full and satisfies a budget, each once, in the order of proposal
 * @param front the non-dominated ones of these
 * @param best for each budget of the task, in its order; a stopped search may lack some
 * @param complete whether the search came to its end, that is, was not stopped
 */
public record SearchResult(List<MeasuredMember> measured, ParetoFront front, List<BestMember> best, boolean complete) {
    public SearchResult {
        measured = List.copyOf(measured);
        best = List.copyOf(best);
    }
}
