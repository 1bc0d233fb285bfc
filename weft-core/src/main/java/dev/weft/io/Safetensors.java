package dev.weft.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes the safetensors format: an 8-byte little-endian header length, a JSON header, the tensors without gaps.
 *
 * <p>The header is padded with spaces so that the data begins at a multiple of 64 bytes, and tensors are laid out by falling element
 * size (in the order given among equals). So every element lies at a multiple of its own size, and a mapped tensor can be used where it
 * lies. The same tensors and metadata give the same bytes.
 *
 * <p>The metadata begins with {@value #CHECKSUM}: the SHA-256, as 64 hex digits, of the whole file with these digits written as zeros.
 * {@link SafetensorsFile#verify()} recomputes it.
 */
public final class Safetensors {
    /** The metadata key of the checksum. */
    public static final String CHECKSUM = "weft.sha256";

    /** Bits per element of every element type that the format knows today. Newer ones can be listed, and are not written. */
    public static final Map<String, Integer> DTYPE_BITS = dtypeBits();

    static final int ALIGNMENT = 64;
    static final int MAX_RANK = 64;
    static final int MAX_HEADER_BYTES = 100_000_000;
    static final byte[] BEFORE_CHECKSUM =
            ("{\"__metadata__\":{\"" + CHECKSUM + "\":\"").getBytes(StandardCharsets.US_ASCII);
    static final String NO_CHECKSUM = "0".repeat(64);
    private static final int CHUNK_BYTES = 1 << 20;

    private Safetensors() {}

    /**
     * Writes {@code tensors} to {@code file}, atomically. Tensors are asked for their bytes one at a time.
     *
     * @param metadata any text by key, kept in {@code __metadata__} sorted by key; a {@value #CHECKSUM} in it is replaced
     * @throws InputException when no file can be written there
     * @throws EnvironmentException when writing fails half-way, as on a full disk; the previous file is then unchanged
     */
    public static void write(Path file, LinkedHashMap<String, TensorData> tensors, Map<String, String> metadata) {
        List<String> order = new ArrayList<>(tensors.keySet());
        Map<String, Long> sizes = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> sizes.put(name, checkedSize(name, tensor)));
        order.sort(
                Comparator.comparing(name -> -DTYPE_BITS.get(tensors.get(name).dtype())));
        AtomicFile.writeRandomAccess(file, out -> {
            MessageDigest digest = sha256();
            byte[] header = header(order, tensors, sizes, metadata);
            digest.update(header);
            out.write(header);
            for (String name : order) {
                copy(name, tensors.get(name).bytes(), sizes.get(name), digest, out);
            }
            out.seek(8L + BEFORE_CHECKSUM.length);
            out.write(HexFormat.of().formatHex(digest.digest()).getBytes(StandardCharsets.US_ASCII));
        });
    }

    private static long checkedSize(String name, TensorData tensor) {
        if (name.equals("__metadata__")
                || !DTYPE_BITS.containsKey(tensor.dtype())
                || tensor.shape().size() > MAX_RANK) {
            throw new IllegalArgumentException("tensor \"" + name + "\" of type " + tensor.dtype() + " and rank "
                    + tensor.shape().size() + ": cannot be written as safetensors");
        }
        return byteSize(tensor.dtype(), tensor.shape());
    }

    /**
     * Bytes of a tensor of a known element type; an ArithmeticException when the product of its bits overflows on the way, even if a zero
     * follows, or ends within a byte.
     */
    static long byteSize(String dtype, List<Long> shape) {
        long elements = 1;
        for (long size : shape) {
            if (size < 0) {
                throw new ArithmeticException("negative size");
            }
            elements = Math.multiplyExact(elements, size);
        }
        long bits = Math.multiplyExact(elements, DTYPE_BITS.get(dtype));
        if (bits % Byte.SIZE != 0) {
            throw new ArithmeticException("the last element ends within a byte");
        }
        return bits / Byte.SIZE;
    }

    /** What a tensor's address must be a multiple of for its elements to be read where they lie. */
    static int alignment(String dtype) {
        return Math.max(1, DTYPE_BITS.getOrDefault(dtype, Byte.SIZE) / Byte.SIZE);
    }

    private static byte[] header(
            List<String> order, Map<String, TensorData> tensors, Map<String, Long> sizes, Map<String, String> metadata)
            throws IOException {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        try (JsonGenerator generator = new JsonFactory().createGenerator(json)) {
            generator.writeStartObject();
            generator.writeObjectFieldStart("__metadata__");
            generator.writeStringField(CHECKSUM, NO_CHECKSUM);
            for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
                if (!entry.getKey().equals(CHECKSUM)) {
                    generator.writeStringField(entry.getKey(), entry.getValue());
                }
            }
            generator.writeEndObject();
            long begin = 0;
            for (String name : order) {
                generator.writeObjectFieldStart(name);
                generator.writeStringField("dtype", tensors.get(name).dtype());
                generator.writeFieldName("shape");
                writeLongs(generator, tensors.get(name).shape());
                long end = Math.addExact(begin, sizes.get(name));
                generator.writeFieldName("data_offsets");
                writeLongs(generator, List.of(begin, end));
                generator.writeEndObject();
                begin = end;
            }
            generator.writeEndObject();
        }
        int padded = Math.toIntExact((json.size() + 8L + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        if (padded - 8 > MAX_HEADER_BYTES) {
            throw new IOException(
                    "its header would have " + padded + " bytes, more than the format's " + MAX_HEADER_BYTES);
        }
        byte[] bytes = new byte[padded];
        Arrays.fill(bytes, (byte) ' ');
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded - 8L)
                .put(json.toByteArray());
        return bytes;
    }

    private static void writeLongs(JsonGenerator generator, List<Long> values) throws IOException {
        generator.writeStartArray();
        for (long value : values) {
            generator.writeNumber(value);
        }
        generator.writeEndArray();
    }

    private static void copy(String name, ByteBuffer bytes, long size, MessageDigest digest, RandomAccessFile out)
            throws IOException {
        if (bytes.remaining() != size) {
            throw new IllegalArgumentException("tensor \"" + name + "\": its shape needs " + size + " bytes, but "
                    + bytes.remaining() + " were supplied");
        }
        ByteBuffer source = bytes.duplicate();
        byte[] chunk = new byte[Math.min(CHUNK_BYTES, source.remaining())];
        while (source.hasRemaining()) {
            int count = Math.min(chunk.length, source.remaining());
            source.get(chunk, 0, count);
            digest.update(chunk, 0, count);
            out.write(chunk, 0, count);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static Map<String, Integer> dtypeBits() {
        Map<String, Integer> bits = new LinkedHashMap<>();
        bits.put("F4", 4);
        List.of("F6_E2M3", "F6_E3M2").forEach(type -> bits.put(type, 6));
        List.of("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ")
                .forEach(type -> bits.put(type, 8));
        List.of("I16", "U16", "F16", "BF16").forEach(type -> bits.put(type, 16));
        List.of("I32", "U32", "F32").forEach(type -> bits.put(type, 32));
        List.of("I64", "U64", "F64", "C64").forEach(type -> bits.put(type, 64));
        return Collections.unmodifiableMap(bits);
    }
}
