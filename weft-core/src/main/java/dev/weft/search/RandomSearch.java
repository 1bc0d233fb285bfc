package dev.weft.search;

import dev.weft.io.InputException;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * Distinct members drawn uniformly from those within the budgets: the baseline that every other search must beat.
 *
 * @param members how many; when left out, 200. A task that says how many it wants goes before it. When draws find none within a budget, its smallest or largest member is added
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
    public RandomSearch suiting(int wanted) {
        return new RandomSearch(wanted);
    }

    @Override
    public SearchResult search(
            SearchTask task, Evaluations evaluations, SearchListener listener, BooleanSupplier stop) {
        Candidates candidates = new Candidates(task, evaluations, listener, stop);
        candidates.checkReach();
        SplittableRandom random = RandomStream.SEARCH.random(task.seed());
        Set<Member> tried = new HashSet<>();
        // A task that says how many members it wants draws until it has them: see Candidates.finish.
        int wanted = task.members().isPresent() ? 0 : members;
        int found = 0;
        for (int draw = 0; draw < draws && found < wanted && !candidates.ended(); draw++) {
            candidates.expect(wanted - found);
            Member member = task.space().sample(random);
            if (tried.add(member) && candidates.measure(member, task.budgets()).isPresent()) {
                found++;
            }
        }
        return candidates.finish(random);
    }
}
