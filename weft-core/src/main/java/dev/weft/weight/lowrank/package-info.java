/**
 * A low-rank part of a member's own on weights that all share, made by a small network that reads the member:
 * {@link dev.weft.weight.lowrank.LowRank} is what a recipe says, {@link dev.weft.weight.lowrank.LowRankWeights} the strategy.
 */
package dev.weft.weight.lowrank;
