package dev.weft.onnx;

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
 * @param maxAbsError the most that any output may differ
 * @param precision in which numbers the ONNX file computes; anything but float32 has no safetensors file beside it
 * @param maxDrop the most that the accuracy may fall, or a language model's loss rise, in a precision other than float32
 * @param metadata more entries for both files: the run, measured costs; written in the order of their keys. Keys
 *     that begin with {@code weft.} are Weft's own
 */
public record ExportOptions(
        Optional<Path> onnx,
        Optional<Path> safetensors,
        double maxAbsError,
        Precision precision,
        double maxDrop,
        Map<String, String> metadata) {
    /** The default limit on the difference of an output. */
    public static final double MAX_ABS_ERROR = 1e-3;
    /** The default limit on what fewer bits may cost: one point of accuracy, or 0.01 of loss. */
    public static final double MAX_DROP = 0.01;

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
        if (!(maxDrop >= 0)) {
            throw new InputException("What an export may lose must be 0 or more, but got maxDrop=" + maxDrop + ".");
        }
        if (precision != Precision.FLOAT32 && safetensors.isPresent()) {
            throw new InputException("A safetensors file holds float32 weights, which an export in " + precision
                    + " does not prove. Leave it out, or export it by itself.");
        }
    }

    /** An ONNX file, within the default limit. */
    public static ExportOptions onnx(Path file) {
        return new ExportOptions(
                Optional.of(file), Optional.empty(), MAX_ABS_ERROR, Precision.FLOAT32, MAX_DROP, Map.of());
    }

    /** A safetensors file, within the default limit. */
    public static ExportOptions safetensors(Path file) {
        return new ExportOptions(
                Optional.empty(), Optional.of(file), MAX_ABS_ERROR, Precision.FLOAT32, MAX_DROP, Map.of());
    }

    public ExportOptions andSafetensors(Path file) {
        return new ExportOptions(onnx, Optional.of(file), maxAbsError, precision, maxDrop, metadata);
    }

    public ExportOptions withMaxAbsError(double limit) {
        return new ExportOptions(onnx, safetensors, limit, precision, maxDrop, metadata);
    }

    public ExportOptions withMetadata(Map<String, String> entries) {
        return new ExportOptions(onnx, safetensors, maxAbsError, precision, maxDrop, entries);
    }

    /** @param limit the most that the accuracy may fall, or the loss of a language model rise */
    public ExportOptions withPrecision(Precision other, double limit) {
        return new ExportOptions(onnx, safetensors, maxAbsError, other, limit, metadata);
    }
}
