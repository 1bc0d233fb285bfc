package org.example.outside;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.io.InputException;
import dev.weft.search.Candidates;
import dev.weft.search.Constraints;
import dev.weft.search.Evaluations;
import dev.weft.search.SearchListener;
import dev.weft.search.SearchResult;
import dev.weft.search.SearchSettings;
import dev.weft.search.SearchTask;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

// tag::search[]
/** The search begins at random members and goes on to neighbours of the best that is known within each budget. */
@JsonTypeName("hill-climbing")
public record HillClimbing(
        @JsonProperty(defaultValue = "100") int steps) implements SearchSettings {
    public HillClimbing {
        if (steps < 1) {
            throw new InputException("Hill climbing must have steps >= 1, but got " + steps + ".");
        }
    }

    @Override
    public HillClimbing suiting(int members) {
        return new HillClimbing(members);
    }

    @Override
    public SearchResult search(
            SearchTask task, Evaluations evaluations, SearchListener listener, BooleanSupplier stop) {
        Candidates candidates = new Candidates(task, evaluations, listener, stop);
        candidates.checkReach();
        SplittableRandom random = RandomStream.SEARCH.random(task.seed());
        candidates.expect(steps * task.budgets().size());
        for (Constraints budget : task.budgets()) {
            for (int step = 0; step < steps && !candidates.ended(); step++) {
                Member next = candidates
                        .best(budget)
                        .map(best -> task.space().mutate(best.member(), 0.2, random))
                        .orElseGet(() -> task.space().sample(random));
                candidates.measure(task.space().canonical(next), task.budgets());
            }
        }
        return candidates.finish(random);
    }
}
// end::search[]
