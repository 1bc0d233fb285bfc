/**
 * What members are taught by: a {@link dev.weft.criterion.Criterion} gives a loss of each example of a
 * {@link dev.weft.criterion.Scene}, which is one member's outputs on a batch and perhaps a teacher's. An input says which one its members
 * learn from, and a recipe may name another, also from another jar. Nothing here knows a family; who teaches whom is
 * {@code dev.weft.loss}. A {@link dev.weft.criterion.Scorer} measures outputs on held-out examples. May use {@code data}, {@code metric},
 * {@code ops}, {@code space} and {@code io}.
 */
package dev.weft.criterion;
