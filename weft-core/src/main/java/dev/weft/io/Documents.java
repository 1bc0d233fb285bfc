package dev.weft.io;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads and writes records as documents, by the same strict rules for JSON and YAML. */
final class Documents {
    private static final long MAX_FILE_BYTES = 100_000_000;

    private final String format;
    private final ObjectMapper mapper;
    private final Kinds kinds;

    /** @param nulls whether what is null is written or left out */
    Documents(String format, JsonFactory factory, JsonInclude.Include nulls, Kinds kinds) {
        this.format = format;
        this.kinds = kinds;
        JsonMapper.Builder builder = JsonMapper.builder(factory)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .disable(MapperFeature.AUTO_DETECT_IS_GETTERS) // a record is its components; isNone() is a question
                // The JDK's own double printing changed between 17 and 19; this one gives the same shortest digits on
                // each.
                .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
                .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .defaultPropertyInclusion(JsonInclude.Value.construct(nulls, nulls))
                .annotationIntrospector(new KindNames())
                .addModule(FiniteNumbers.module());
        if (factory instanceof YAMLFactory) {
            // People write YAML and may leave keys out. JSON is what programs wrote whole: a family's file that lacks a
            // key is damaged.
            builder.addModule(Defaults.module());
        }
        builder.registerSubtypes(kinds.added());
        this.mapper = builder.build();
    }

    <T> T read(Path file, Class<T> type) {
        return parse(text(file), file.toString(), type);
    }

    <T> T parse(String text, String where, Class<T> type) {
        try {
            T value = mapper.readValue(text, type);
            if (value == null) {
                throw new InputException(where + ": must hold a " + format + " document, but is empty.");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw DocumentError.describe(e, format, where, text, mapper, kinds, type);
        }
    }

    <T> T parse(String text, String where, Class<T> type, List<Setting> settings) {
        T plain = parse(text, where, type); // what is wrong with the document itself is said with its lines
        if (settings.isEmpty()) {
            return plain;
        }
        String changed =
                where + " with " + settings.stream().map(Setting::toString).collect(Collectors.joining(", "));
        try {
            ObjectNode document = (ObjectNode) mapper.readTree(text);
            for (Setting setting : settings) {
                setting.putInto(document, value(setting.value()));
            }
            try {
                return mapper.treeToValue(document, type);
            } catch (JsonProcessingException e) {
                throw DocumentError.describe(e, format, changed, document, mapper, kinds, type);
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A document that was read can be read again", e);
        }
    }

    /** What a document extends; empty where it stands alone. */
    Optional<String> extended(NamedText document) {
        return Extension.of(document, mapper);
    }

    /**
     * A document that extends others, with some keys set otherwise.
     *
     * @param chain the document, what it extends, what that extends, and so on
     */
    <T> T parse(List<NamedText> chain, Class<T> type, List<Setting> settings) {
        List<ObjectNode> trees = new ArrayList<>();
        for (NamedText each : chain) {
            try {
                if (!(mapper.readTree(each.text()) instanceof ObjectNode tree)) {
                    throw new InputException(each.where() + ": must be an object, but is none.");
                }
                trees.add(tree);
            } catch (JsonProcessingException e) {
                throw DocumentError.describe(e, format, each.where(), each.text(), mapper, kinds, type);
            }
        }
        ObjectNode document = Extension.resolve(trees);
        String where = chain.stream().map(NamedText::where).collect(Collectors.joining(", which extends "));
        for (Setting setting : settings) {
            setting.putInto(document, value(setting.value()));
        }
        try {
            return mapper.treeToValue(document, type);
        } catch (JsonProcessingException e) {
            String set = settings.isEmpty()
                    ? ""
                    : " with " + settings.stream().map(Setting::toString).collect(Collectors.joining(", "));
            throw DocumentError.describe(e, format, where + set, document, mapper, kinds, type);
        }
    }

    private JsonNode value(String given) {
        JsonNode number = Setting.number(given);
        if (number != null) {
            return number;
        }
        try {
            JsonNode read = mapper.readTree(given);
            return read == null || read.isMissingNode() ? NullNode.getInstance() : read;
        } catch (JsonProcessingException e) {
            return TextNode.valueOf(given); // a path may begin as no YAML does
        }
    }

    String write(Object value, boolean pretty) {
        ObjectWriter writer = pretty ? mapper.writer(new StablePrinter()) : mapper.writer();
        StringWriter written = new StringWriter();
        try (JsonGenerator generator = FiniteNumbers.writingTo(mapper.createGenerator(written))) {
            writer.writeValue(generator, value);
            generator.flush();
            String text = written.toString();
            return pretty && !text.endsWith("\n") ? text + "\n" : text;
        } catch (JsonProcessingException e) {
            InputException refused = DocumentError.refusal(e);
            if (refused != null) {
                throw refused;
            }
            throw new IllegalArgumentException(
                    "a " + value.getClass().getName() + " cannot be written as " + format + ": "
                            + e.getOriginalMessage(),
                    e);
        } catch (IOException e) {
            throw new IllegalStateException("a text in memory can be written", e);
        }
    }

    /**
     * The value written, after that was read back and is equal.
     *
     * @param what the value in words, as messages begin: {@code The settings of a run}
     */
    String writeReadable(Object value, String what, boolean pretty) {
        String text;
        Object read;
        try {
            text = write(value, pretty);
            read = parse(text, "", value.getClass());
        } catch (InputException e) {
            throw new InputException(
                    what + " must be read back from their own " + format + ": "
                            + e.getMessage().strip(),
                    e);
        }
        ReadBack.difference(value, read).ifPresent(path -> {
            throw new InputException(what + " must be read back from their own " + format + " as they are, but "
                    + (path.isEmpty() ? "they differ" : path + " differs")
                    + ". Whatever a record was made with must be in its components.");
        });
        return text;
    }

    String text(Path file) {
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                throw new InputException(
                        "Cannot read " + file + ": it must be a " + format + " file, but is a folder or a device.");
            }
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new InputException("Cannot read " + file + ": a " + format + " file must have at most "
                        + MAX_FILE_BYTES + " bytes, but it has " + Files.size(file) + ".");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
        } catch (IOException e) {
            throw new InputException("Cannot read " + file + ": " + IoReason.of(e) + ".", e);
        }
    }
}
