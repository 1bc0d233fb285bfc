package dev.weft.search;

import dev.weft.io.InputException;
import dev.weft.space.Space;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;

/**
 * What is searched for.
 *
 * @param objectives the first one decides which member is best; all of them make the front
 * @param budgets one or several: of each the best member is found, and a member is returned only when it satisfies one of them
 * @param members how many distinct members are measured in full, exactly, whether their numbers were known before or not; fewer only
 *     where the budgets leave fewer, or so few that draws do not find them. Members beyond the budgets are not counted. Empty: as many
 *     as the settings of the search say
 * @param seed the same seed proposes the same members, as long as they measure the same
 */
public record SearchTask(
        Space space, List<Objective> objectives, List<Constraints> budgets, OptionalInt members, long seed) {
    public SearchTask {
        objectives = List.copyOf(objectives);
        budgets = budgets.isEmpty() ? List.of(Constraints.NONE) : List.copyOf(budgets);
        List<String> metrics = objectives.stream().map(Objective::metric).toList();
        if (metrics.isEmpty() || new HashSet<>(metrics).size() != metrics.size()) {
            throw new InputException("A search must have one or more objectives of different metrics, but got "
                    + metrics + ". For instance: accuracy, latencyMillis.");
        }
        if (members.isPresent() && members.getAsInt() < budgets.size()) {
            throw new InputException("A search must measure a member for each budget or more, but of " + budgets.size()
                    + " budgets and " + members.getAsInt() + " members some would have none.");
        }
    }

    public SearchTask(Space space, List<Objective> objectives, List<Constraints> budgets, long seed) {
        this(space, objectives, budgets, OptionalInt.empty(), seed);
    }

    public SearchTask(Space space, List<Objective> objectives, Constraints constraints, long seed) {
        this(space, objectives, List.of(constraints), seed);
    }
}
