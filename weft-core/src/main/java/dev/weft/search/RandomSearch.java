package dev.weft.search;

import dev.weft.io.InputException;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * Distinct members drawn uniformly from those within the budgets: the baseline that every other search must beat.
 *
 * @param members how many; when left out, 200. When draws find none within a budget, its smallest or largest member is added
 * @param draws after how many draws to stop looking; when left out, 50 times {@code members}
 */
public record RandomSearch(Integer members, Integer draws) implements SearchSettings {
    public RandomSearch {
        members = members == null ? 200 : members;
        draws = draws == null ? (int) Math.min(50L * members, Integer.MAX_VALUE) : draws;
        if (members < 1 || draws < members) {
            throw new InputException(
                    "Random search must have one or more members and as many draws or more, but got members=" + members
                            + ", draws=" + draws + ".");
        }
    }

    public RandomSearch(int members) {
        this(members, null);
    }

    @Override
    public SearchResult search(
            SearchTask task, Evaluations evaluations, SearchListener listener, BooleanSupplier stop) {
        Candidates candidates = new Candidates(task, evaluations, listener, stop);
        SplittableRandom random = new SplittableRandom(task.seed());
        Set<Member> tried = new HashSet<>();
        List<Member> found = new ArrayList<>();
        for (int draw = 0; draw < draws && found.size() < members && !candidates.stopped(); draw++) {
            candidates.expect(members - found.size());
            Member member = task.space().sample(random);
            if (tried.add(member) && candidates.measure(member, task.budgets()).isPresent()) {
                found.add(member);
            }
        }
        candidates.extremesFor(found).forEach(m -> candidates.measure(m, task.budgets()));
        return candidates.result();
    }
}
