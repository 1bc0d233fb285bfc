package dev.weft.cli;

import dev.weft.io.InputException;
import dev.weft.io.Suggest;
import dev.weft.model.Family;
import dev.weft.pick.GeneratedMembers;
import dev.weft.search.CoarseToFine;
import dev.weft.search.Nsga2;
import dev.weft.search.ProposedSearch;
import dev.weft.search.RandomSearch;
import dev.weft.search.Search;
import java.util.Arrays;
import java.util.List;

/** The search strategies by name. */
enum Strategy {
    COARSE_TO_FINE("coarse-to-fine") {
        @Override
        Search search(Family family, int candidates) {
            return new CoarseToFine();
        }
    },
    RANDOM("random") {
        @Override
        Search search(Family family, int candidates) {
            return new RandomSearch(candidates);
        }
    },
    NSGA2("nsga2") {
        @Override
        Search search(Family family, int candidates) {
            int population = Math.max(2, Math.min(32, candidates / 6));
            return new Nsga2(population, Math.max(1, candidates / population - 2));
        }
    },
    /** Asks what was trained with the weights: one member for a budget, or so many over the whole range. */
    GENERATOR("generator") {
        @Override
        Search search(Family family, int candidates) {
            return new ProposedSearch(budget -> {
                try (GeneratedMembers members = new GeneratedMembers(family)) {
                    return members.proposals(budget, candidates);
                }
            });
        }
    };

    private final String title;

    Strategy(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** The search, in proportions that suit so many members; how many it measures is for the task to say. */
    abstract Search search(Family family, int candidates);

    /** @orElseThrow(() -> new InputException(Suggest.unknown("strategy", name, known)));s InputException when there is none of that name */
    static Strategy named(String name) {
        List<String> known = Arrays.stream(values()).map(s -> s.title).toList();
        return Arrays.stream(values())
                .filter(s -> s.title.equals(name))
                .findFirst()
                .orElseThrow(() -> new InputException(Suggest.unknown("strategy", name, known)));
    }
}
