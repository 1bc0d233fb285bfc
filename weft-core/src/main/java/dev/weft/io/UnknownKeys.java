package dev.weft.io;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds keys that a record does not have. Jackson builds a record before it minds unknown keys, so a misspelt key would be reported
 * as a missing one, without the suggestion.
 */
record UnknownKeys(ObjectMapper mapper, Kinds kinds) {
    private static final String KIND = "kind";

    /** A key that is not known at its place, and those that are. */
    record Unknown(JsonPointer pointer, String key, List<String> known) {}

    Optional<Unknown> first(JsonNode node, JavaType type, JsonPointer at) {
        if (node.isArray() && (type.isCollectionLikeType() || type.isArrayType())) {
            for (int i = 0; i < node.size(); i++) {
                Optional<Unknown> found = first(node.get(i), type.getContentType(), at.appendIndex(i));
                if (found.isPresent()) {
                    return found;
                }
            }
        } else if (node.isObject()) {
            JsonTypeInfo kind = type.getRawClass().getAnnotation(JsonTypeInfo.class);
            Map<String, JavaType> known = kind == null ? properties(type) : properties(type, node, kind);
            if (!known.isEmpty() && Kinds.interfaceOf(type.getRawClass()).isPresent()) {
                known.put(
                        KIND,
                        mapper.constructType(String.class)); // where one kind alone will do, its name may be left out
            }
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                JsonPointer here = at.appendProperty(field.getKey());
                JavaType fieldType = type.isMapLikeType() ? type.getContentType() : known.get(field.getKey());
                if (fieldType == null && !known.isEmpty()) {
                    return Optional.of(new Unknown(here, field.getKey(), new ArrayList<>(known.keySet())));
                }
                Optional<Unknown> found =
                        fieldType == null ? Optional.empty() : first(field.getValue(), fieldType, here);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Properties of the record that a {@code kind} names, or that is meant without one; empty, which allows everything, when it names
     * none.
     */
    private Map<String, JavaType> properties(JavaType base, JsonNode node, JsonTypeInfo kind) {
        Map<String, JavaType> known = new LinkedHashMap<>();
        Map<String, Class<?>> named = kinds.of(base.getRawClass());
        Class<?> type =
                node.has(kind.property()) ? named.get(node.path(kind.property()).asText()) : kind.defaultImpl();
        if (named.containsValue(type)) {
            known.put(kind.property(), mapper.constructType(String.class));
            known.putAll(properties(mapper.constructType(type)));
        }
        return known;
    }

    /** Properties of a record; empty, which allows everything, for any other type. */
    private Map<String, JavaType> properties(JavaType type) {
        Map<String, JavaType> known = new LinkedHashMap<>();
        if (type.getRawClass().isRecord()) {
            for (BeanPropertyDefinition property :
                    mapper.getDeserializationConfig().introspect(type).findProperties()) {
                known.put(property.getName(), property.getPrimaryType());
            }
        }
        return known;
    }
}
