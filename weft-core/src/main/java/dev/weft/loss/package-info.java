/**
 * Who learns at a step, and from what: a {@link dev.weft.loss.TrainingMember} has a {@link dev.weft.loss.Role}, which says with
 * {@link dev.weft.loss.Distillation} whether targets or a teacher's outputs teach it, and with {@link dev.weft.loss.Regularisation} what
 * keeps it from overfitting. A {@code criterion} computes. May use {@code criterion}, {@code model}, {@code data} and what these use.
 */
package dev.weft.loss;
