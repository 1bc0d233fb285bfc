package dev.weft.cli;

import dev.weft.io.InputException;
import dev.weft.io.Kinds;
import dev.weft.io.Suggest;
import dev.weft.io.Yaml;
import dev.weft.model.Family;
import dev.weft.pick.GeneratedMembers;
import dev.weft.search.ProposedSearch;
import dev.weft.search.Search;
import dev.weft.search.SearchSettings;
import java.util.ArrayList;
import java.util.List;

/** A way to propose members, by name: any kind of search, or what was trained with the weights. */
record Strategy(String name, Kinds kinds) {
    /** Asks the family's generator: one member for a budget, or so many over the whole range. */
    private static final String GENERATOR = "generator";

    /** @throws InputException when there is none of that name */
    Strategy {
        if (!names(kinds).contains(name)) {
            throw new InputException(Suggest.unknown("strategy", name, names(kinds)));
        }
    }

    static List<String> names(Kinds kinds) {
        List<String> names = new ArrayList<>(kinds.of(SearchSettings.class).keySet());
        names.add(GENERATOR);
        return names;
    }

    /** The search, in proportions that suit so many members; how many it measures is for the task to say. */
    Search search(Family family, int candidates) {
        if (!name.equals(GENERATOR)) {
            return Yaml.parse("kind: \"" + name + "\"", "--strategy " + name, SearchSettings.class, kinds)
                    .suiting(candidates);
        }
        return new ProposedSearch(budget -> {
            try (GeneratedMembers members = new GeneratedMembers(family)) {
                return members.proposals(budget, candidates);
            }
        });
    }
}
