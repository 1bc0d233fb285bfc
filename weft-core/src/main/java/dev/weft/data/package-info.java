/**
 * Text, as {@link dev.weft.data.TextSource}, and labelled images and how they become batches. {@link dev.weft.data.DataCatalog} opens a name or a folder,
 * {@link dev.weft.data.ImageSplits} cuts it into disjoint, recorded training, selection and report splits, and
 * {@link dev.weft.data.Batches} turns a split into tensors as a pure function of seed and step.
 *
 * <p>May import {@code dev.weft.io}, {@code dev.weft.text}, the JDK and, in {@code Batch}, {@code Batches} and {@code EvaluationBatches} only, libtorch:
 * listing and inspecting data loads no natives.
 */
package dev.weft.data;
