package dev.weft.loss;

import dev.weft.space.Member;

/**
 * A member that trains at a step, and why.
 *
 * @param temperature at which its pass draws what is random in it; 1 for members in which nothing is
 */
public record TrainingMember(Role role, Member member, double temperature) {
    public TrainingMember(Role role, Member member) {
        this(role, member, 1);
    }
}
