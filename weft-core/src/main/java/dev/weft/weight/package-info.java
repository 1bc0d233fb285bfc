/**
 * How a name becomes a tensor for a member: {@link dev.weft.weight.Weights} is the strategy a model asks,
 * {@link dev.weft.weight.Weight} the view it gets, {@link dev.weft.weight.SharedWeights} the plain and sliced kind, and
 * {@link dev.weft.weight.Sharing} a strategy's settings as data. Each method of sharing has a folder of its own beside this contract
 * and knows no other one, but for those that {@code ArchitectureTest} names. Knows no layer and no model; imports {@code seed},
 * {@code space}, {@code ops} and {@code io}.
 */
package dev.weft.weight;
