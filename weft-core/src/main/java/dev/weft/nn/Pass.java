package dev.weft.nn;

import dev.weft.space.Member;

/**
 * What one forward pass is for: the member, what training regularises, and what was read before. A value, so two passes can run
 * at once.
 *
 * @param member whose weights are used
 * @param norm where batch norm gets its statistics
 * @param dropout the rate before the classifier, or of a language model's embedding and branches; 0 outside training
 * @param dropConnect the rate of the last residual block; blocks before it have less, in proportion; 0 outside training
 * @param cache of the positions that a causal model has read before, or {@code null}: then x is the whole sequence
 */
public record Pass(Member member, NormStatistics norm, double dropout, double dropConnect, KeyValueCache cache) {
    public Pass(Member member, NormStatistics norm, double dropout, double dropConnect) {
        this(member, norm, dropout, dropConnect, null);
    }

    /** Evaluation of a member of a model without batch norm, or of one whose statistics are given. */
    public static Pass evaluation(Member member, NormStatistics statistics) {
        return new Pass(member, statistics, 0, 0);
    }

    /** This pass, going on after what {@code cache} has read; it belongs to the caller. */
    public Pass after(KeyValueCache cache) {
        return new Pass(member, norm, dropout, dropConnect, cache);
    }

    /** The position in its sequence of the first token of this pass. */
    public int firstPosition() {
        return cache == null ? 0 : cache.length();
    }
}
