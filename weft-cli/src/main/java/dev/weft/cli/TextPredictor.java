package dev.weft.cli;

import dev.weft.export.ExportedLanguageModel;
import dev.weft.export.InvalidInputException;
import dev.weft.export.OnnxFile;
import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import dev.weft.text.ExportedTokenizer;
import dev.weft.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How well a language model foresees texts, and what it would write next. */
final class TextPredictor implements Predictor {
    private final ExportedLanguageModel model;
    private final Tokenizer tokenizer;
    private final int continued;

    TextPredictor(OnnxFile file, int threads, int continued) {
        this.model = ExportedLanguageModel.open(file, threads);
        this.tokenizer = ExportedTokenizer.of(model.text());
        this.continued = continued;
    }

    @Override
    public Answer answer(Path file) {
        int[] tokens;
        double loss;
        String text = read(file);
        try {
            tokens = tokenizer.encode(text);
            loss = model.loss(tokens);
        } catch (InvalidInputException e) {
            throw new InputException(file + ": " + e.getMessage(), e);
        }
        return Answer.ofText(file, tokens.length, loss, tokenizer.decode(model.continuation(tokens, continued)));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new InputException("Cannot read " + file + ": " + IoReason.of(e) + ".", e);
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
