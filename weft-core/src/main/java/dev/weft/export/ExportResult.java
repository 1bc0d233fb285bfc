package dev.weft.export;

import java.nio.file.Path;
import java.util.Optional;

/**
 * An exported member with its proof.
 *
 * @param member as one line
 * @param onnx the ONNX file, if one was written
 * @param safetensors the safetensors file, if one was written
 * @param check how ONNX Runtime and the live member compare
 */
public record ExportResult(String member, Optional<Path> onnx, Optional<Path> safetensors, ExportCheck check) {}
