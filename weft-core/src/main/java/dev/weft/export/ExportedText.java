package dev.weft.export;

import dev.weft.io.InputException;
import dev.weft.text.Tokenizer;

/**
 * What an exported language model reads, as its file says it: with the tokenizer, so that no other file is needed.
 *
 * @param tokenizer between text and the tokens that the model reads
 * @param contextLength the most tokens to give at a time, as in training
 * @param tokens the type and the layout, in words
 */
public record ExportedText(Tokenizer tokenizer, int contextLength, String tokens) {
    static final String TOKENS = "token ids, int64 (batch, length)";

    public ExportedText {
        if (tokenizer == null || contextLength < 1) {
            throw new InputException("The text of an exported model must have a tokenizer and contextLength >= 1, but"
                    + " got tokenizer=" + tokenizer + ", contextLength=" + contextLength + ".");
        }
    }

    /** The number of logits of each token; ids are 0 to this, exclusive. */
    public int vocabularySize() {
        return tokenizer.vocabularySize();
    }
}
