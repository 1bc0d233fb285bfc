package dev.weft.io;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import dev.weft.export.InvalidInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns what Jackson throws into one line: what must hold, what was given, in which document, at which line and path of it.
 *
 * @param where the document's name, usually its file
 * @param tree the document, whose syntax is valid
 */
record DocumentError(
        String format, String where, String text, ObjectMapper mapper, Kinds kinds, JavaType type, JsonNode tree) {
    private static final Pattern BAD_NUMBER =
            Pattern.compile("(?:Malformed numeric value|Non-standard token) '(.+?)'.*", Pattern.DOTALL);

    static InputException describe(
            JsonProcessingException e,
            String format,
            String where,
            String text,
            ObjectMapper mapper,
            Kinds kinds,
            Class<?> type) {
        try {
            JsonNode tree = mapper.readTree(text);
            return new DocumentError(format, where, text, mapper, kinds, mapper.constructType(type), tree).describe(e);
        } catch (MismatchedInputException more) {
            return new InputException(where + ": must hold one document, but goes on after its end.", more);
        } catch (JsonProcessingException broken) { // first things first: a wrong value may follow from broken syntax
            int line = broken.getLocation() == null ? 0 : broken.getLocation().getLineNr();
            JsonPointer pointer = e instanceof JsonMappingException mapping ? pointer(mapping) : JsonPointer.empty();
            Matcher number = BAD_NUMBER.matcher(broken.getOriginalMessage());
            String rule = number.matches()
                    ? "must be a finite number, but is " + number.group(1)
                    : "must be valid " + format + ": " + broken.getOriginalMessage();
            return new InputException(
                    where + (line > 0 ? " line " + line : "") + path(pointer) + ": " + sentence(rule), broken);
        }
    }

    /** The same of a document that was put together and has no lines. */
    static InputException describe(
            JsonProcessingException e,
            String format,
            String where,
            JsonNode tree,
            ObjectMapper mapper,
            Kinds kinds,
            Class<?> type) {
        return new DocumentError(format, where, "", mapper, kinds, mapper.constructType(type), tree).describe(e);
    }

    private InputException describe(JsonProcessingException e) {
        Optional<UnknownKeys.Unknown> unknown = new UnknownKeys(mapper, kinds).first(tree, type, JsonPointer.empty());
        if (unknown.isPresent()) {
            String key = unknown.get().key();
            JsonPointer pointer = unknown.get().pointer();
            return named(
                    "Unknown key \"" + shown(key) + "\"",
                    place(pointer, pointer.head()),
                    unknown.get().known(),
                    key,
                    e);
        }
        JsonPointer pointer = e instanceof JsonMappingException mapping ? pointer(mapping) : JsonPointer.empty();
        String place = place(pointer, pointer);
        if (e instanceof InvalidTypeIdException kind) {
            List<String> known =
                    List.copyOf(kinds.of(kind.getBaseType().getRawClass()).keySet());
            return kind.getTypeId() == null
                    ? named("A \"kind\" is missing", place, known, "", e)
                    : unknownKind(kind.getTypeId(), place, known, e);
        }
        if (e instanceof InvalidFormatException value
                && value.getTargetType() != null
                && value.getTargetType().isEnum()) {
            String given = String.valueOf(value.getValue());
            return named("Unknown value \"" + shown(given) + "\"", place, enumNames(value.getTargetType()), given, e);
        }
        Throwable cause = rootOf(e);
        if (cause instanceof InputCoercionException number) {
            return new InputException(
                    place + ": must be " + words(number.getTargetType()) + " within its range" + given(pointer) + ".",
                    e);
        }
        if (!(cause instanceof JsonProcessingException)) { // a record's own check
            return new InputException(place + ": " + sentence(String.valueOf(cause.getMessage())), e);
        }
        return new InputException(place + ": " + sentence(mismatch(e, pointer)), e);
    }

    /** Where the document says what its kinds are ({@link Kinds#sources}), the missing one is named. */
    private InputException unknownKind(String given, String place, List<String> known, Throwable cause) {
        String source = tree.path("kinds").path(given).asText("");
        String missing = source.isEmpty()
                ? (Suggest.nearest(given, known).isEmpty()
                        ? " If it comes from another jar, that jar must be on the class path."
                        : "")
                : " It is " + shown(source) + ", which must be on the class path.";
        return new InputException(
                named("Unknown kind \"" + shown(given) + "\"", place, known, given, cause)
                                .getMessage()
                        + missing,
                cause);
    }

    /** What a class of the user's said while it was written, with the place of it; {@code null} when it was none of theirs. */
    static InputException refusal(JsonProcessingException e) {
        if (!(rootOf(e) instanceof InvalidInputException refused)) {
            return null;
        }
        String path = e instanceof JsonMappingException mapping ? path(pointer(mapping)) : "";
        return new InputException((path.isEmpty() ? "" : path.strip() + ": ") + sentence(refused.getMessage()), e);
    }

    private String mismatch(JsonProcessingException e, JsonPointer pointer) {
        String message = String.valueOf(e.getOriginalMessage());
        Class<?> target = e instanceof MismatchedInputException mismatch ? mismatch.getTargetType() : null;
        JsonNode node = tree.at(pointer);
        if (tree.isMissingNode()) {
            return "must hold a " + format + " document, but is empty";
        }
        if (node.isMissingNode() || node.isNull()) {
            return "a value is required, but is missing" + (target == null ? "" : " (" + words(target) + ")");
        }
        return target == null || message.startsWith("must be ") ? message : "must be " + words(target) + given(pointer);
    }

    private String given(JsonPointer pointer) {
        JsonNode node = tree.at(pointer);
        if (node.isContainerNode()) {
            return node.isArray() ? ", but is a list" : ", but is a group of keys";
        }
        return ", but is " + (node.isTextual() ? "\"" + shown(node.asText()) + "\"" : shown(node.asText()));
    }

    /** A Java type in the words of somebody who writes YAML. */
    private static String words(Class<?> type) {
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "a whole number";
        }
        if (Number.class.isAssignableFrom(type) || type == double.class || type == float.class) {
            return "a number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (CharSequence.class.isAssignableFrom(type)) {
            return "text";
        }
        if (type.isEnum()) {
            return "one of " + Arrays.toString(type.getEnumConstants());
        }
        return type.isArray() || Collection.class.isAssignableFrom(type) ? "a list" : "a group of keys";
    }

    private InputException named(String what, String place, List<String> known, String given, Throwable cause) {
        String list = known.isEmpty() ? "" : " Known: " + String.join(", ", known) + ".";
        return new InputException(what + " in " + place + "." + list + Suggest.nearest(given, known), cause);
    }

    private static JsonPointer pointer(JsonMappingException e) {
        JsonPointer pointer = JsonPointer.empty();
        for (JsonMappingException.Reference step : e.getPath()) {
            pointer = step.getFieldName() == null
                    ? pointer.appendIndex(step.getIndex())
                    : pointer.appendProperty(step.getFieldName());
        }
        return pointer;
    }

    /** The document, the line of {@code exact} or of what holds it, and the path {@code named} as in {@code train.rates[2]}. */
    private String place(JsonPointer exact, JsonPointer named) {
        JsonPointer found = exact;
        while (!found.matches() && tree.at(found).isMissingNode()) {
            found = found.head();
        }
        int line = found.matches() ? 0 : line(found);
        return where + (line > 0 ? " line " + line : "") + path(named);
    }

    private static String path(JsonPointer pointer) {
        StringBuilder path = new StringBuilder();
        for (JsonPointer step = pointer; !step.matches(); step = step.tail()) {
            String key = step.getMatchingProperty();
            path.append(step.mayMatchElement() ? "[" + key + "]" : (path.isEmpty() ? "" : ".") + key);
        }
        return path.isEmpty() ? "" : " at " + shown(path.toString());
    }

    private int line(JsonPointer pointer) {
        try (JsonParser parser = mapper.createParser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token != JsonToken.END_ARRAY
                        && token != JsonToken.END_OBJECT
                        && parser.getParsingContext().pathAsPointer().equals(pointer)) {
                    return parser.currentTokenLocation().getLineNr();
                }
            }
        } catch (IOException e) {
            return 0; // the line is a courtesy
        }
        return 0;
    }

    private static Throwable rootOf(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && !(root instanceof InvalidInputException)) {
            root = root.getCause();
        }
        return root;
    }

    private static String sentence(String text) {
        String line = shown(text.strip());
        return line.endsWith(".") || line.endsWith("?") ? line : line + ".";
    }

    /** Text of the document, or about it, on one line of bearable length. */
    private static String shown(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= 300 ? line : line.substring(0, 300) + "…";
    }

    private List<String> enumNames(Class<?> type) {
        List<String> names = new ArrayList<>();
        for (Object constant : type.getEnumConstants()) {
            names.add(mapper.convertValue(constant, String.class));
        }
        return names;
    }
}
