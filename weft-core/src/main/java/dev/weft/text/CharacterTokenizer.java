package dev.weft.text;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.export.Alphabet;
import dev.weft.export.InvalidInputException;

/**
 * One token for each different character (Unicode code point): the id is the character's place in the alphabet. A value like a
 * record, equal where the alphabet is.
 */
public final class CharacterTokenizer implements Tokenizer {
    private final Alphabet alphabet;

    /** @param alphabet the characters, in the order of their ids: two or more, each once */
    @JsonCreator
    public CharacterTokenizer(@JsonProperty("alphabet") String alphabet) {
        this.alphabet = new Alphabet(alphabet);
    }

    /**
     * The characters of {@code text}, in the order of their code points.
     *
     * @throws InvalidInputException when it has fewer than two different ones
     */
    public static CharacterTokenizer of(String text) {
        return new CharacterTokenizer(text.codePoints()
                .distinct()
                .sorted()
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString());
    }

    /** The characters with their ids. */
    public Alphabet characters() {
        return alphabet;
    }

    /** The characters, in the order of their ids. */
    @JsonProperty("alphabet")
    public String alphabet() {
        return alphabet.characters();
    }

    @Override
    public int vocabularySize() {
        return alphabet.size();
    }

    @Override
    public int[] encode(String text) {
        return alphabet.encode(text);
    }

    @Override
    public String decode(int[] tokens) {
        return alphabet.decode(tokens);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CharacterTokenizer o && alphabet.equals(o.alphabet);
    }

    @Override
    public int hashCode() {
        return alphabet.hashCode();
    }

    @Override
    public String toString() {
        return "CharacterTokenizer[" + alphabet.size() + " characters]";
    }
}
