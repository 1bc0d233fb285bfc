package dev.weft.weight.blend;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import dev.weft.space.Space;
import dev.weft.weight.Sharing;
import dev.weft.weight.Weights;
import java.util.List;

/**
 * Members may be mixtures over all options, for search by gradient (TangleNAS, Sukthanker et al. 2024).
 *
 * @param map from blend logits to mixing weights
 * @param norm how norms treat what is mixed
 * @param weights who owns an option's weights
 * @param partialChannels only every so many-th input channel (axis 1 of a matrix or of kernels) is mixed, the others use the
 *     largest option (PC-DARTS, Xu et al. 2020); 1 for all
 */
public record Blend(SimplexMap map, Norm norm, Ownership weights, int partialChannels) implements Sharing {
    /** What normalises under a blend. */
    public enum Norm {
        /** The full width, also what a blend mutes; batch norm is not blended. As TangleNAS was published. */
        @JsonProperty("full")
        FULL,
        /** A channel counts by its multiplier, and its batch norm is muted with it: a blend of one member is that member. */
        @JsonProperty("masked")
        MASKED
    }

    /** Who owns the weights of an option. */
    public enum Ownership {
        /** A slice of the largest option's: one set of weights, one operation. */
        @JsonProperty("entangled")
        ENTANGLED,
        /** Every combination of options its own, each an operation: the baseline. Batch norms stay shared. */
        @JsonProperty("separate")
        SEPARATE
    }

    public Blend {
        if (map == null || norm == null) {
            throw new InputException(
                    "A blend must have a map (softmax, sparsemax, dirichlet, gumbel, gdas or gumbel-softmax) "
                            + "and a norm (full or masked), but got map=" + map + ", norm=" + norm + ".");
        }
        weights = weights == null ? Ownership.ENTANGLED : weights;
        if (partialChannels < 1) {
            throw new InputException("A blend must have partialChannels >= 1, but got " + partialChannels + ".");
        }
        if (weights == Ownership.SEPARATE && partialChannels > 1) {
            throw new InputException("Partial channels must have entangled weights, but got weights: separate.");
        }
        if (map instanceof SimplexMap.Gdas && (weights == Ownership.SEPARATE || partialChannels > 1)) {
            throw new InputException(
                    "GDAS runs the drawn slice of entangled weights, so it must have weights: entangled"
                            + " and partialChannels: 1, but got weights=" + weights + ", partialChannels="
                            + partialChannels + ". Take map: {kind: gumbel} there.");
        }
    }

    @Override
    public boolean mixesSlices() {
        return true;
    }

    @Override
    public boolean hasLogits() {
        return true;
    }

    @Override
    public boolean fitsTree() {
        return weights == Ownership.ENTANGLED;
    }

    @Override
    public boolean keepsNames() {
        return weights == Ownership.ENTANGLED;
    }

    /** A router inside a blend would be asked for the largest member, whatever is mixed. */
    @Override
    public void requirePlace(List<Sharing> all, int place) {
        if (all.stream().filter(Sharing::mixesSlices).count() > 1) {
            throw new InputException(
                    "sharing must list at most one blend, and then experts, a low-rank part or kernel transforms once, but got "
                            + all + ". To share more weights in one way, widen its pattern.");
        }
        if (place > 0) {
            throw new InputException("sharing must list the blend first, so that routers read what is mixed. "
                    + "Put kind: blend before the others.");
        }
    }

    @Override
    public BlendedWeights over(Weights source, Space space) {
        return new BlendedWeights(source, this, space);
    }
}
