package dev.weft.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.IntFunction;

/** Fingerprints, as lower-case hexadecimal text. */
final class Sha256 {
    private Sha256() {}

    /** The checksum of {@code count} lines, each with a line feed behind it. */
    static String ofLines(int count, IntFunction<String> line) {
        MessageDigest sha = digest();
        for (int i = 0; i < count; i++) {
            sha.update((line.apply(i) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    /** The checksum of numbers, each as four bytes, the highest first. */
    static String ofInts(int[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Integer.BYTES));
        bytes.asIntBuffer().put(values);
        return HexFormat.of().formatHex(digest().digest(bytes.array()));
    }

    /** The checksum of the content of a data set's images, in its order. */
    static String ofImages(ImageDataset data) {
        MessageDigest sha = digest();
        for (int i = 0; i < data.size(); i++) {
            sha.update(data.content(i));
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    static String ofBytes(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    /** The checksum of numbers 0 to 255, each as one byte. */
    static String ofBytes(int[] values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return ofBytes(bytes);
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
