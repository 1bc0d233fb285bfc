package dev.weft.io;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads and writes records as YAML, by the rules of {@link Json}. Anchors and tags have no use here. */
public final class Yaml {
    private Yaml() {}

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
        return kinds.yaml().read(file, type);
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
        return kinds.yaml().parse(text, where, type);
    }

    /** Does what {@link #parse(String, String, Class, List, Kinds)} does, from a file. */
    public static <T> T read(Path file, Class<T> type, List<Setting> settings, Kinds kinds) {
        return parse(kinds.yaml().text(file), file.toString(), type, settings, kinds);
    }

    /**
     * A document with some keys set otherwise.
     *
     * @param where what messages call the document
     * @param kinds that it may name
     * @throws InputException when the document is none of that type, before or after, or the settings overlap
     */
    public static <T> T parse(String text, String where, Class<T> type, List<Setting> settings, Kinds kinds) {
        Setting.requireApart(settings);
        return kinds.yaml().parse(text, where, type, settings);
    }

    /**
     * What a document extends by its key {@code extends}; empty where it stands alone.
     *
     * @throws InputException when that key holds no name
     */
    public static Optional<String> extended(NamedText document) {
        return Kinds.builtIn().yaml().extended(document);
    }

    /**
     * A document that says only what differs from others: what is an object in both is put together key by key; a list, a value, and an
     * object of another {@code kind} take the place of what was there; an empty key takes away what was there.
     *
     * @param chain the document, what it extends, what that extends, and so on
     * @throws InputException when one of them is no object, all together are no document of that type, or the settings overlap
     */
    public static <T> T parse(List<NamedText> chain, Class<T> type, List<Setting> settings, Kinds kinds) {
        Setting.requireApart(settings);
        return kinds.yaml().parse(chain, type, settings);
    }

    /** The text of a file. */
    public static NamedText text(Path file) {
        return new NamedText(file.toString(), Kinds.builtIn().yaml().text(file));
    }

    /** The value as YAML that ends with a line feed; text is always in quotes, so that nothing reads back as something else. */
    public static String write(Object value) {
        return Kinds.builtIn().yaml().write(value, true);
    }

    /**
     * Does what {@link #write} does, after what was written has been read back and is equal to the value.
     *
     * @param what the value in words, as a message begins: {@code The settings of a run}
     * @throws InputException when it would not: a class is not among the kinds, or a record forgets what it was made with
     */
    public static String writeReadable(Object value, String what, Kinds kinds) {
        return kinds.yaml().writeReadable(value, what, true);
    }

    static Documents documents(Kinds kinds) {
        YAMLFactory factory = YAMLFactory.builder()
                .streamReadConstraints(Json.constraints())
                .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .disable(YAMLGenerator.Feature.SPLIT_LINES)
                .disable(YAMLGenerator.Feature.USE_NATIVE_TYPE_ID) // a kind is a key, as people write it
                .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
                .build();
        return new Documents("YAML", factory, JsonInclude.Include.NON_NULL, kinds);
    }
}
