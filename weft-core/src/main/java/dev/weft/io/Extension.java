package dev.weft.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * A document that says only what differs from another, which its key {@value #KEY} names. What is an object in both is put together key by
 * key; a list, a value, and an object of another {@code kind} take the place of what was there; an empty key takes away what was there.
 */
final class Extension {
    static final String KEY = "extends";

    private static final String KIND = "kind";

    private Extension() {}

    /** What a document extends; empty where it stands alone, or is none. */
    static Optional<String> of(NamedText document, ObjectMapper mapper) {
        JsonNode named;
        try {
            named = mapper.readTree(document.text()).path(KEY);
        } catch (JsonProcessingException e) {
            return Optional.empty(); // whoever reads it says what is wrong with it
        }
        if (!named.isMissingNode() && !named.isTextual()) {
            throw new InputException(document.where() + " must have the name of another document in " + KEY
                    + ", but has " + named + ".");
        }
        return named.isTextual() ? Optional.of(named.asText()) : Optional.empty();
    }

    /** @param chain the document, what it extends, what that extends, and so on: each an object */
    static ObjectNode resolve(List<ObjectNode> chain) {
        ObjectNode resolved = chain.get(chain.size() - 1).deepCopy();
        for (int i = chain.size() - 2; i >= 0; i--) {
            put(chain.get(i), resolved);
        }
        resolved.remove(KEY);
        return resolved;
    }

    private static void put(ObjectNode over, ObjectNode base) {
        over.properties().forEach(key -> {
            JsonNode before = base.get(key.getKey());
            if (key.getValue().isNull()) {
                base.remove(key.getKey());
            } else if (key.getValue() instanceof ObjectNode now
                    && before instanceof ObjectNode then
                    && (!now.has(KIND) || now.get(KIND).equals(then.get(KIND)))) {
                put(now, then);
            } else {
                base.set(key.getKey(), key.getValue().deepCopy());
            }
        });
    }
}
