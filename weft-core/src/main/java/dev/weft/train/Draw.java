package dev.weft.train;

import dev.weft.space.Member;

/** A member that trains at a step, and why. */
public record Draw(Role role, Member member) {}
