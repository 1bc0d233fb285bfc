/**
 * What changes a base: a {@link dev.weft.delta.DeltaSet} is a set of named changes that can be subtracted, averaged, clipped, counted and sent, and that
 * knows which base it belongs to. A {@link dev.weft.delta.Delta} is the change of one tensor: dense, a product of two small matrices, or the tensor after it. A
 * {@link dev.weft.delta.PeftFolder} is the layout that huggingface/peft reads and writes; {@link dev.weft.delta.ForeignCheckpoint} reads the tensors of other
 * programs' files, from which a base may come.
 *
 * <p>Nothing here knows a model: names and tensors are enough. To add a kind of change, implement {@link dev.weft.delta.Delta}.
 */
package dev.weft.delta;
