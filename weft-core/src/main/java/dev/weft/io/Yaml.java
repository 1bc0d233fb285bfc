package dev.weft.io;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.nio.file.Path;
import java.util.List;

/** Reads and writes records as YAML, by the rules of {@link Json}. Anchors and tags have no use here. */
public final class Yaml {
    private static final Documents DOCUMENTS = new Documents(
            "YAML",
            YAMLFactory.builder()
                    .streamReadConstraints(Json.constraints())
                    .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .disable(YAMLGenerator.Feature.SPLIT_LINES)
                    .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
                    .build(),
            JsonInclude.Include.NON_NULL);

    private Yaml() {}

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

    /** As {@link #parse(String, String, Class, List)}, from a file. */
    public static <T> T read(Path file, Class<T> type, List<Setting> settings) {
        return parse(DOCUMENTS.text(file), file.toString(), type, settings);
    }

    /**
     * A document with some keys set otherwise.
     *
     * @param where what messages call the document
     * @throws InputException when the document is none of that type, before or after, or the settings overlap
     */
    public static <T> T parse(String text, String where, Class<T> type, List<Setting> settings) {
        Setting.requireApart(settings);
        return DOCUMENTS.parse(text, where, type, settings);
    }

    /** The value as YAML that ends with a line feed; text is always in quotes, so that nothing reads back as something else. */
    public static String write(Object value) {
        return DOCUMENTS.write(value, true);
    }
}
