package dev.weft.text;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * One token for each different character (Unicode code point): the id is the character's place in the alphabet. A value like a
 * record, equal where the alphabet is; a class, so that the table from characters to ids is made once.
 */
public final class CharacterTokenizer implements Tokenizer {
    @JsonProperty
    private final String alphabet;

    private final int[] characters; // by id; never written to
    private final Map<Integer, Integer> ids;

    /** @param alphabet the characters, in the order of their ids: two or more, each once */
    @JsonCreator
    public CharacterTokenizer(@JsonProperty("alphabet") String alphabet) {
        if (alphabet == null || alphabet.codePoints().distinct().count() < 2) {
            throw new InputException("A character tokenizer must have an alphabet of two different characters or more,"
                    + " but got " + (alphabet == null ? "none" : "\"" + alphabet + "\"") + ".");
        }
        this.alphabet = alphabet;
        this.characters = alphabet.codePoints().toArray();
        Map<Integer, Integer> places = new HashMap<>();
        for (int character : characters) {
            if (places.put(character, places.size()) != null) {
                throw new InputException("The alphabet of a character tokenizer must hold every character once, but "
                        + shown(character) + " is in it twice.");
            }
        }
        this.ids = Map.copyOf(places); // looked up, never walked: its order does not matter
    }

    /**
     * The characters of {@code text}, in the order of their code points.
     *
     * @throws InputException when it has fewer than two different ones
     */
    public static CharacterTokenizer of(String text) {
        return new CharacterTokenizer(text.codePoints()
                .distinct()
                .sorted()
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString());
    }

    /** The characters, in the order of their ids. */
    public String alphabet() {
        return alphabet;
    }

    @Override
    public int vocabularySize() {
        return characters.length;
    }

    @Override
    public int[] encode(String text) {
        return text.codePoints().map(this::id).toArray();
    }

    private int id(int character) {
        Integer id = ids.get(character);
        if (id == null) {
            throw new InputException("Text must be written in the " + characters.length
                    + " characters of the tokenizer, but holds " + shown(character)
                    + ". Leave it out, or train on text that has it.");
        }
        return id;
    }

    @Override
    public String decode(int[] tokens) {
        StringBuilder text = new StringBuilder(tokens.length);
        IntStream.of(Tokenizer.checked(tokens, characters.length))
                .map(token -> characters[token])
                .forEach(text::appendCodePoint);
        return text.toString();
    }

    /** {@code "é" (U+00E9)}; a control character or half of a surrogate pair by its number alone. */
    private static String shown(int character) {
        String number = String.format(Locale.ROOT, "U+%04X", character);
        boolean printable = !Character.isISOControl(character) && Character.getType(character) != Character.SURROGATE;
        return printable ? "\"" + Character.toString(character) + "\" (" + number + ")" : number;
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
        return "CharacterTokenizer[" + characters.length + " characters]";
    }
}
