package dev.weft.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What the metadata of an exported file says, as plain text under one key each: no parser is needed to read it, in any language.
 *
 * @param where what messages call the file
 */
record Label(Map<String, String> entries, String where) {
    String text(String key) {
        String value = entries.get(key);
        if (value == null) {
            String older = entries.containsKey("weft.input") || entries.containsKey("weft.text")
                    ? " An earlier Weft wrote this file, with a label of another form: export it again."
                    : "";
            throw new InvalidInputException(where + " must have \"" + key + "\" in its metadata, but has not." + older);
        }
        return value;
    }

    int integer(String key) {
        try {
            return Integer.parseInt(text(key));
        } catch (NumberFormatException e) {
            throw wrong(key, "a whole number", e);
        }
    }

    /** The same, or {@code absent} where the file does not say. */
    int integer(String key, int absent) {
        return entries.containsKey(key) ? integer(key) : absent;
    }

    /** A number; empty where the file does not say. */
    OptionalDouble number(String key) {
        if (!entries.containsKey(key)) {
            return OptionalDouble.empty();
        }
        try {
            return OptionalDouble.of(Double.parseDouble(text(key)));
        } catch (NumberFormatException e) {
            throw wrong(key, "a number", e);
        }
    }

    /** Numbers with a space between them. */
    List<Double> numbers(String key) {
        try {
            return Arrays.stream(text(key).split(" ")).map(Double::valueOf).toList();
        } catch (NumberFormatException e) {
            throw wrong(key, "numbers with a space between them", e);
        }
    }

    /** The values of {@code prefix0}, {@code prefix1}, … up to the first that is not there: one or more. */
    List<String> list(String prefix) {
        List<String> values = new ArrayList<>(List.of(text(prefix + 0)));
        for (String next = entries.get(prefix + 1); next != null; next = entries.get(prefix + values.size())) {
            values.add(next);
        }
        return List.copyOf(values);
    }

    static Map<String, String> ofList(String prefix, List<String> values) {
        Map<String, String> entries = new LinkedHashMap<>();
        values.forEach(value -> entries.put(prefix + entries.size(), value));
        return entries;
    }

    private InvalidInputException wrong(String key, String what, NumberFormatException cause) {
        String value = entries.get(key);
        return new InvalidInputException(
                where + ", metadata " + key + ": it must be " + what + ", but is \""
                        + value.substring(0, Math.min(40, value.length())) + "\".",
                cause);
    }
}
