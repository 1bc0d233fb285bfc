package dev.weft.onnx;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * An exported member with its proof.
 *
 * @param member as one line
 * @param onnx the ONNX file, if one was written
 * @param safetensors the safetensors file, if one was written
 * @param check how ONNX Runtime and the live member compare
 * @param quality what the precision costs; empty for float32, of which the check says all
 * @param label what the file says of itself that is not in {@link ExportOptions#metadata}: the proof, what was measured of it
 */
public record ExportResult(
        String member,
        Optional<Path> onnx,
        Optional<Path> safetensors,
        ExportCheck check,
        Optional<QualityChange> quality,
        Map<String, String> label) {}
