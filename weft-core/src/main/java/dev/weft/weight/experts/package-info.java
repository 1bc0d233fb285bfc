/**
 * Several copies of a weight that a router mixes for each member (Mixture-of-Supernets, Jawahar et al. 2024):
 * {@link dev.weft.weight.experts.Experts} is what a recipe says, {@link dev.weft.weight.experts.RoutedWeights} the strategy. Routers
 * read the member as {@code encoding} writes it.
 */
package dev.weft.weight.experts;
