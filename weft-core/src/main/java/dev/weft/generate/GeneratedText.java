package dev.weft.generate;

import java.util.List;

/**
 * What was written.
 *
 * @param text what follows the prompt
 * @param tokens the ids of what was written, without the end of the text
 * @param ending why it stopped
 */
public record GeneratedText(String text, List<Integer> tokens, Ending ending) {
    /** Why a text ends. */
    public enum Ending {
        /** The model wrote the token that ends a text. */
        END_OF_TEXT,
        /** The text has as many tokens as were allowed. */
        MAX_TOKENS,
        /** The caller asked to stop. */
        STOPPED
    }

    public GeneratedText {
        tokens = List.copyOf(tokens);
    }
}
