package dev.weft.export;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The way between text and tokens where every token is one character (Unicode code point): the id is the character's place. A value, equal
 * where the characters are; a class, so that the table from characters to ids is made once.
 */
public final class Alphabet {
    private static final int EXCERPT = 20; // characters of a text that a message shows

    private final String characters;
    private final int[] byId; // never written to
    private final Map<Integer, Integer> ids;

    /** @param characters in the order of their ids: two or more, each once */
    public Alphabet(String characters) {
        if (characters == null || characters.codePoints().distinct().count() < 2) {
            throw new InvalidInputException(
                    "A character tokenizer must have an alphabet of two different characters or more," + " but got "
                            + (characters == null ? "none" : "\"" + characters + "\"") + ".");
        }
        this.characters = characters;
        this.byId = characters.codePoints().toArray();
        Map<Integer, Integer> places = new HashMap<>();
        for (int character : byId) {
            if (places.put(character, places.size()) != null) {
                throw new InvalidInputException(
                        "The alphabet of a character tokenizer must hold every character once, but " + shown(character)
                                + " is in it twice.");
            }
        }
        this.ids = Map.copyOf(places); // looked up, never walked: its order does not matter
    }

    /** The characters, in the order of their ids. */
    public String characters() {
        return characters;
    }

    /** How many there are: ids are 0 to this, exclusive. */
    public int size() {
        return byId.length;
    }

    /**
     * The token ids of a text.
     *
     * @throws InvalidInputException when a character is none of the alphabet's
     */
    public int[] encode(String text) {
        int[] tokens = new int[text.codePointCount(0, text.length())];
        int at = 0;
        for (int i = 0; i < tokens.length; i++) {
            int character = text.codePointAt(at);
            at += Character.charCount(character);
            Integer id = ids.get(character);
            if (id == null) {
                throw new InvalidInputException("Text must be written in the " + byId.length
                        + " characters of the tokenizer, but holds " + shown(character) + " at the end of \""
                        + before(text, at) + "\". Leave it out, or train on text that has it.");
            }
            tokens[i] = id;
        }
        return tokens;
    }

    /** The last letters up to {@code end}, on one line. */
    private static String before(String text, int end) {
        return text.substring(Math.max(0, end - EXCERPT), end).replaceAll("[\\p{Cc}\\p{Cs}]", " ");
    }

    /**
     * The text of token ids: the inverse of {@link #encode}.
     *
     * @throws IllegalArgumentException when an id is not from 0 to {@link #size}, exclusive
     */
    public String decode(int[] tokens) {
        StringBuilder text = new StringBuilder(tokens.length);
        IntStream.of(tokens).map(this::character).forEach(text::appendCodePoint);
        return text.toString();
    }

    private int character(int token) {
        if (token < 0 || token >= byId.length) {
            throw new IllegalArgumentException(
                    "A token must be from 0 to " + (byId.length - 1) + ", but is " + token + ".");
        }
        return byId[token];
    }

    /** {@code "é" (U+00E9)}; a control character or half of a surrogate pair by its number alone. */
    private static String shown(int character) {
        String number = String.format(Locale.ROOT, "U+%04X", character);
        boolean printable = !Character.isISOControl(character) && Character.getType(character) != Character.SURROGATE;
        return printable ? "\"" + Character.toString(character) + "\" (" + number + ")" : number;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Alphabet o && characters.equals(o.characters);
    }

    @Override
    public int hashCode() {
        return characters.hashCode();
    }

    @Override
    public String toString() {
        return "Alphabet[" + byId.length + " characters]";
    }
}
