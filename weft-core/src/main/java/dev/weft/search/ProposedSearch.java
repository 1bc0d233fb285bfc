package dev.weft.search;

import dev.weft.space.Member;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Measures members that something else proposes for each budget: a generator that was trained with the weights has searched already.
 * A budget for which nothing fitting is proposed gets the smallest or the largest member. What a task says of the number of members
 * means nothing here.
 */
public final class ProposedSearch implements Search {
    private final Function<Constraints, List<Member>> proposals;

    /** @param proposals members for a budget, canonical; the same each time */
    public ProposedSearch(Function<Constraints, List<Member>> proposals) {
        this.proposals = proposals;
    }

    @Override
    public SearchResult search(
            SearchTask task, Evaluations evaluations, SearchListener listener, BooleanSupplier stop) {
        SearchTask whole = new SearchTask(task.space(), task.objectives(), task.budgets(), task.seed());
        Candidates candidates = new Candidates(whole, evaluations, listener, stop);
        candidates.checkReach();
        List<Member> proposed = task.budgets().stream()
                .flatMap(budget -> proposals.apply(budget).stream())
                .distinct()
                .toList();
        candidates.expect(proposed.size());
        proposed.forEach(member -> candidates.measure(member, task.budgets()));
        candidates.extremesFor(proposed).forEach(member -> candidates.measure(member, task.budgets()));
        return candidates.result();
    }
}
