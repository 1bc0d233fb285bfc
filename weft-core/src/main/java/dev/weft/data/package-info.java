/**
 * Labelled images and texts, and how they become batches. {@link dev.weft.data.DataCatalog} opens images by name or folder,
 * {@link dev.weft.data.TextSource} a text; {@link dev.weft.data.Splits} are disjoint, recorded training, selection and report
 * splits of either, and {@link dev.weft.data.Batches} turns a split into tensors as a pure function of seed and step.
 *
 * <p>Listing and inspecting data loads no natives: tensors are made where batches are. {@code ArchitectureTest} says what is imported.
 */
package dev.weft.data;
