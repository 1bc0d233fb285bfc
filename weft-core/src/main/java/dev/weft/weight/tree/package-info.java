/**
 * Several sets of weights in one family, each for a part of the members (few-shot NAS, Zhao et al. 2021; gradient matching, Hu et al.
 * 2022): {@link dev.weft.weight.tree.Tree} is what a recipe says, {@link dev.weft.weight.tree.TreeWeights} the strategy, under which each
 * leaf has strategies of its own.
 */
package dev.weft.weight.tree;
