package dev.weft.text;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import dev.weft.io.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The tokenizer of a {@code tokenizer.json}, the file of the Hugging Face tokenizers library (BPE, WordPiece, Unigram, WordLevel),
 * run by that library. Holds the whole file, so that it travels with the family. A value, equal where the content is; a class, so
 * that the native tokenizer is opened once.
 *
 * <p>Nothing is downloaded, ever. The native library is loaded by the first {@link #encode} or {@link #decode}, not by reading a
 * family's file; what it allocates is freed when the tokenizer is garbage.
 *
 * <p>Ids are those of the text alone: special tokens are not added around it, but where one is written in the text
 * ({@code <|endoftext|>}) it becomes its one id. Truncation and padding that the file may ask for are off. What no token stands for
 * becomes the file's unknown token; a BPE file without one passes it over. {@link #decode} gives special tokens as text. A text is
 * encoded in one piece.
 */
public final class HuggingFaceTokenizer implements Tokenizer {
    private static final String FILE = "tokenizer.json";

    @JsonProperty
    private final String content;

    private final String model;
    private final int vocabularySize;
    private NativeTokenizer opened; // guarded by this; null until it is needed

    /**
     * @param content of a {@code tokenizer.json}
     * @throws InputException when it is none
     */
    @JsonCreator
    public HuggingFaceTokenizer(@JsonProperty("content") String content) {
        this(content, "The content of a hugging-face tokenizer");
    }

    private HuggingFaceTokenizer(String content, String where) {
        if (content == null || content.isBlank()) {
            throw new InputException(where + " must be that of a " + FILE + ", but is empty.");
        }
        JsonNode file = Json.parse(content, where, JsonNode.class);
        JsonNode vocabulary = file.path("model").path("vocab");
        if (!vocabulary.isObject() && !vocabulary.isArray()) {
            throw new InputException(where + " must be a " + FILE
                    + " of the Hugging Face tokenizers library, but has no model.vocab. Another file of the model may be"
                    + " the one: vocab.json and tokenizer_config.json are not.");
        }
        this.content = content;
        this.model = file.path("model").path("type").asText("model");
        this.vocabularySize = 1 + Math.max(largestId(vocabulary, where), largestAddedId(file.path("added_tokens")));
        if (vocabularySize < 2) {
            throw new InputException(where + " must have two tokens or more, but has " + vocabularySize + ".");
        }
    }

    /** The largest id of a vocabulary, which holds ids by token; a Unigram vocabulary is a list of tokens in the order of their ids. */
    private static int largestId(JsonNode vocabulary, String where) {
        if (vocabulary.isArray()) {
            return vocabulary.size() - 1;
        }
        int largest = -1;
        for (JsonNode id : vocabulary) {
            if (!id.canConvertToInt() || id.intValue() < 0) {
                throw new InputException(where + ": every id in model.vocab must be 0 or more, but one is " + id + ".");
            }
            largest = Math.max(largest, id.intValue());
        }
        return largest;
    }

    private static int largestAddedId(JsonNode added) {
        int largest = -1;
        for (JsonNode token : added) {
            largest = Math.max(largest, token.path("id").asInt(-1));
        }
        return largest;
    }

    /**
     * Reads a {@code tokenizer.json}, or that of a folder, and tries it in the native library.
     *
     * @throws InputException naming the file, when it cannot be read or is no such file
     */
    public static HuggingFaceTokenizer open(Path fileOrFolder) {
        Path file = Files.isDirectory(fileOrFolder) ? fileOrFolder.resolve(FILE) : fileOrFolder;
        HuggingFaceTokenizer tokenizer = new HuggingFaceTokenizer(text(file), file.toString());
        tokenizer.opened = NativeTokenizer.of(tokenizer.content, file.toString());
        return tokenizer;
    }

    private static String text(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (IOException e) {
            throw new InputException(
                    "Cannot read the tokenizer " + file + ": " + IoReason.of(e) + ". Give the path of a " + FILE + ".",
                    e);
        }
    }

    /** The text of the {@code tokenizer.json}. */
    public String content() {
        return content;
    }

    @Override
    public int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public int[] encode(String text) {
        return opened().encode(text);
    }

    @Override
    public String decode(int[] tokens) {
        return opened().decode(Tokenizer.checked(tokens, vocabularySize));
    }

    private synchronized NativeTokenizer opened() {
        if (opened == null) {
            opened = NativeTokenizer.of(content, "The content of a hugging-face tokenizer");
        }
        return opened;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HuggingFaceTokenizer o && content.equals(o.content);
    }

    @Override
    public int hashCode() {
        return content.hashCode();
    }

    @Override
    public String toString() {
        return "HuggingFaceTokenizer[" + model + ", " + vocabularySize + " tokens]";
    }
}
