package dev.weft.data;

import dev.weft.io.InputException;
import dev.weft.text.Tokenizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/**
 * One split of a text as examples: windows of {@code contextLength} tokens that follow each other without overlap, each with the
 * next token of every position as its label. The last window has the tokens that are left, so every token but the split's first is
 * predicted once. An example's id is the place of its first token in the whole text.
 */
public final class TextWindows implements Dataset {
    private final String name;
    private final Tokenizer tokenizer;
    private final int[] tokens;
    private final int from;
    private final int contextLength;

    /**
     * @param tokens of this split; not copied
     * @param from the place of the first of them in the whole text
     * @param contextLength the most tokens of a window
     * @throws InputException when the tokens do not fill one window
     */
    public TextWindows(String name, Tokenizer tokenizer, int[] tokens, int from, int contextLength) {
        if (contextLength < 1 || tokens.length <= contextLength) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s must have a window of contextLength %d and the token after it, %d tokens or more, but has %d. Give more text, a larger part of it, or a smaller contextLength.",
                    name,
                    contextLength,
                    contextLength + 1L,
                    tokens.length));
        }
        this.name = name;
        this.tokenizer = tokenizer;
        this.tokens = tokens;
        this.from = from;
        this.contextLength = contextLength;
    }

    /** All of a text as one split. */
    public static TextWindows of(TextSource source, Tokenizer tokenizer, int contextLength) {
        return new TextWindows(source.name(), tokenizer, tokenizer.encode(source.text()), 0, contextLength);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String noun() {
        return "windows";
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    public int contextLength() {
        return contextLength;
    }

    /** The place of the first token in the whole text. */
    public int from() {
        return from;
    }

    /** The place after the last token. */
    public int to() {
        return from + tokens.length;
    }

    /** The tokens of an example, in order. */
    public int[] tokens(int index) {
        int start = Objects.checkIndex(index, size()) * contextLength;
        return Arrays.copyOfRange(tokens, start, start + predictions(index));
    }

    /** The tokens of an example, in order, and the one after them: each but the first is predicted. */
    public int[] tokensWithNext(int index) {
        int start = Objects.checkIndex(index, size()) * contextLength;
        return Arrays.copyOfRange(tokens, start, start + predictions(index) + 1);
    }

    @Override
    public int size() {
        return (tokens.length - 2) / contextLength + 1;
    }

    @Override
    public String id(int index) {
        return Integer.toString(from + Objects.checkIndex(index, size()) * contextLength);
    }

    @Override
    public int predictions(int index) {
        int start = Objects.checkIndex(index, size()) * contextLength;
        return Math.min(contextLength, tokens.length - 1 - start);
    }

    /** The checksum of the lines {@code id TAB predictions}. */
    @Override
    public String idsSha256() {
        return Sha256.ofLines(size(), index -> id(index) + "\t" + predictions(index));
    }

    @Override
    public String contentSha256() {
        return Sha256.ofInts(tokens);
    }

    @Override
    public Batch batch(int[] indices) {
        int[] starts = new int[indices.length];
        int length = indices.length == 0 ? 0 : predictions(indices[0]);
        for (int i = 0; i < indices.length; i++) {
            if (predictions(indices[i]) != length) {
                throw new IllegalArgumentException("Windows of a batch must be equally long, but " + name
                        + " has one of " + length + " and one of " + predictions(indices[i]) + " tokens.");
            }
            starts[i] = from + indices[i] * contextLength;
        }
        return windows(starts, length);
    }

    /** Windows of {@code length} tokens that start at these places of the whole text; the tensors belong to the caller's scope. */
    Batch windows(int[] starts, int length) {
        long[] inputs = new long[starts.length * length];
        long[] labels = new long[inputs.length];
        for (int i = 0; i < starts.length; i++) {
            int start = starts[i] - from;
            for (int t = 0; t < length; t++) {
                inputs[i * length + t] = tokens[start + t];
                labels[i * length + t] = tokens[start + t + 1];
            }
        }
        return Batch.of(inputs, labels, starts, length);
    }

    @Override
    public Halves halves(double part, long seed) {
        int first = tokens.length - (int) Math.round(part * tokens.length);
        return new Halves(
                new TextWindows(name, tokenizer, Arrays.copyOf(tokens, first), from, contextLength),
                new TextWindows(
                        name + "/validation",
                        tokenizer,
                        Arrays.copyOfRange(tokens, first, tokens.length),
                        from + first,
                        contextLength));
    }

    @Override
    public Batches batches(int batchSize, long seed) {
        return new TextBatches(this, batchSize, seed);
    }

    @Override
    public void requireFits(int batchSize) {
        if ((long) batchSize * contextLength > Integer.MAX_VALUE / Long.BYTES) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "batchSize %d of %d tokens is over 2 GiB: choose a smaller one",
                    batchSize,
                    contextLength));
        }
    }
}
