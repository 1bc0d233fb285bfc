package dev.weft.text;

import dev.weft.io.InputException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One token for each different character (Unicode code point).
 *
 * @param alphabet the characters, in the order of their ids
 */
public record CharacterTokenizer(String alphabet) implements Tokenizer {
    public CharacterTokenizer {
        if (alphabet == null || alphabet.codePoints().distinct().count() < 2) {
            throw new InputException("A character tokenizer must have an alphabet of two different characters or more,"
                    + " but got \"" + alphabet + "\".");
        }
        if (alphabet.codePoints().distinct().count() != alphabet.codePoints().count()) {
            throw new InputException("The alphabet of a character tokenizer must hold every character once, but got \""
                    + alphabet + "\".");
        }
    }

    /** The characters of {@code text}, in the order of their code points. */
    public static CharacterTokenizer of(String text) {
        return new CharacterTokenizer(new TreeSet<>(text.codePoints().boxed().collect(Collectors.toSet()))
                .stream().map(Character::toString).collect(Collectors.joining()));
    }

    @Override
    public int vocabularySize() {
        return alphabet.codePointCount(0, alphabet.length());
    }

    @Override
    public int[] encode(String text) {
        Map<Integer, Integer> ids = new HashMap<>();
        alphabet.codePoints().forEach(c -> ids.put(c, ids.size()));
        return text.codePoints()
                .map(c -> {
                    Integer id = ids.get(c);
                    if (id == null) {
                        throw new InputException("Text must be written in the " + ids.size()
                                + " characters of the tokenizer, but holds \"" + Character.toString(c) + "\" (U+"
                                + "%04X".formatted(c) + "). Leave it out, or train on text that has it.");
                    }
                    return id;
                })
                .toArray();
    }

    @Override
    public String decode(int[] tokens) {
        int[] characters = alphabet.codePoints().toArray();
        StringBuilder text = new StringBuilder();
        for (int token : tokens) {
            text.appendCodePoint(characters[token]);
        }
        return text.toString();
    }
}
