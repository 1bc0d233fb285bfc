package dev.weft.model;

import dev.weft.criterion.Criterion;
import dev.weft.criterion.Labels;
import dev.weft.criterion.LossScorer;
import dev.weft.criterion.Scorer;
import dev.weft.data.Batch;
import dev.weft.data.Dataset;
import dev.weft.data.TextWindows;
import dev.weft.io.InputException;
import dev.weft.metric.Metric;
import dev.weft.ops.Bundle;
import dev.weft.ops.Port;
import dev.weft.ops.Tensors;
import dev.weft.text.ExportedTokenizer;
import dev.weft.text.Tokenizer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;

/**
 * The text a language model reads: token ids (B, T) of int64, T from 1 to the context length. The tokenizer is part of the
 * model, so that a family needs no other file.
 *
 * @param contextLength the most tokens that one pass reads
 */
public record TextInput(Tokenizer tokenizer, int contextLength) implements ModelInput {
    public TextInput {
        if (tokenizer == null || contextLength < 2 || contextLength > Setting.MAX_SIZE) {
            throw new InputException("Text must have a tokenizer and a contextLength from 2 to " + Setting.MAX_SIZE
                    + ", but got tokenizer=" + tokenizer + ", contextLength=" + contextLength + ".");
        }
    }

    @Override
    public String description() {
        return "text of " + tokenizer.vocabularySize() + " different tokens, " + contextLength + " at a time";
    }

    @Override
    public String noun() {
        return "text";
    }

    @Override
    public List<Port> inputs() {
        return List.of(Port.longs(Batch.TOKENS).open("length"));
    }

    /** Logits (B, T, tokens). */
    @Override
    public List<Port> outputs() {
        return List.of(Port.floats(ModelInput.LOGITS).open("length").fixed(tokenizer.vocabularySize()));
    }

    @Override
    public Bundle shapes(int batch) {
        return Bundle.of(Batch.TOKENS, Tensors.metaLongs(batch, contextLength));
    }

    /** Token ids. */
    @Override
    public Bundle random(int batch, RandomGenerator random) {
        return Bundle.of(Batch.TOKENS, tokens(batch, random));
    }

    /** Next tokens (B, T). */
    @Override
    public Bundle randomTargets(int batch, RandomGenerator random) {
        return Bundle.of(Batch.LABELS, tokens(batch, random));
    }

    private Tensor tokens(int batch, RandomGenerator random) {
        long[] tokens = random.longs((long) batch * contextLength, 0, tokenizer.vocabularySize())
                .toArray();
        return Tensors.ofLongs(tokens, batch, contextLength);
    }

    @Override
    public Optional<Map<String, String>> label(int side, Map<String, String> notes) {
        return Optional.of(ExportedTokenizer.of(tokenizer, contextLength).label());
    }

    @Override
    public Criterion criterion() {
        return Labels.HARD;
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metric.LOSS, Metric.PERPLEXITY);
    }

    @Override
    public Scorer scorer() {
        return new LossScorer();
    }

    @Override
    public void requireReads(String source, Dataset data) {
        if (!(data instanceof TextWindows text
                && text.tokenizer().equals(tokenizer)
                && text.contextLength() <= contextLength)) {
            throw new InputException(source + " must hold what the model reads, " + description()
                    + ", but has changed since it was trained.");
        }
    }

    @Override
    public boolean covers(ModelInput other) {
        return other instanceof TextInput text
                && text.tokenizer.equals(tokenizer)
                && text.contextLength <= contextLength;
    }

    /**
     * {@code input} as text.
     *
     * @param model its name, for the message
     * @param input {@code null} to leave the model open
     * @throws InputException when it is something else
     */
    static TextInput of(String model, ModelInput input) {
        if (input == null || input instanceof TextInput) {
            return (TextInput) input;
        }
        throw new InputException("Model " + model + " must be given text, but the data is " + input.description()
                + ". Give text, or a model that reads images.");
    }
}
