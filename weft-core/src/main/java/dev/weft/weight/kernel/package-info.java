/**
 * Small kernels that are made of the centres of larger ones by a trained matrix (once-for-all, Cai et al. 2020):
 * {@link dev.weft.weight.kernel.KernelTransforms} is what a recipe says, {@link dev.weft.weight.kernel.TransformedKernels} the strategy.
 */
package dev.weft.weight.kernel;
