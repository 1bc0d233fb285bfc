package dev.weft.nn;

import org.bytedeco.pytorch.Tensor;

/**
 * Where batch norm gets its mean and variance. Statistics belong to a member, never to the shared weights: those gathered over
 * mixed members fit none of them (Yu et al., BigNAS, 2020).
 */
public interface NormStatistics {
    /**
     * Normalises x (B, C, H, W) per channel and applies weight and bias (C), where they are not {@code null}.
     *
     * @param name of the batch norm layer
     */
    Tensor normalise(String name, Tensor x, Tensor weight, Tensor bias, double epsilon);
}
