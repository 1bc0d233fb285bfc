package dev.weft.diagnose;

/**
 * A key of the recipe to change, and why.
 *
 * @param key where, for instance {@code train.accumulate}
 * @param setting what to write there
 * @param measured the numbers that it rests on
 * @param threshold the rule that they fulfil
 */
public record Suggestion(String key, String setting, String measured, String threshold) {}
