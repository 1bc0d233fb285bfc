package dev.weft.search;

import dev.weft.io.InputException;
import dev.weft.seed.RandomStream;
import dev.weft.space.Member;
import dev.weft.space.Space;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * The selection of BigNAS (Yu et al. 2020): first a grid in which one level per axis holds for all stages, then, around the best
 * grid member of each budget, random mutations of every decision.
 *
 * <p>Not for objectives that pull the stages apart (a net that should be wide early and narrow late is not near any grid member):
 * {@link Nsga2} has no such bias.
 *
 * @param levels of the grid, by axis (see {@link GridAxis}); the others have their default
 * @param mutationProbability that a decision is redrawn, over 0 to 1; when left out, 0.1
 * @param mutations distinct members within the budget that are tried around the best; when left out, 200. Fewer when 50
 *     times as many draws do not find them. A task that says how many members it wants goes before it
 */
public record CoarseToFine(Map<String, Integer> levels, Double mutationProbability, Integer mutations)
        implements SearchSettings {
    private static final int DRAWS = 50;

    public CoarseToFine {
        if (levels != null && levels.values().stream().anyMatch(Objects::isNull)) {
            throw new InputException("Every level of coarse-to-fine search must be a number, but got " + levels + ".");
        }
        levels = levels == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(levels));
        mutationProbability = mutationProbability == null ? 0.1 : mutationProbability;
        mutations = mutations == null ? 200 : mutations;
        if (!(mutationProbability > 0 && mutationProbability <= 1) || mutations < 0) {
            throw new InputException(
                    "Coarse-to-fine search must have mutationProbability over 0 and up to 1 and mutations of 0 or more, but got "
                            + mutationProbability + " and " + mutations + ".");
        }
    }

    public CoarseToFine() {
        this(null, null, null);
    }

    /** The grid, one member for each combination of levels: for spaces whose axes depend on each other, some are equal. */
    public List<Member> grid(Space space) {
        return GridAxis.grid(space, GridAxis.of(space, levels));
    }

    @Override
    public SearchResult search(
            SearchTask task, Evaluations evaluations, SearchListener listener, BooleanSupplier stop) {
        Candidates candidates = new Candidates(task, evaluations, listener, stop);
        candidates.checkReach();
        List<Member> grid = gridFor(task);
        int fine = mutations * task.budgets().size();
        candidates.expect(grid.size() + fine);
        // Budgets first: one that nothing meets is told before the hours of measuring accuracy.
        List<Member> admitted = grid.stream()
                .filter(m -> !candidates.stopped()
                        && !candidates.admit(m, task.budgets()).isEmpty())
                .toList();
        List<Member> coarse = Stream.concat(admitted.stream(), candidates.extremesFor(admitted).stream())
                .toList();
        coarse.forEach(m -> candidates.measure(m, task.budgets()));
        // The starts are chosen before any mutation is measured, so that those of one budget do not move another's
        // start.
        List<Optional<MeasuredMember>> starts =
                task.budgets().stream().map(candidates::best).toList();
        SplittableRandom random = RandomStream.SEARCH.random(task.seed());
        candidates.expect(fine);
        for (int b = 0; b < starts.size(); b++) {
            SplittableRandom own = random.split();
            Constraints budget = task.budgets().get(b);
            int count = task.members().isPresent() ? candidates.room() / (starts.size() - b) : mutations;
            starts.get(b).ifPresent(start -> mutate(start.member(), budget, count, task.space(), own, candidates));
        }
        return candidates.finish(random);
    }

    /**
     * The distinct members of the grid. Where the task says how many members it wants, levels that are not given are taken away, from
     * the axis with the most, until the grid has half as many at most: the other half is for mutations.
     */
    private List<Member> gridFor(SearchTask task) {
        Space space = task.space();
        List<GridAxis> axes = new ArrayList<>(GridAxis.of(space, levels));
        int most = task.members().isPresent() ? Math.max(1, task.members().getAsInt() / 2) : Integer.MAX_VALUE;
        while (GridAxis.size(axes).compareTo(BigInteger.valueOf(most)) > 0) {
            int widest = -1;
            for (int i = 0; i < axes.size(); i++) {
                GridAxis axis = axes.get(i);
                if (axis.levels() > 1
                        && !levels.containsKey(axis.name())
                        && (widest < 0 || axis.levels() > axes.get(widest).levels())) {
                    widest = i;
                }
            }
            if (widest < 0) {
                break;
            }
            GridAxis axis = axes.get(widest);
            axes.set(widest, new GridAxis(axis.name(), axis.choices(), axis.levels() - 1));
        }
        return new LinkedHashSet<>(GridAxis.grid(space, axes))
                .stream().filter(space::contains).toList();
    }

    /** Distinct as canonical members: two encodings that differ only where nothing is decided are one. */
    private void mutate(
            Member start, Constraints budget, int count, Space space, SplittableRandom random, Candidates candidates) {
        Set<Member> tried = new HashSet<>(Set.of(start));
        int found = 0;
        for (long draw = 0; found < count && draw < (long) DRAWS * count && !candidates.ended(); draw++) {
            Member member = space.mutate(start, mutationProbability, random);
            if (tried.add(member)
                    && !candidates.isMeasured(member)
                    && candidates.measure(member, List.of(budget)).isPresent()) {
                found++;
            }
        }
    }
}
