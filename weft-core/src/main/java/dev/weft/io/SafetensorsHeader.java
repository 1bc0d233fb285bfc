package dev.weft.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The JSON header of a safetensors file, read token by token and checked in full: what it says about the data section is true when
 * {@link #parse} returns. Nothing is believed that could make the reader allocate more than the header's own size justifies.
 *
 * @param tensors by name, in the order in which they lie in the file
 */
record SafetensorsHeader(Map<String, TensorEntry> tensors, Map<String, String> metadata) {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES) // keeps no table of names, hostile ones least of all
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(4)
                    .maxStringLength(Safetensors.MAX_HEADER_BYTES)
                    .build())
            .build();

    /** The name that all have so far. The format gains types: one that is not known here is a name, and its offsets give its bytes. */
    private static final Pattern DTYPE = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,31}");

    static SafetensorsHeader parse(Path file, byte[] json, long dataBytes) {
        Map<String, TensorEntry> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        // Decoded here and not by the parser, which would guess UTF-16 or UTF-32 from the first bytes.
        var text = new InputStreamReader(new ByteArrayInputStream(json), StandardCharsets.UTF_8.newDecoder());
        try (JsonParser parser = JSON.createParser(text)) {
            expect(file, parser.nextToken() == JsonToken.START_OBJECT, "its header must be a JSON object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (name.equals("__metadata__")) {
                    readMetadata(file, parser, metadata);
                } else {
                    tensors.put(name, readEntry(file, name, parser));
                }
            }
            expect(file, parser.nextToken() == null, "its header must end after the JSON object");
        } catch (JsonProcessingException e) {
            throw refuse(file, "its header must be valid JSON: " + shown(e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw refuse(file, "its header must be UTF-8 text", e);
        }
        return new SafetensorsHeader(inFileOrder(file, tensors, dataBytes), Collections.unmodifiableMap(metadata));
    }

    private static void readMetadata(Path file, JsonParser parser, Map<String, String> metadata) throws IOException {
        expect(file, parser.nextToken() == JsonToken.START_OBJECT, "__metadata__ must be a JSON object");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            expect(file, parser.nextToken() == JsonToken.VALUE_STRING, "every value in __metadata__ must be text");
            metadata.put(key, parser.getText());
        }
    }

    private static TensorEntry readEntry(Path file, String name, JsonParser parser) throws IOException {
        String dtype = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        expect(file, parser.nextToken() == JsonToken.START_OBJECT, named(name) + " must be described by a JSON object");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            switch (key) {
                case "dtype" -> {
                    dtype = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : null;
                    expect(file, dtype != null, named(name) + ": dtype must be text");
                }
                case "shape" -> shape = readLongs(file, name, key, parser, Safetensors.MAX_RANK);
                case "data_offsets" -> offsets = readLongs(file, name, key, parser, 2);
                default ->
                    throw refuse(
                            file,
                            named(name) + " must have dtype, shape and data_offsets only, but has " + shown(key),
                            null);
            }
        }
        expect(
                file,
                dtype != null && shape != null && offsets != null && offsets.size() == 2,
                named(name) + " must have a dtype, a shape and two data_offsets");
        expect(
                file,
                DTYPE.matcher(dtype).matches(),
                named(name) + ": dtype must be a name such as F32, but is " + shown(dtype));
        return new TensorEntry(dtype, shape, offsets.get(0), offsets.get(1));
    }

    private static List<Long> readLongs(Path file, String name, String key, JsonParser parser, int most)
            throws IOException {
        String rule = named(name) + ": " + key + " must be a list of at most " + most + " whole numbers, none negative";
        expect(file, parser.currentToken() == JsonToken.START_ARRAY, rule);
        List<Long> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(file, parser.currentToken() == JsonToken.VALUE_NUMBER_INT && values.size() < most, rule);
            expect(file, parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER, rule + " above 2^63");
            expect(file, parser.getLongValue() >= 0, rule);
            values.add(parser.getLongValue());
        }
        return values;
    }

    /** Tensors sorted by place, after checking that each has its shape's size and that together they tile the data section. */
    private static Map<String, TensorEntry> inFileOrder(Path file, Map<String, TensorEntry> tensors, long dataBytes) {
        List<Map.Entry<String, TensorEntry>> placed = new ArrayList<>(tensors.entrySet());
        placed.sort(Comparator.comparingLong(
                        (Map.Entry<String, TensorEntry> e) -> e.getValue().begin())
                .thenComparingLong(e -> e.getValue().end()));
        Map<String, TensorEntry> ordered = new LinkedHashMap<>();
        long position = 0;
        String previous = "the header";
        for (Map.Entry<String, TensorEntry> place : placed) {
            String name = place.getKey();
            TensorEntry entry = place.getValue();
            String at = named(name) + " at bytes " + entry.begin() + " to " + entry.end();
            expect(file, entry.begin() <= entry.end(), at + " must not end before it begins");
            expect(
                    file,
                    entry.end() <= dataBytes,
                    at + " must lie within the file's " + dataBytes + " bytes of data; it may be cut short");
            long size = sizeOf(file, name, entry);
            expect(
                    file,
                    size == entry.byteSize(),
                    at + " must have the " + size + " bytes of " + entry.dtype() + " " + entry.shape());
            expect(file, entry.begin() >= position, at + " must not overlap " + previous);
            expect(file, entry.begin() == position, at + " must follow " + previous + " without a gap");
            ordered.put(name, entry);
            position = entry.end();
            previous = named(name);
        }
        expect(
                file,
                position == dataBytes,
                "its tensors have " + position + " bytes, but " + dataBytes
                        + " follow the header; none must be left over");
        return Collections.unmodifiableMap(ordered);
    }

    private static long sizeOf(Path file, String name, TensorEntry entry) {
        if (!Safetensors.DTYPE_BITS.containsKey(entry.dtype())) {
            return entry.byteSize();
        }
        try {
            return Safetensors.byteSize(entry.dtype(), entry.shape());
        } catch (ArithmeticException e) {
            throw refuse(
                    file,
                    named(name) + ": the bits of " + entry.dtype() + " " + entry.shape()
                            + " must not overflow and must fill whole bytes",
                    e);
        }
    }

    private static void expect(Path file, boolean holds, String rule) {
        if (!holds) {
            throw refuse(file, rule, null);
        }
    }

    static InputException refuse(Path file, String rule, Throwable cause) {
        return new InputException(file + " is not a usable safetensors file: " + rule + ".", cause);
    }

    private static String named(String tensor) {
        return "tensor " + shown(tensor);
    }

    /** Text of an untrusted file on one short line. */
    private static String shown(String text) {
        String clean = text.replaceAll("\\p{Cntrl}+", " ");
        return "\"" + (clean.length() <= 200 ? clean : clean.substring(0, 200) + "…") + "\"";
    }
}
