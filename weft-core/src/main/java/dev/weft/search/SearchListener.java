package dev.weft.search;

/** Hears how a search goes on, on its thread. */
@FunctionalInterface
public interface SearchListener {
    /** A member was measured, refused, or known already. */
    void progress(SearchProgress progress);
}
