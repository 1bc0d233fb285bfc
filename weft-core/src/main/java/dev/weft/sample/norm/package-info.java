/**
 * Members and images by the norms of their gradients (PA&amp;DA, Lu et al. 2023): {@link dev.weft.sample.norm.GradientNormSampler}, with a
 * distribution of paths and one of examples.
 */
package dev.weft.sample.norm;
