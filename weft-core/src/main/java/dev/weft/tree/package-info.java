/**
 * Few-shot search: a supernet that splits into supernets of fewer members while it trains. {@link dev.weft.tree.TreeTrainer} trains
 * such a tree in one run, {@link dev.weft.tree.GradientProbe} measures which options of a choice pull the shared weights apart, and
 * {@link dev.weft.tree.Partition} says which of them part. {@link dev.weft.tree.TrainingRuns} begins and resumes a run of either sort. May use {@code train} and what that uses.
 */
package dev.weft.tree;
