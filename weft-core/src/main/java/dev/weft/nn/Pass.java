package dev.weft.nn;

import dev.weft.space.Member;
import dev.weft.weight.Memo;
import dev.weft.weight.Reading;

/**
 * What one forward pass is for: the member, what training regularises, what was read before, and what is given beside the tokens. A
 * value, so two passes can run at once, and the same one again: each forward pass of a family begins with an empty memo. A caller who needs
 * what a pass drew after it has run begins it: {@link #begun}.
 *
 * @param reading whose weights are used, how they are drawn, and what the pass has computed so far
 * @param norm where batch norm gets its statistics
 * @param dropout the rate before the classifier, or of a language model's embedding and branches; 0 outside training
 * @param dropConnect the rate of the last residual block; blocks before it have less, in proportion; 0 outside training
 * @param cache of the positions that a causal model has read before, or {@code null}: then x is the whole sequence
 * @param context what a transformer is given beside its tokens
 */
public record Pass(
        Reading reading,
        NormStatistics norm,
        double dropout,
        double dropConnect,
        KeyValueCache cache,
        TokenContext context) {
    public Pass(Member member, NormStatistics norm, double dropout, double dropConnect) {
        this(new Reading(member, 1, Memo.none()), norm, dropout, dropConnect, null, TokenContext.NONE);
    }

    /** Evaluation of a member of a model without batch norm, or of one whose statistics are given. */
    public static Pass evaluation(Member member, NormStatistics statistics) {
        return new Pass(member, statistics, 0, 0);
    }

    /** The member whose weights this pass uses. */
    public Member member() {
        return reading.member();
    }

    /** This pass, with whatever is drawn at a temperature; not begun. */
    public Pass at(double temperature) {
        return new Pass(new Reading(member(), temperature, Memo.none()), norm, dropout, dropConnect, cache, context);
    }

    /** This pass, going on after what {@code cache} has read; it belongs to the caller. */
    public Pass after(KeyValueCache cache) {
        return new Pass(reading, norm, dropout, dropConnect, cache, context);
    }

    /**
     * This pass as it begins: its reading remembers what is drawn from now on, so that what is read after the forward pass is what ran.
     * It is for one forward pass of one thread, and lasts as long as the present {@code PointerScope}.
     */
    public Pass begun() {
        return new Pass(reading.fresh(), norm, dropout, dropConnect, cache, context);
    }

    /** Whether it has begun. */
    public boolean isBegun() {
        return reading.memo().remembers();
    }

    /** This pass, given something beside the tokens. */
    public Pass with(TokenContext context) {
        return new Pass(reading, norm, dropout, dropConnect, cache, context);
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
