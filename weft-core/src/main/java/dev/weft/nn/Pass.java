package dev.weft.nn;

import dev.weft.space.Member;

/**
 * What one forward pass is for: the member, what training regularises, what was read before, and what is given beside the tokens. A
 * value, so two passes can run at once.
 *
 * @param member whose weights are used
 * @param norm where batch norm gets its statistics
 * @param dropout the rate before the classifier, or of a language model's embedding and branches; 0 outside training
 * @param dropConnect the rate of the last residual block; blocks before it have less, in proportion; 0 outside training
 * @param cache of the positions that a causal model has read before, or {@code null}: then x is the whole sequence
 * @param context what a transformer is given beside its tokens
 */
public record Pass(
        Member member,
        NormStatistics norm,
        double dropout,
        double dropConnect,
        KeyValueCache cache,
        TokenContext context) {
    public Pass(Member member, NormStatistics norm, double dropout, double dropConnect) {
        this(member, norm, dropout, dropConnect, null, TokenContext.NONE);
    }

    /** Evaluation of a member of a model without batch norm, or of one whose statistics are given. */
    public static Pass evaluation(Member member, NormStatistics statistics) {
        return new Pass(member, statistics, 0, 0);
    }

    /** This pass, going on after what {@code cache} has read; it belongs to the caller. */
    public Pass after(KeyValueCache cache) {
        return new Pass(member, norm, dropout, dropConnect, cache, context);
    }

    /** This pass, given something beside the tokens. */
    public Pass with(TokenContext context) {
        return new Pass(member, norm, dropout, dropConnect, cache, context);
    }

    /** The position in its sequence of the first token of this pass, of the longest row. */
    public int firstPosition() {
        return cache == null ? 0 : cache.length();
    }

    /** Whether rows of the batch are at different places: then each token has a position of its own, see the cache. */
    public boolean rowsDiffer() {
        return cache != null && cache.isRagged();
    }
}
