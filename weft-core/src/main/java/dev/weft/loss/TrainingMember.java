package dev.weft.loss;

import dev.weft.space.Member;

/** A member that trains at a step, and why. */
public record TrainingMember(Role role, Member member) {}
