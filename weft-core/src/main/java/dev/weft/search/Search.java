package dev.weft.search;

import java.util.function.BooleanSupplier;

/**
 * A way to propose members. The members it proposes follow from the task, its seed and what was measured, and from nothing else. So
 * a search that was interrupted is resumed by running it again with the same seed and the same {@link Evaluations} store: what is
 * done is replayed from there, and the result is that of a search never interrupted.
 */
public interface Search {
    /**
     * Searches until done, or until {@code stop} says so: it is asked before every measurement.
     *
     * @return members that satisfy a budget; not {@linkplain SearchResult#complete complete} when stopped
     * @throws dev.weft.io.InputException when no member satisfies a budget, or a metric cannot be measured
     */
    SearchResult search(SearchTask task, Evaluations evaluations, SearchListener listener, BooleanSupplier stop);

    default SearchResult search(SearchTask task, Evaluations evaluations) {
        return search(task, evaluations, progress -> {}, () -> false);
    }
}
