package dev.weft.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a file is, by what it begins with. */
public final class FileContent {
    private FileContent() {}

    /** Whether a file is ONNX: a safetensors header is JSON at byte 8, an ONNX file begins with the field of its version or is called so. */
    public static boolean isOnnx(Path file) {
        if (!Files.isRegularFile(file)) {
            return false; // the safetensors reader says what is wrong
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(9);
            boolean json = start.length == 9 && start[8] == '{';
            return !json && (file.toString().endsWith(".onnx") || start.length > 0 && start[0] == 8);
        } catch (IOException e) {
            throw new InputException("Cannot read " + file + ": " + IoReason.of(e) + ".", e);
        }
    }
}
