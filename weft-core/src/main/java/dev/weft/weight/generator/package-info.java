/**
 * A generator of members for a target cost, trained with the weights (ShiftNAS, Zhang et al. 2023):
 * {@link dev.weft.weight.generator.MemberGenerator} is what a recipe says, {@link dev.weft.weight.generator.GeneratedWeights} the strategy.
 * What it decides reaches the weights as a draw of {@code blend} does, so it builds on that package.
 */
package dev.weft.weight.generator;
