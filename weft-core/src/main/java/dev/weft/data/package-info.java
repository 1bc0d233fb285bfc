/**
 * Labelled images and texts, and how they become batches. {@link dev.weft.data.DataCatalog} opens images by name or folder,
 * {@link dev.weft.data.TextSource} a text; {@link dev.weft.data.Splits} are disjoint, recorded training, selection and report
 * splits of either, and {@link dev.weft.data.Batches} turns a split into tensors as a pure function of seed and step.
 *
 * <p>May import {@code dev.weft.io}, {@code dev.weft.text}, the JDK and, in {@code Batch} and {@code Tensors} only, libtorch: listing
 * and inspecting data loads no natives.
 */
package dev.weft.data;
