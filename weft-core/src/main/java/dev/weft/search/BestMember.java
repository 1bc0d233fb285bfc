package dev.weft.search;

/** The best member within a budget, by the first objective; of equals the better one by the next, then the first found. */
public record BestMember(Constraints budget, MeasuredMember measured) {}
