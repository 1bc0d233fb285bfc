package dev.weft.export;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What an exported language model reads, as its file says it: with the tokenizer, so that no other file is needed.
 *
 * @param vocabularySize the number of logits of each token; ids are 0 to this, exclusive
 * @param contextLength the most tokens to give at a time, as in training
 * @param alphabet between text and tokens, where every token is a character; empty where another tokenizer is needed
 * @param tokenizer the tokenizer as JSON where it is another; weft-core reads it
 */
public record ExportedText(
        int vocabularySize, int contextLength, Optional<Alphabet> alphabet, Optional<String> tokenizer) {
    static final String CONTEXT_LENGTH = "weft.text.contextLength";
    private static final String VOCABULARY_SIZE = "weft.text.vocabularySize";
    private static final String ALPHABET = "weft.text.alphabet";
    private static final String TOKENIZER = "weft.text.tokenizer";
    private static final String TOKENS = "token ids, int64 (batch, length)";

    public ExportedText {
        if (contextLength < 1 || vocabularySize < 1) {
            throw new InvalidInputException("The text of an exported model must have contextLength >= 1 and"
                    + " vocabularySize >= 1, but got contextLength=" + contextLength + ", vocabularySize="
                    + vocabularySize + ".");
        }
        int letters = vocabularySize;
        if (alphabet.isPresent() == tokenizer.isPresent()
                || alphabet.filter(a -> a.size() != letters).isPresent()) {
            throw new InvalidInputException(
                    "The text of an exported model must have either an alphabet of vocabularySize="
                            + vocabularySize + " characters or a tokenizer, but got " + alphabet + " and "
                            + (tokenizer.isPresent() ? "a" : "no") + " tokenizer.");
        }
    }

    static ExportedText of(Label label) {
        return new ExportedText(
                label.integer(VOCABULARY_SIZE),
                label.integer(CONTEXT_LENGTH),
                Optional.ofNullable(label.entries().get(ALPHABET)).map(Alphabet::new),
                Optional.ofNullable(label.entries().get(TOKENIZER)));
    }

    /** What the metadata of a file says of it. */
    public Map<String, String> label() {
        Map<String, String> label = new LinkedHashMap<>();
        label.put(VOCABULARY_SIZE, Integer.toString(vocabularySize));
        label.put(CONTEXT_LENGTH, Integer.toString(contextLength));
        alphabet.ifPresent(a -> label.put(ALPHABET, a.characters()));
        tokenizer.ifPresent(json -> label.put(TOKENIZER, json));
        label.put("weft.text.tokens", TOKENS);
        return label;
    }
}
