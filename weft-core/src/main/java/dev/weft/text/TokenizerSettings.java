package dev.weft.text;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** Which tokenizer a recipe trains with, before there is a text: {@code tokenizer: {kind: characters}}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({@JsonSubTypes.Type(value = TokenizerSettings.Characters.class, name = "characters")})
public sealed interface TokenizerSettings {
    /**
     * The tokenizer for a text; the same text gives the same one.
     *
     * @param training what a tokenizer may be learned from
     * @param whole the text with its held-out parts, for the characters that occur in it
     * @throws dev.weft.io.InputException when the text will not do
     */
    Tokenizer of(String training, String whole);

    /** One token for each different character of the whole text. */
    record Characters() implements TokenizerSettings {
        @Override
        public Tokenizer of(String training, String whole) {
            return CharacterTokenizer.of(whole);
        }
    }
}
