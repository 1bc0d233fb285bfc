package dev.weft.runtime;

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

    /** Between text and tokens: its vocabulary, and its alphabet where every token is a character. */
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
     * The same of several texts of one length.
     *
     * @param tokens one text after another
     * @return (texts, tokens, vocabulary)
     */
    public float[][][] logits(long[] tokens, int texts) {
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
