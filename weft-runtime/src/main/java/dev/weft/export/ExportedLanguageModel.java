package dev.weft.export;

import ai.onnxruntime.OnnxTensor;
import dev.weft.natives.OnnxRuntime;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * A language model that was exported to ONNX, ready to predict. It needs ONNX Runtime and nothing else: libtorch is not loaded.
 * Thread-safe. Holds native memory until {@link #close}, which waits for predictions that are under way.
 */
public final class ExportedLanguageModel implements AutoCloseable {
    private final OnnxFile file;
    private final ExportedText text;
    private final OnnxSession session;

    private ExportedLanguageModel(OnnxFile file, int threads) {
        this.file = file;
        this.text = file.text()
                .orElseThrow(() -> new InvalidInputException("The model of member \"" + file.member()
                        + "\" must read text, but reads images. Open it as an ExportedModel."));
        this.session = new OnnxSession(file, threads);
    }

    /**
     * Opens a file that Weft exported; one prediction uses one thread.
     *
     * @throws InvalidInputException when the file is damaged, Weft did not write it, or it reads images
     */
    public static ExportedLanguageModel open(Path file) {
        return open(OnnxFile.read(file), 1);
    }

    /** @param threads that one prediction may use */
    public static ExportedLanguageModel open(OnnxFile file, int threads) {
        return new ExportedLanguageModel(file, threads);
    }

    /** The member of the family, as one line. */
    public String member() {
        return file.member();
    }

    /** The way between text and tokens: its vocabulary, and its alphabet where every token is a character. */
    public ExportedText text() {
        return text;
    }

    /** The most tokens to give at a time, as in training. */
    public int contextLength() {
        return text.contextLength();
    }

    /** Everything the file says of itself: the proof of the export, costs, the run it is from. */
    public Map<String, String> metadata() {
        return file.metadata();
    }

    /**
     * The logits of what comes after each token.
     *
     * @param tokens of one text
     * @return (tokens, vocabulary)
     */
    public float[][] logits(int[] tokens) {
        return logits(Arrays.stream(tokens).asLongStream().toArray(), 1)[0];
    }

    /**
     * How well the model foresees a text: the mean over its tokens but the first of {@code -ln} of the probability that the model
     * gives it after the ones before. Read in pieces of {@link #contextLength} tokens; the first token of a piece is the last of the
     * piece before, so that every token is predicted once.
     *
     * @param tokens two or more
     */
    public double loss(int[] tokens) {
        if (tokens.length < 2) {
            throw new InvalidInputException(
                    "A text must have two tokens or more to have a loss, but has " + tokens.length + ".");
        }
        double sum = 0;
        for (int from = 0; from < tokens.length - 1; from += contextLength()) {
            int to = Math.min(from + contextLength(), tokens.length - 1);
            float[][] logits = logits(Arrays.copyOfRange(tokens, from, to));
            for (int i = from; i < to; i++) {
                sum += surprise(logits[i - from], tokens[i + 1]);
            }
        }
        return sum / (tokens.length - 1);
    }

    private static double surprise(float[] logits, int token) {
        double top = logits[Prediction.top(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - top);
        }
        return top + Math.log(sum) - logits[token];
    }

    /**
     * The tokens that the model thinks most probable after a text, one after another: what it would write at temperature 0.
     *
     * @param tokens one or more; the model sees the last {@link #contextLength} of them
     * @param count how many to add
     */
    public int[] continuation(int[] tokens, int count) {
        int[] all = Arrays.copyOf(tokens, tokens.length + count);
        for (int end = tokens.length; end < all.length; end++) {
            float[][] logits = logits(Arrays.copyOfRange(all, Math.max(0, end - contextLength()), end));
            all[end] = Prediction.top(logits[logits.length - 1]);
        }
        return Arrays.copyOfRange(all, tokens.length, all.length);
    }

    /**
     * The logits of several texts of one length.
     *
     * @param tokens one text after another
     * @return (texts, tokens, vocabulary)
     */
    public float[][][] logits(long[] tokens, int texts) {
        if (tokens.length == 0) {
            throw new InvalidInputException(
                    "A text must have a token or more to say what comes after it, but has none.");
        }
        int length = tokens.length / texts;
        if (length < 1 || length > contextLength() || length * texts != tokens.length) {
            throw new InvalidInputException("A text must have from 1 to " + contextLength()
                    + " tokens, the model's contextLength, but has " + length + ". Give its last ones.");
        }
        for (long token : tokens) {
            if (token < 0 || token >= text.vocabularySize()) {
                throw new InvalidInputException(
                        "Tokens must be from 0 to " + (text.vocabularySize() - 1) + ", but one is " + token + ".");
            }
        }
        long[] shape = {texts, length};
        return (float[][][]) session.run(
                OnnxFile.TOKENS,
                () -> OnnxTensor.createTensor(OnnxRuntime.environment(), LongBuffer.wrap(tokens), shape));
    }

    @Override
    public void close() {
        session.close();
    }
}
