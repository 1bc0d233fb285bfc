package dev.weft.search;

import dev.weft.io.InputException;
import dev.weft.space.Space;
import java.util.HashSet;
import java.util.List;

/**
 * What is searched for.
 *
 * @param objectives the first one decides which member is best; all of them make the front
 * @param budgets one or several: of each the best member is found, and a member is returned only when it satisfies one of them
 * @param seed the same seed proposes the same members, as long as they measure the same
 */
public record SearchTask(Space space, List<Objective> objectives, List<Constraints> budgets, long seed) {
    public SearchTask {
        objectives = List.copyOf(objectives);
        budgets = budgets.isEmpty() ? List.of(Constraints.NONE) : List.copyOf(budgets);
        List<String> metrics = objectives.stream().map(Objective::metric).toList();
        if (metrics.isEmpty() || new HashSet<>(metrics).size() != metrics.size()) {
            throw new InputException("A search must have one or more objectives of different metrics, but got "
                    + metrics + ". For instance: accuracy, latencyMillis.");
        }
    }

    public SearchTask(Space space, List<Objective> objectives, Constraints constraints, long seed) {
        this(space, objectives, List.of(constraints), seed);
    }
}
