/**
 * Layers that are one: the blocks of a stack share the weights of a stage while they train (stage-wise sharing, Xia et al. 2024), as
 * {@link dev.weft.weight.layers.TiedLayers} says by a {@link dev.weft.weight.LayerMap}.
 */
package dev.weft.weight.layers;
