/**
 * How a name becomes a tensor for a member: {@link dev.weft.weight.Weights} is the strategy a model asks,
 * {@link dev.weft.weight.Weight} the view it gets, {@link dev.weft.weight.SharedWeights} the plain and sliced kind.
 * {@link dev.weft.weight.SimplexMap} is how the logits of a blended choice become the parts of its options. Knows no layer and no
 * model; imports {@code space}, {@code ops} and {@code io}.
 */
package dev.weft.weight;
