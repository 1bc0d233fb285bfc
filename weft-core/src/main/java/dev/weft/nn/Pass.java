package dev.weft.nn;

import dev.weft.space.Member;

/**
 * What one forward pass is for: the member, and what training regularises. A value, so two passes can run at once.
 *
 * @param member whose weights are used
 * @param norm where batch norm gets its statistics
 * @param dropout the rate before the classifier; 0 outside training
 * @param dropConnect the rate of the last residual block; blocks before it have less, in proportion; 0 outside training
 */
public record Pass(Member member, NormStatistics norm, double dropout, double dropConnect) {
    /** Evaluation of a member of a model without batch norm, or of one whose statistics are given. */
    public static Pass evaluation(Member member, NormStatistics statistics) {
        return new Pass(member, statistics, 0, 0);
    }
}
