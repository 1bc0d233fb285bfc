package dev.weft.text;

import dev.weft.export.ExportedText;
import dev.weft.io.Json;
import java.util.Optional;

/** Writes a tokenizer into the label of an exported language model, and reads it from there. */
public final class ExportedTokenizer {
    private ExportedTokenizer() {}

    /** What the label says of a tokenizer: an alphabet where that is all of it, JSON of any other. */
    public static ExportedText of(Tokenizer tokenizer, int contextLength) {
        boolean characters = tokenizer instanceof CharacterTokenizer;
        return new ExportedText(
                tokenizer.vocabularySize(),
                contextLength,
                characters ? Optional.of(((CharacterTokenizer) tokenizer).characters()) : Optional.empty(),
                characters ? Optional.empty() : Optional.of(Json.writeLine(tokenizer)));
    }

    /** The tokenizer that a label describes. */
    public static Tokenizer of(ExportedText text) {
        return text.alphabet()
                .<Tokenizer>map(alphabet -> new CharacterTokenizer(alphabet.characters()))
                .orElseGet(() -> Json.parse(
                        text.tokenizer().orElseThrow(), "The tokenizer of an exported model", Tokenizer.class));
    }
}
