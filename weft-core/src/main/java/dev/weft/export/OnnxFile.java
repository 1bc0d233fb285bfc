package dev.weft.export;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.io.AtomicFile;
import dev.weft.io.InputException;
import dev.weft.io.IoReason;
import dev.weft.io.Json;
import dev.weft.natives.OnnxRuntime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An ONNX model that Weft exported: its bytes, checked, and what its metadata says. Reading one touches no native code.
 *
 * <p>The last metadata entry, {@value #DIGEST}, is the last thing in the file: its 64 characters are the SHA-256 of all bytes
 * before them. The native runtime is given nothing whose checksum is wrong, for it is not built for damaged input.
 */
public final class OnnxFile {
    static final String MEMBER = "weft.member";
    static final String CLASSES = "weft.classes";
    static final String INPUT = "weft.input";
    static final String TEXT = "weft.text";
    static final String IMAGE = "image";
    static final String TOKENS = "tokens";
    static final String LOGITS = "logits";
    static final int OPERATOR_SET = 18;
    private static final int IR_VERSION = 8; // the first that knows operator set 18
    private static final String DIGEST = "weft.sha256";
    private static final int DIGEST_LENGTH = 64;

    private final byte[] bytes;
    private final ModelProto model;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final ExportedInput images;
    private final ExportedText text;
    private final List<String> classes;

    private OnnxFile(byte[] bytes, ModelProto model, String where) {
        this.bytes = bytes;
        this.model = model;
        for (StringStringEntryProto entry : model.getMetadataPropsList()) {
            if (metadata.put(entry.getKey(), entry.getValue()) != null) {
                throw new InputException(where + ": metadata \"" + entry.getKey() + "\" must be there once.");
            }
        }
        if (metadata.containsKey(TEXT)) {
            this.text = Json.parse(metadata.get(TEXT), where + ", metadata " + TEXT, ExportedText.class);
            this.images = null;
            this.classes = List.of();
        } else {
            this.text = null;
            this.images = Json.parse(required(INPUT, where), where + ", metadata " + INPUT, ExportedInput.class);
            this.classes =
                    List.of(Json.parse(required(CLASSES, where), where + ", metadata " + CLASSES, String[].class));
        }
        required(MEMBER, where);
    }

    static OnnxFile of(GraphProto graph, Map<String, String> metadata) {
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("weft")
                .setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPERATOR_SET));
        metadata.forEach((key, value) -> model.addMetadataProps(entry(key, value)));
        byte[] bytes = model.addMetadataProps(entry(DIGEST, "0".repeat(DIGEST_LENGTH)))
                .build()
                .toByteArray();
        return parse(sealed(bytes), "The recorded model");
    }

    /** The same bytes with the right checksum at their end. */
    static byte[] sealed(byte[] bytes) {
        byte[] sealed = bytes.clone();
        System.arraycopy(digest(bytes), 0, sealed, bytes.length - DIGEST_LENGTH, DIGEST_LENGTH);
        return sealed;
    }

    /** @throws InputException when the file cannot be read, is damaged, or was not exported by Weft */
    public static OnnxFile read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new InputException(file + " must be an ONNX file, but is not there or no file.");
            }
            if (Files.size(file) > Integer.MAX_VALUE - 64) {
                throw new InputException(file + " must be smaller than 2 GiB, as every ONNX file of Weft is.");
            }
            return parse(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new InputException("Cannot read " + file + ": " + IoReason.of(e) + ".", e);
        }
    }

    private static OnnxFile parse(byte[] bytes, String where) {
        int end = bytes.length - DIGEST_LENGTH;
        if (end <= 0 || !MessageDigest.isEqual(digest(bytes), Arrays.copyOfRange(bytes, end, bytes.length))) {
            throw new InputException(
                    where + " must be an ONNX file that Weft exported, but does not end with the "
                            + "checksum of its content. It is damaged, cut short, or another program wrote it: export it again.");
        }
        ModelProto model;
        try {
            model = ModelProto.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new InputException(where + " must be an ONNX file, but cannot be parsed as one.", e);
        }
        OnnxFile file = new OnnxFile(bytes, model, where);
        OnnxRules.check(model, file.graphInput(), file.graphOutput(), where);
        return file;
    }

    /** This model with more metadata, in the order of the map; keys that are there already are refused. */
    OnnxFile with(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(metadata);
        all.remove(DIGEST);
        more.forEach((key, value) -> {
            if (all.put(key, value) != null || key.equals(DIGEST)) {
                throw new IllegalArgumentException("Metadata \"" + key + "\" is Weft's own.");
            }
        });
        return of(model.getGraph(), all);
    }

    /** Writes the file whole or not at all. */
    public void write(Path file) {
        AtomicFile.write(file, out -> out.write(bytes));
    }

    /** The member, as one line. */
    public String member() {
        return metadata.get(MEMBER);
    }

    /** What an image model reads; empty for a language model. */
    public Optional<ExportedInput> images() {
        return Optional.ofNullable(images);
    }

    /** What a language model reads; empty for an image model. */
    public Optional<ExportedText> text() {
        return Optional.ofNullable(text);
    }

    /** What the graph must be given, by its metadata. */
    private ValueInfoProto graphInput() {
        return text == null ? image(images.channels(), images.size()) : tokens();
    }

    private ValueInfoProto graphOutput() {
        return text == null ? classLogits(classes.size()) : tokenLogits(text.vocabularySize());
    }

    static ValueInfoProto image(int channels, int size) {
        return OnnxGraph.value(IMAGE, DataType.FLOAT, "batch", channels, size, size);
    }

    static ValueInfoProto tokens() {
        return OnnxGraph.value(TOKENS, DataType.INT64, "batch", "length");
    }

    static ValueInfoProto classLogits(int classes) {
        return OnnxGraph.value(LOGITS, DataType.FLOAT, "batch", classes);
    }

    static ValueInfoProto tokenLogits(int vocabulary) {
        return OnnxGraph.value(LOGITS, DataType.FLOAT, "batch", "length", vocabulary);
    }

    /** The names of the classes, in the order of the logits; empty for a language model. */
    public List<String> classes() {
        return classes;
    }

    /** All metadata, in the order of the file. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /** The shapes of the weights and statistics by published name, in the order in which the model reads them. */
    public Map<String, List<Long>> tensors() {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            if (!tensor.getName().startsWith("/")) {
                shapes.put(tensor.getName(), List.copyOf(tensor.getDimsList()));
            }
        }
        return shapes;
    }

    public long sizeBytes() {
        return bytes.length;
    }

    /**
     * A session of ONNX Runtime on the CPU; the caller closes it.
     *
     * @param threads that one run may use
     * @throws InputException when the runtime refuses the model
     */
    public OrtSession session(int threads) {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            // What goes wrong comes back as an exception; it need not be printed as well.
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            return OnnxRuntime.environment().createSession(bytes, options);
        } catch (OrtException e) {
            throw new InputException(
                    "ONNX Runtime cannot load the model of member \"" + member() + "\": "
                            + e.getMessage().lines().findFirst().orElse("no reason given"),
                    e);
        }
    }

    private String required(String key, String where) {
        String value = metadata.get(key);
        if (value == null) {
            throw new InputException(where + " must have \"" + key + "\" in its metadata, but has not.");
        }
        return value;
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    /** The checksum of all but the last 64 bytes, as 64 hexadecimal characters. */
    private static byte[] digest(byte[] bytes) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(bytes, 0, bytes.length - DIGEST_LENGTH);
            return HexFormat.of().formatHex(sha.digest()).getBytes(StandardCharsets.US_ASCII);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
