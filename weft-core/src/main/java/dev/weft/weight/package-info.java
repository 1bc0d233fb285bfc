/**
 * How a name becomes a tensor for a member: {@link dev.weft.weight.Weights} is the strategy a model asks,
 * {@link dev.weft.weight.Weight} the view it gets, {@link dev.weft.weight.SharedWeights} the plain and sliced kind. Knows no
 * layer and no model; imports {@code space}, {@code ops} and {@code io}.
 */
package dev.weft.weight;
