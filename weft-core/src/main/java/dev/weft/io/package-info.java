/**
 * Files and documents: {@link dev.weft.io.AtomicFile} writes a file whole or not at all, {@link dev.weft.io.SafetensorsFile} and
 * {@link dev.weft.io.Safetensors} read and write tensors, {@link dev.weft.io.Json} and {@link dev.weft.io.Yaml} read and write
 * records, {@link dev.weft.io.JsonSchema} describes them, {@link dev.weft.io.Kinds} says what kinds they may name; {@link dev.weft.io.Csv} reads tables. Whatever a file can be wrong about ends in an
 * {@link dev.weft.io.InputException} that names it.
 *
 * <p>May import the JDK, Jackson and {@code export}; no other package of Weft, and nothing of libtorch.
 */
package dev.weft.io;
