package dev.weft.export;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.weft.natives.OnnxRuntime;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
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
    /** The version of the standard operators. */
    public static final int OPERATOR_SET = 18;
    /** The input of a model that reads images. */
    public static final String IMAGE = "image";
    /** The input of a model that reads text. */
    public static final String TOKENS = "tokens";
    /** The output. */
    public static final String LOGITS = "logits";
    /** Metadata: the member, as one line. */
    public static final String MEMBER = "weft.member";

    private static final String CLASS = "weft.class.";
    private static final String DIGEST = "weft.sha256";
    private static final int DIGEST_LENGTH = 64;
    private static final long FLOAT = 1;
    private static final long INT64 = 7;

    private final byte[] bytes;
    private final Map<String, String> metadata;
    private final ExportedInput images;
    private final ExportedText text;
    private final List<String> classes;
    private final List<ExportedPort> inputs;
    private final List<ExportedPort> outputs;
    private final List<StoredTensor> tensors;

    private OnnxFile(byte[] bytes, String where) {
        this.bytes = bytes;
        int end = bytes.length - DIGEST_LENGTH;
        if (end <= 0 || !MessageDigest.isEqual(digest(bytes, end), Arrays.copyOfRange(bytes, end, bytes.length))) {
            throw new InvalidInputException(
                    where + " must be an ONNX file that Weft exported, but does not end with the "
                            + "checksum of its content. It is damaged, cut short, or another program wrote it: export it again.");
        }
        try {
            ProtoMessage model = OnnxRules.model(bytes);
            Label label = new Label(OnnxRules.metadata(model, where), where);
            this.metadata = label.entries();
            label.text(MEMBER);
            if (metadata.containsKey(ExportedText.CONTEXT_LENGTH)) {
                this.text = ExportedText.of(label);
                this.images = null;
                this.classes = List.of();
                this.inputs = List.of();
                this.outputs = List.of();
            } else if (metadata.containsKey(ExportedPort.INPUT + 0)) {
                this.text = null;
                this.images = null;
                this.classes = List.of();
                this.inputs = ExportedPort.of(label, ExportedPort.INPUT);
                this.outputs = ExportedPort.of(label, ExportedPort.OUTPUT);
            } else {
                this.text = null;
                this.inputs = List.of();
                this.outputs = List.of();
                this.images = ExportedInput.of(label);
                this.classes = label.list(CLASS);
            }
            this.tensors = OnnxRules.check(model, graphInputs(), graphOutputs(), where);
        } catch (ProtoMessage.Malformed e) {
            throw new InvalidInputException(
                    where + " must be an ONNX file as Weft writes it, but its " + e.getMessage() + ". Export it again.",
                    e);
        }
    }

    private List<OnnxValue> graphInputs() {
        if (!inputs.isEmpty()) {
            return inputs.stream().map(ExportedPort::value).toList();
        }
        return List.of(
                text == null
                        ? new OnnxValue(IMAGE, FLOAT, List.of(0L, (long) images.channels(), (long) images.size(), (long)
                                images.size()))
                        : new OnnxValue(TOKENS, INT64, List.of(0L, 0L)));
    }

    private List<OnnxValue> graphOutputs() {
        if (!inputs.isEmpty()) {
            return outputs.stream().map(ExportedPort::value).toList();
        }
        return List.of(
                text == null
                        ? new OnnxValue(LOGITS, FLOAT, List.of(0L, (long) classes.size()))
                        : new OnnxValue(LOGITS, FLOAT, List.of(0L, 0L, (long) text.vocabularySize())));
    }

    /** @throws InvalidInputException when the file cannot be read, is damaged, or was not exported by Weft */
    public static OnnxFile read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new InvalidInputException(file + " must be an ONNX file, but is not there or no file.");
            }
            if (!Files.isReadable(file)) {
                throw new InvalidInputException(file + " must be an ONNX file that you may read, but you may not.");
            }
            if (Files.size(file) > Integer.MAX_VALUE - 64) {
                throw new InvalidInputException(file + " must be smaller than 2 GiB, as every ONNX file of Weft is.");
            }
            return new OnnxFile(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new InvalidInputException("Cannot read " + file + ": " + e.getMessage() + ".", e);
        }
    }

    /**
     * A model that was just made, with the checksum appended.
     *
     * @param model the bytes of an ONNX model with all metadata but the checksum
     * @param where what messages call it
     * @throws InvalidInputException when it is not as Weft writes them
     */
    public static OnnxFile of(byte[] model, String where) {
        return new OnnxFile(sealed(model), where);
    }

    /** The model with one more metadata entry at its end: the checksum of all before it. */
    public static byte[] sealed(byte[] model) {
        byte[] key = DIGEST.getBytes(StandardCharsets.US_ASCII);
        // Messages of protobuf can be written one after another: field 14 of a model, with fields 1 (key) and 2
        // (value).
        int length = 2 + key.length + 2 + DIGEST_LENGTH;
        byte[] sealed = Arrays.copyOf(model, model.length + 2 + length);
        int at = model.length;
        for (int header : new int[] {14 << 3 | 2, length, 1 << 3 | 2, key.length}) {
            sealed[at++] = (byte) header;
        }
        System.arraycopy(key, 0, sealed, at, key.length);
        at += key.length;
        sealed[at++] = 2 << 3 | 2;
        sealed[at++] = DIGEST_LENGTH;
        System.arraycopy(digest(sealed, at), 0, sealed, at, DIGEST_LENGTH);
        return sealed;
    }

    /** Writes the file to a stream, which stays open. */
    public void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
    }

    /** The member, as one line. */
    public String member() {
        return metadata.get(MEMBER);
    }

    /** What a model reads that reads neither images nor text; empty for one that does. */
    public List<ExportedPort> inputs() {
        return inputs;
    }

    /** What such a model gives. */
    public List<ExportedPort> outputs() {
        return outputs;
    }

    /** What an image model reads; empty for any other. */
    public Optional<ExportedInput> images() {
        return Optional.ofNullable(images);
    }

    /** What a language model reads; empty for any other. */
    public Optional<ExportedText> text() {
        return Optional.ofNullable(text);
    }

    /** The names of the classes, in the order of the logits; empty where nothing is classified. */
    public List<String> classes() {
        return classes;
    }

    /** What the metadata of a model with these classes says of them. */
    public static Map<String, String> classLabel(List<String> classes) {
        return Label.ofList(CLASS, classes);
    }

    /** All metadata, in the order of the file. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /** The weights, statistics and constants, in the order in which the model reads them. */
    public List<StoredTensor> tensors() {
        return tensors;
    }

    public long sizeBytes() {
        return bytes.length;
    }

    /**
     * A session of ONNX Runtime on the CPU; the caller closes it.
     *
     * @param threads that one run may use
     * @throws InvalidInputException when the runtime refuses the model
     */
    public OrtSession session(int threads) {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            // What goes wrong comes back as an exception; it need not be printed as well.
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            return OnnxRuntime.environment().createSession(bytes, options);
        } catch (OrtException e) {
            throw new InvalidInputException(
                    "ONNX Runtime cannot load the model of member \"" + member() + "\": "
                            + e.getMessage().lines().findFirst().orElse("no reason given"),
                    e);
        }
    }

    /** The checksum of the first bytes, as 64 hexadecimal characters. */
    private static byte[] digest(byte[] bytes, int length) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(bytes, 0, length);
            return HexFormat.of().formatHex(sha.digest()).getBytes(StandardCharsets.US_ASCII);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
