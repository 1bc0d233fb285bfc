package dev.weft.text;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The way between text and token ids, as a value that travels in the file of a family: a family that reads text needs no other file.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = CharacterTokenizer.class, name = "characters"),
    @JsonSubTypes.Type(value = HuggingFaceTokenizer.class, name = "hugging-face"),
    @JsonSubTypes.Type(value = SentencePieceTokenizer.class, name = "sentence-piece"),
})
public sealed interface Tokenizer
        permits CharacterTokenizer, //
                HuggingFaceTokenizer, //
                SentencePieceTokenizer {
    /** The number of different tokens: ids are 0 to this, exclusive. */
    @JsonIgnore
    int vocabularySize();

    /**
     * The token ids of a text.
     *
     * @throws dev.weft.export.InvalidInputException when the text holds what no token stands for
     */
    int[] encode(String text);

    /**
     * The text of token ids: the inverse of {@link #encode} wherever that is possible.
     *
     * @throws IllegalArgumentException when an id is not from 0 to the size of the vocabulary, exclusive
     */
    String decode(int[] tokens);

    /** The token that every text begins with, where the tokenizer has one; {@link #encode} does not write it. */
    default OptionalInt begin() {
        return OptionalInt.empty();
    }

    /** The token that says that a text has ended, where the tokenizer has one; {@link #encode} does not write it. */
    default OptionalInt end() {
        return OptionalInt.empty();
    }

    /** These tokens, each of which must be from 0 to {@code size}, exclusive. */
    static int[] checked(int[] tokens, int size) {
        IntStream.of(tokens)
                .filter(token -> token < 0 || token >= size)
                .findFirst()
                .ifPresent(token -> {
                    throw new IllegalArgumentException(
                            "A token must be from 0 to " + (size - 1) + ", but is " + token + ".");
                });
        return tokens;
    }
}
