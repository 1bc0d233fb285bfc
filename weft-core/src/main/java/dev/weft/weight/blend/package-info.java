/**
 * Members that are mixtures over all options, for search by gradient (TangleNAS, Sukthanker et al. 2024; DrNAS, GDAS, SNAS, PC-DARTS):
 * {@link dev.weft.weight.blend.Blend} is what a recipe says, {@link dev.weft.weight.blend.BlendedWeights} the strategy,
 * {@link dev.weft.weight.blend.SimplexMap} how the logits of a choice become the parts of its options, and
 * {@link dev.weft.weight.blend.Mixture} one draw of them. Knows no other method.
 */
package dev.weft.weight.blend;
