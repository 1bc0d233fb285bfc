/**
 * Proposes members and keeps the best: a {@link dev.weft.search.Search} ({@link dev.weft.search.CoarseToFine},
 * {@link dev.weft.search.RandomSearch}, {@link dev.weft.search.Nsga2}) asks {@link dev.weft.search.Evaluations}, which never measure
 * anything twice, and returns a {@link dev.weft.search.SearchResult} with its {@link dev.weft.search.ParetoFront}.
 *
 * <p>May import {@code space}, {@code run} and {@code io}, and Jenetics; nothing of libtorch.
 */
package dev.weft.search;
