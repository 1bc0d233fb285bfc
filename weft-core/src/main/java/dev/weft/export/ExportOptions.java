package dev.weft.export;

import dev.weft.io.InputException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What to write, and how exact it must be.
 *
 * @param onnx the ONNX file, if wanted
 * @param safetensors the safetensors file, if wanted
 * @param maxAbsError the most that any logit may differ
 * @param metadata more entries for both files: the run, measured costs; written in the order of their keys. Keys
 *     that begin with {@code weft.} are Weft's own
 */
public record ExportOptions(
        Optional<Path> onnx, Optional<Path> safetensors, double maxAbsError, Map<String, String> metadata) {
    /** The default limit on the difference of a logit. */
    public static final double MAX_ABS_ERROR = 1e-3;

    public ExportOptions {
        metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
        if (metadata.keySet().stream().anyMatch(key -> key.startsWith("weft."))) {
            throw new InputException("Metadata that begins with \"weft.\" is Weft's own, but got " + metadata.keySet()
                    + ". Choose other keys.");
        }
        if (!(maxAbsError > 0)) {
            throw new InputException(
                    "The limit of an export's error must be positive, but got maxAbsError=" + maxAbsError + ".");
        }
    }

    /** An ONNX file, within the default limit. */
    public static ExportOptions onnx(Path file) {
        return new ExportOptions(Optional.of(file), Optional.empty(), MAX_ABS_ERROR, Map.of());
    }

    /** A safetensors file, within the default limit. */
    public static ExportOptions safetensors(Path file) {
        return new ExportOptions(Optional.empty(), Optional.of(file), MAX_ABS_ERROR, Map.of());
    }

    public ExportOptions andSafetensors(Path file) {
        return new ExportOptions(onnx, Optional.of(file), maxAbsError, metadata);
    }

    public ExportOptions withMaxAbsError(double limit) {
        return new ExportOptions(onnx, safetensors, limit, metadata);
    }

    public ExportOptions withMetadata(Map<String, String> entries) {
        return new ExportOptions(onnx, safetensors, maxAbsError, entries);
    }
}
