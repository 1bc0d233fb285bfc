package dev.weft.weight.kernel;

import dev.weft.space.Space;
import dev.weft.weight.Sharing;
import dev.weft.weight.WeightNames;
import dev.weft.weight.Weights;

/**
 * A small kernel is the centre of the next larger one times a trained matrix, instead of that centre: see {@link TransformedKernels}.
 *
 * @param pattern a regular expression, found in the names of the kernels that are transformed; in once-for-all those of depthwise
 *     convolutions
 */
public record KernelTransforms(String pattern) implements Sharing {
    public KernelTransforms {
        WeightNames.requirePattern("Kernel transforms", pattern);
    }

    @Override
    public TransformedKernels over(Weights source, Space space) {
        return new TransformedKernels(source, this);
    }
}
