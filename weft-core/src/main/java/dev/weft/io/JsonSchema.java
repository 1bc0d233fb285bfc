package dev.weft.io;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The JSON Schema (2020-12) of the documents that {@link Json} and {@link Yaml} read as a record, for editors and for users.
 *
 * <p>Records, enums, lists, maps, numbers, text (also what a {@code @JsonValue} writes as text) and the variants of a {@code @JsonTypeInfo} interface are described; other keys are
 * not allowed. A component must be given when it is primitive or {@code @JsonProperty(required = true)}, and has no
 * {@code @JsonProperty(defaultValue = "…")}; every other may be left out or {@code null}. Descriptions are those of {@code @JsonPropertyDescription}. What a record's constructor checks beyond that is not
 * in the schema.
 */
public final class JsonSchema {
    private static final Map<Class<?>, String> SCALARS = Map.ofEntries(
            Map.entry(int.class, "integer"),
            Map.entry(Integer.class, "integer"),
            Map.entry(long.class, "integer"),
            Map.entry(Long.class, "integer"),
            Map.entry(double.class, "number"),
            Map.entry(Double.class, "number"),
            Map.entry(float.class, "number"),
            Map.entry(Float.class, "number"),
            Map.entry(boolean.class, "boolean"),
            Map.entry(Boolean.class, "boolean"),
            Map.entry(String.class, "string"));
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final ObjectNode definitions = JSON.objectNode();
    private final Kinds kinds;

    private JsonSchema(Kinds kinds) {
        this.kinds = kinds;
    }

    /**
     * @param id where the schema is published, a URI
     * @param kinds that the documents may name
     * @return the schema as indented JSON; the same type and kinds give the same text
     */
    public static String of(Class<? extends Record> type, String id, String title, Kinds kinds) {
        JsonSchema schema = new JsonSchema(kinds);
        ObjectNode root = JSON.objectNode();
        root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        root.put("$id", id);
        root.put("title", title);
        root.set("$ref", schema.define(type, null, null).get("$ref"));
        root.set("$defs", schema.definitions);
        return Json.write(root);
    }

    /**
     * The same of documents that may say only what differs from another ({@link Yaml#parse(List, Class, List, Kinds)}): one that has the
     * key {@code extends} must have known keys, and what they hold is checked when all is put together.
     */
    public static String ofExtending(Class<? extends Record> type, String id, String title, Kinds kinds) {
        ObjectNode root = Json.parse(of(type, id, title, kinds), "the schema", ObjectNode.class);
        ObjectNode whole = JSON.objectNode();
        whole.set("$ref", root.remove("$ref"));
        ObjectNode part = typed("object");
        ObjectNode keys = part.putObject("properties");
        keys.set(Extension.KEY, typed("string"));
        for (RecordComponent component : type.getRecordComponents()) {
            keys.putObject(component.getName());
        }
        part.put("additionalProperties", false);
        JsonNode definitions = root.remove("$defs");
        root.putObject("if").putArray("required").add(Extension.KEY);
        root.set("then", part);
        root.set("else", whole);
        root.set("$defs", definitions);
        return Json.write(root);
    }

    private ObjectNode describe(Type type) {
        if (type instanceof WildcardType wildcard) {
            return describe(wildcard.getUpperBounds()[0]);
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw) {
            Type[] arguments = generic.getActualTypeArguments();
            if (Collection.class.isAssignableFrom(raw)) {
                return typed("array").set("items", describe(arguments[0]));
            }
            if (Map.class.isAssignableFrom(raw)) {
                return typed("object").set("additionalProperties", describe(arguments[1]));
            }
        }
        if (type instanceof Class<?> plain) {
            return describe(plain);
        }
        throw new IllegalArgumentException("a " + type.getTypeName() + " has no JSON Schema here");
    }

    private ObjectNode describe(Class<?> type) {
        if (SCALARS.containsKey(type)) {
            return typed(SCALARS.get(type));
        }
        if (type.isEnum()) {
            ArrayNode names = JSON.arrayNode();
            for (Object constant : type.getEnumConstants()) {
                names.add(Json.writeLine(constant).replace("\"", ""));
            }
            return JSON.objectNode().set("enum", names);
        }
        if (Arrays.stream(type.getMethods()).anyMatch(method -> method.isAnnotationPresent(JsonValue.class))) {
            return typed("string");
        }
        if (Kinds.hasKinds(type)) {
            return variants(type);
        }
        if (type.isRecord()) {
            return define(type, null, null);
        }
        throw new IllegalArgumentException("a " + type.getName() + " has no JSON Schema here");
    }

    private ObjectNode variants(Class<?> type) {
        JsonTypeInfo info = type.getAnnotation(JsonTypeInfo.class);
        ArrayNode oneOf = JSON.arrayNode();
        kinds.of(type).forEach((kind, variant) -> oneOf.add(define(variant, info, kind)));
        return JSON.objectNode().set("oneOf", oneOf);
    }

    /** Describes a record, or a class with annotated fields, once, under {@code $defs}, and refers to it; as a variant it also has its kind, which may be left out of the default. */
    private ObjectNode define(Class<?> type, JsonTypeInfo info, String kind) {
        String outer =
                type.getEnclosingClass() == null ? "" : type.getEnclosingClass().getSimpleName() + ".";
        String name = kind == null ? outer + type.getSimpleName() : outer + type.getSimpleName() + "." + kind;
        if (!definitions.has(name)) {
            ObjectNode record = definitions.putObject(name); // before its components: a record may hold its own kind
            ObjectNode properties = JSON.objectNode();
            ArrayNode required = JSON.arrayNode();
            if (kind != null) {
                properties.putObject(info.property()).put("const", kind);
                if (info.defaultImpl() != type) {
                    required.add(info.property());
                }
            }
            if (type.isRecord()) {
                for (RecordComponent component : type.getRecordComponents()) {
                    // Annotations of Jackson reach a component's field and accessor, not the component itself.
                    addComponent(
                            component.getName(),
                            component.getGenericType(),
                            component.getAccessor(),
                            properties,
                            required);
                }
            } else {
                Arrays.stream(type.getDeclaredFields())
                        .filter(field -> field.isAnnotationPresent(JsonProperty.class))
                        .forEach(field ->
                                addComponent(field.getName(), field.getGenericType(), field, properties, required));
            }
            record.put("type", "object").set("properties", properties);
            if (!required.isEmpty()) {
                record.set("required", required);
            }
            record.put("additionalProperties", false);
        }
        return JSON.objectNode().put("$ref", "#/$defs/" + name);
    }

    private void addComponent(
            String declared, Type type, AnnotatedElement annotated, ObjectNode properties, ArrayNode required) {
        JsonProperty property = annotated.getAnnotation(JsonProperty.class);
        JsonPropertyDescription text = annotated.getAnnotation(JsonPropertyDescription.class);
        String name = property == null || property.value().isEmpty() ? declared : property.value();
        JsonNode absent = Defaults.of(property);
        boolean needed = absent == null
                && (type instanceof Class<?> plain && plain.isPrimitive() || property != null && property.required());
        ObjectNode value = describe(type);
        if (needed) {
            required.add(name);
        } else {
            ObjectNode optional = JSON.objectNode();
            optional.putArray("anyOf").add(value).add(typed("null"));
            value = optional;
        }
        if (absent != null) {
            value.set("default", absent);
        }
        if (text != null) {
            value.put("description", text.value());
        }
        properties.set(name, value);
    }

    private static ObjectNode typed(String type) {
        return JSON.objectNode().put("type", type);
    }
}
