/**
 * Members as files that run without Weft. {@link dev.weft.onnx.Exporter} takes a member out of its family, records it as ONNX,
 * proves the file in ONNX Runtime against the live member, and writes it; {@link dev.weft.export.ExportedModel} loads such a file
 * and predicts. Imports {@code export}, {@code natives}, {@code model}, {@code nn}, {@code weight}, {@code ops}, {@code space}, {@code data} (how
 * pictures become planes) and {@code io}.
 */
package dev.weft.onnx;
