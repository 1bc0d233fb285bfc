package dev.weft.space;

import java.util.function.Predicate;

/** A rule that every member of a space obeys, with words for error messages: {@code "heads * 64 <= width"}. */
public record Constraint(String description, Predicate<Member> holds) {}
