package dev.weft.delta;

import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;

/**
 * Says whether two bases are the same: SHA-256 over every tensor's name, type, shape and bytes, in the order of their names.
 *
 * @param sha256 64 hexadecimal digits
 */
public record Fingerprint(String sha256) {
    public Fingerprint {
        if (sha256 == null || !sha256.matches("[0-9a-f]{64}")) {
            throw new InputException("A fingerprint must have 64 hexadecimal digits, but got " + sha256 + ".");
        }
    }

    /** The fingerprint of a base with these tensors, by name. */
    public static Fingerprint of(Map<String, Tensor> base) {
        MessageDigest digest = sha256Digest();
        new TreeMap<>(base).forEach((name, tensor) -> {
            digest.update((name + "\0" + tensor.scalar_type().intern() + Arrays.toString(tensor.shape()) + "\0")
                    .getBytes(StandardCharsets.UTF_8));
            digest.update(Tensors.bytes(tensor));
        });
        return new Fingerprint(HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest sha256Digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** Its first twelve digits, as messages show it. */
    public String brief() {
        return sha256.substring(0, 12);
    }

    @Override
    public String toString() {
        return sha256;
    }
}
