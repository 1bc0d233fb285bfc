package dev.weft.io;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.nio.file.Path;

/**
 * Reads and writes records as strict JSON. Unknown, duplicate and missing keys, numbers in quotes, NaN and documents nested over
 * {@value #MAX_DEPTH} deep are errors that name the file, the line and the path in it. Components that are primitive must be given
 * unless {@code @JsonProperty(defaultValue = "…")} says, in YAML, what they are when left out; others are then {@code null}, and left out
 * when {@code null}.
 *
 * <p>Output has record components in their order and maps in theirs, so a map whose text must not change between runs is a
 * {@code LinkedHashMap} or sorted. NaN and infinity are written as {@code null}: JSON has neither.
 */
public final class Json {
    static final int MAX_DEPTH = 64;
    private static final Documents WITH_NULLS = documents(JsonInclude.Include.ALWAYS, Kinds.builtIn());

    private Json() {}

    /** @throws InputException when the file cannot be read or is not such a document */
    public static <T> T read(Path file, Class<T> type) {
        return read(file, type, Kinds.builtIn());
    }

    /**
     * The same, of a document that may name more kinds.
     *
     * @throws InputException when the file cannot be read or is not such a document
     */
    public static <T> T read(Path file, Class<T> type, Kinds kinds) {
        return kinds.json().read(file, type);
    }

    /**
     * @param where what messages call the document, such as a file's name
     * @throws InputException when the text is not such a document
     */
    public static <T> T parse(String text, String where, Class<T> type) {
        return parse(text, where, type, Kinds.builtIn());
    }

    /** The same, of a document that may name more kinds. */
    public static <T> T parse(String text, String where, Class<T> type, Kinds kinds) {
        return kinds.json().parse(text, where, type);
    }

    /** The value as indented JSON that ends with a line feed. */
    public static String write(Object value) {
        return writing().write(value, true);
    }

    /** Does what {@link #write} does, with {@code null} where there is nothing: for readers who look for a key. */
    public static String writeWithNulls(Object value) {
        return WITH_NULLS.write(value, true);
    }

    /** The value as JSON on one line, without a line feed. */
    public static String writeLine(Object value) {
        return writing().write(value, false);
    }

    /**
     * Does what {@link #writeLine} does, after what was written has been read back and is equal to the value.
     *
     * @param what the value in words, as a message begins: {@code The settings of a family}
     * @throws InputException when it would not: a class is not among the kinds, or a record forgets what it was made with
     */
    public static String writeReadableLine(Object value, String what, Kinds kinds) {
        return kinds.json().writeReadable(value, what, false);
    }

    private static Documents writing() {
        return Kinds.builtIn().json();
    }

    static Documents documents(Kinds kinds) {
        return documents(JsonInclude.Include.NON_NULL, kinds);
    }

    private static Documents documents(JsonInclude.Include nulls, Kinds kinds) {
        JsonFactory factory =
                JsonFactory.builder().streamReadConstraints(constraints()).build();
        return new Documents("JSON", factory, nulls, kinds);
    }

    static StreamReadConstraints constraints() {
        return StreamReadConstraints.builder()
                .maxNestingDepth(MAX_DEPTH)
                .maxStringLength(100_000_000)
                .build();
    }
}
