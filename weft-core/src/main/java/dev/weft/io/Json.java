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
    private static final Documents DOCUMENTS = documents(JsonInclude.Include.NON_NULL);
    private static final Documents WITH_NULLS = documents(JsonInclude.Include.ALWAYS);

    private Json() {}

    /** @throws InputException when the file cannot be read or is not such a document */
    public static <T> T read(Path file, Class<T> type) {
        return DOCUMENTS.read(file, type);
    }

    /**
     * @param where what messages call the document, such as a file's name
     * @throws InputException when the text is not such a document
     */
    public static <T> T parse(String text, String where, Class<T> type) {
        return DOCUMENTS.parse(text, where, type);
    }

    /** The value as indented JSON that ends with a line feed. */
    public static String write(Object value) {
        return DOCUMENTS.write(value, true);
    }

    /** As {@link #write}, with {@code null} where there is nothing: for readers who look for a key. */
    public static String writeWithNulls(Object value) {
        return WITH_NULLS.write(value, true);
    }

    /** The value as JSON on one line, without a line feed. */
    public static String writeLine(Object value) {
        return DOCUMENTS.write(value, false);
    }

    private static Documents documents(JsonInclude.Include nulls) {
        JsonFactory factory =
                JsonFactory.builder().streamReadConstraints(constraints()).build();
        return new Documents("JSON", factory, nulls);
    }

    static StreamReadConstraints constraints() {
        return StreamReadConstraints.builder()
                .maxNestingDepth(MAX_DEPTH)
                .maxStringLength(100_000_000)
                .build();
    }
}
