package dev.weft.weight;

import dev.weft.space.Member;

/** What a strategy whose weights learn which member suits a cost proposes. */
public interface MemberProposals {
    /** The metric that targets are of, for instance {@code macs}. */
    String metric();

    /**
     * The member that it thinks best for a target, without noise: an ordinary member of the space.
     *
     * @param target a part of the range of costs, from the smallest member's to the largest's
     */
    Member strongest(double target);
}
