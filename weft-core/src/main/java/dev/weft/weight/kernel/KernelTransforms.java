package dev.weft.weight.kernel;

import dev.weft.io.InputException;
import dev.weft.space.Space;
import dev.weft.weight.Sharing;
import dev.weft.weight.WeightNames;
import dev.weft.weight.Weights;
import java.util.List;

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
    public boolean readsMember() {
        return true;
    }

    @Override
    public boolean keepsChannels() {
        return true;
    }

    @Override
    public void requirePlace(List<Sharing> all, int place) {
        if (all.stream().anyMatch(Sharing::mixesSlices)) {
            throw new InputException(
                    "sharing must not list a blend and kernel transforms, for a blend mixes the slices of"
                            + " one kernel, but got " + all + ". Leave one of them out.");
        }
        Sharing.super.requirePlace(all, place);
    }

    @Override
    public TransformedKernels over(Weights source, Space space) {
        return new TransformedKernels(source, this);
    }
}
