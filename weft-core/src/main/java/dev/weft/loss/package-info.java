/**
 * Who learns at a step, and from what: a {@link dev.weft.loss.TrainingMember} has a {@link dev.weft.loss.Role}, which says with
 * {@link dev.weft.loss.Distillation} whether labels or a teacher's logits teach it, and with {@link dev.weft.loss.Regularisation} what keeps
 * it from overfitting. {@link dev.weft.loss.Losses} computes. May use {@code model}, {@code data} and what these use.
 */
package dev.weft.loss;
