package dev.weft.text;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** The tokenizer that a recipe trains with, before there is a text: {@code tokenizer: {kind: characters}}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = TokenizerSettings.Characters.class, name = "characters"),
    @JsonSubTypes.Type(value = TokenizerSettings.HuggingFace.class, name = "hugging-face")
})
public sealed interface TokenizerSettings {
    /**
     * The tokenizer for a text; the same text gives the same one.
     *
     * @param whole the text with its held-out parts, for the characters that occur in it
     * @throws dev.weft.export.InvalidInputException when the text will not do
     */
    Tokenizer of(String whole);

    /** About how many different tokens there are, where there is no text yet. */
    int standInTokens();

    /** The files that it is read from. */
    default List<String> files() {
        return List.of();
    }

    /** The same tokenizer with its {@link #files} named otherwise. */
    default TokenizerSettings withPlaces(UnaryOperator<String> place) {
        return this;
    }

    /** One token for each different character of the whole text. */
    record Characters() implements TokenizerSettings {
        @Override
        public Tokenizer of(String whole) {
            return CharacterTokenizer.of(whole);
        }

        /** Letters of both cases, digits and punctuation. */
        @Override
        public int standInTokens() {
            return 100;
        }
    }

    /**
     * One that others trained.
     *
     * @param file a {@code tokenizer.json}, or the folder of one
     */
    record HuggingFace(String file) implements TokenizerSettings {
        public HuggingFace {
            if (file == null) {
                throw new InputException("A tokenizer of kind hugging-face must have a file: a tokenizer.json.");
            }
        }

        @Override
        public Tokenizer of(String whole) {
            return HuggingFaceTokenizer.open(Path.of(file));
        }

        /** As many as GPT-2 has. */
        @Override
        public int standInTokens() {
            return 50_257;
        }

        @Override
        public List<String> files() {
            return List.of(file);
        }

        @Override
        public HuggingFace withPlaces(UnaryOperator<String> place) {
            return new HuggingFace(place.apply(file));
        }
    }
}
