package dev.weft.generate;

import dev.weft.io.InputException;

/**
 * How the next token is chosen, and when to stop.
 *
 * @param maxTokens the most tokens to write
 * @param temperature what logits are divided by before the draw; 0 takes the most likely token, always
 * @param topK draw among so many of the most likely tokens; 0 for all of them
 * @param seed of the draws
 */
public record GenerationSettings(int maxTokens, double temperature, int topK, long seed) {
    public GenerationSettings {
        require(maxTokens >= 1, "maxTokens must be 1 or more", maxTokens);
        require(
                temperature >= 0 && temperature <= 100,
                "temperature must be from 0 (the most likely token) to 100",
                temperature);
        require(topK >= 0, "topK must be 0 (all tokens) or more", topK);
    }

    private static void require(boolean holds, String rule, Number given) {
        if (!holds) {
            throw new InputException("When text is written, " + rule + ", but is " + given + ".");
        }
    }

    /** The most likely token at each step. */
    public static GenerationSettings greedy(int maxTokens) {
        return new GenerationSettings(maxTokens, 0, 0, 0);
    }
}
