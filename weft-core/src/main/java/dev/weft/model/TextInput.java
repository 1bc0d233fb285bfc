package dev.weft.model;

import dev.weft.io.InputException;
import dev.weft.text.Tokenizer;

/**
 * The text a language model reads: token ids (B, T) of int64, T from 1 to the context length. The tokenizer is part of the
 * model, so that a family needs no other file.
 *
 * @param contextLength the most tokens that one pass reads
 */
public record TextInput(Tokenizer tokenizer, int contextLength) implements ModelInput {
    public TextInput {
        if (tokenizer == null || contextLength < 2 || contextLength > Setting.MAX_SIZE) {
            throw new InputException("Text must have a tokenizer and a contextLength from 2 to " + Setting.MAX_SIZE
                    + ", but got tokenizer=" + tokenizer + ", contextLength=" + contextLength + ".");
        }
    }
}
