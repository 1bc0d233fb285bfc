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
        if (maxTokens < 1 || !(temperature >= 0 && temperature <= 100) || topK < 0) {
            throw new InputException(
                    "Generation must have maxTokens from 1, a temperature from 0 (the most likely token) to 100,"
                            + " and topK from 0 (all tokens), but got maxTokens=" + maxTokens + ", temperature="
                            + temperature
                            + ", topK=" + topK + ".");
        }
    }

    /** The most likely token at each step. */
    public static GenerationSettings greedy(int maxTokens) {
        return new GenerationSettings(maxTokens, 0, 0, 0);
    }
}
