package dev.weft.lab.study;

import dev.weft.io.Json;
import dev.weft.space.Space;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The sentences of a study's file, in which braces stand for something else: {@code {batchSize}} for a size, {@code {rates.alone}} for one
 * within another, {@code {learningRate:%.4f}} for one that is written otherwise, and any other name for a word of the design.
 */
final class Words {
    private static final Pattern BRACES = Pattern.compile("\\{([A-Za-z.]+)(?::([^}]+))?}");

    private final Map<?, ?> sizes;
    private final Map<String, Object> words;

    /** @param words which go before sizes */
    Words(StudySize size, Map<String, Object> words) {
        this.sizes = Json.parse(Json.write(size), "the sizes of a study", Map.class);
        this.words = words;
    }

    /** @throws IllegalStateException when a name is neither a word nor a size */
    String in(String text) {
        return BRACES.matcher(text)
                .replaceAll(braces -> Matcher.quoteReplacement(said(value(braces.group(1)), braces.group(2))));
    }

    private Object value(String name) {
        Object value = words.get(name);
        if (value == null) {
            value = sizes;
            for (String part : name.split("\\.")) {
                value = value instanceof Map<?, ?> within ? within.get(part) : null;
            }
        }
        if (value == null) {
            throw new IllegalStateException(
                    "{" + name + "} must be a word " + words.keySet() + " or a size " + sizes.keySet());
        }
        return value;
    }

    private static String said(Object value, String format) {
        if (value instanceof List<?> list) {
            return list.stream().map(String::valueOf).collect(Collectors.joining(", "));
        }
        if (value instanceof Space space) {
            return space.count() + " members: " + space.inWords();
        }
        return format == null ? value.toString() : String.format(Locale.ROOT, format, value);
    }
}
