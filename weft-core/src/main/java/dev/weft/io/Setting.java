package dev.weft.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * One key of a document with another value, as somebody types it: {@code train.epochs=3}. Elements of a list are named by their
 * number, from 0: {@code model.blocks.0.numHeads=[1, 2]}.
 *
 * @param key names between dots
 * @param value YAML; empty for none, as if the key were not there
 */
public record Setting(String key, String value) {
    /** @throws InputException when it is not KEY=VALUE */
    public static Setting of(String text) {
        int equals = text.indexOf('=');
        if (equals < 1 || !text.substring(0, equals).matches("[A-Za-z0-9_]+(\\.[A-Za-z0-9_]+)*")) {
            throw new InputException("A setting must be KEY=VALUE, as train.epochs=3, but is \"" + text + "\".");
        }
        return new Setting(text.substring(0, equals), text.substring(equals + 1).strip());
    }

    /**
     * Refuses settings of which one would undo another.
     *
     * @throws InputException when a key is there twice, or together with a key that holds it
     */
    public static void requireApart(List<Setting> settings) {
        for (int i = 0; i < settings.size(); i++) {
            for (Setting earlier : settings.subList(0, i)) {
                if (settings.get(i).overlaps(earlier.key)) {
                    throw new InputException("Each key must be set once, but " + earlier + " and " + settings.get(i)
                            + " set the same. Give one of them.");
                }
            }
        }
    }

    /** Whether a key is this one, holds it or lies in it. */
    public boolean overlaps(String other) {
        return (key + ".").startsWith(other + ".") || (other + ".").startsWith(key + ".");
    }

    /** Puts the value into a document; what holds the key and is not there yet is made. */
    void putInto(ObjectNode document, JsonNode parsed) {
        List<String> path = List.of(key.split("\\."));
        JsonNode holder = document;
        for (String name : path.subList(0, path.size() - 1)) {
            JsonNode next = child(holder, name);
            if (next == null || next.isNull()) {
                if (!(holder instanceof ObjectNode keys)) {
                    throw new InputException(noElement(name, holder));
                }
                next = keys.putObject(name);
            }
            holder = next;
        }
        String last = path.get(path.size() - 1);
        if (holder instanceof ObjectNode keys) {
            keys.set(last, parsed);
        } else if (holder instanceof ArrayNode list && child(list, last) != null) {
            list.set(Integer.parseInt(last), parsed);
        } else {
            throw new InputException(noElement(last, holder));
        }
    }

    /** A number as people type it, which YAML may read as text ({@code 1e-3}); any other value is YAML's to read. */
    static JsonNode number(String value) {
        return value.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)[eE][-+]?\\d+")
                ? DoubleNode.valueOf(Double.parseDouble(value))
                : null;
    }

    private static JsonNode child(JsonNode holder, String name) {
        return holder.isArray() && name.matches("\\d{1,6}") ? holder.get(Integer.parseInt(name)) : holder.get(name);
    }

    private String noElement(String name, JsonNode holder) {
        return "Cannot set " + key + ": "
                + (holder.isArray()
                        ? "there is no element " + name + " in a list of " + holder.size() + ", whose first is 0."
                        : "what holds " + name + " is the value " + holder + " and has no keys.");
    }

    @Override
    public String toString() {
        return key + "=" + value;
    }
}
