package dev.weft.weight.lowrank;

import dev.weft.io.InputException;
import dev.weft.space.Space;
import dev.weft.weight.Sharing;
import dev.weft.weight.WeightNames;
import dev.weft.weight.Weights;
import dev.weft.weight.encoding.MemberEncoding;

/**
 * A low-rank part of the member's own on each matching weight that is no vector, made by a hypernetwork that reads the member:
 * see {@link LowRankWeights}.
 *
 * @param pattern a regular expression, found in the names of the weights that get one
 * @param matrixRank at most that of the part; 50 in the paper's code
 * @param hidden width of the hypernetwork; 64 in the paper's code
 * @param layers of the hypernetwork, 1 or more
 * @param encoding of the member into its input
 * @param fixedInput whether it reads 0.5 everywhere instead
 * @param plainWeights whether weights that have nothing elastic may match
 */
public record LowRank(
        String pattern,
        int matrixRank,
        int hidden,
        int layers,
        MemberEncoding encoding,
        boolean fixedInput,
        boolean plainWeights)
        implements Sharing {
    public LowRank {
        WeightNames.requirePattern("A low-rank part", pattern);
        if (encoding == null) {
            throw new InputException("A low-rank part must have an encoding (scaled, one-hot or features).");
        }
        if (matrixRank < 1 || hidden < 1 || layers < 1) {
            throw new InputException("A low-rank part must have matrixRank, hidden and layers >= 1, but got matrixRank="
                    + matrixRank + ", hidden=" + hidden + ", layers=" + layers + ".");
        }
    }

    @Override
    public boolean readsMember() {
        return true;
    }

    @Override
    public LowRankWeights over(Weights source, Space space) {
        return new LowRankWeights(source, this, space);
    }
}
