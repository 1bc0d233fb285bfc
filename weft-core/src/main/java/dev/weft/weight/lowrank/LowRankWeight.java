package dev.weft.weight.lowrank;

import dev.weft.space.Member;
import dev.weft.weight.Axis;
import dev.weft.weight.FullPrecision;
import dev.weft.weight.Reading;
import dev.weft.weight.Weight;
import dev.weft.weight.encoding.EncodingMlp;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A shared weight plus a low-rank part of the member's own, {@code W(a) = W + H(e(a)) V}: H (out, matrixRank) is what a
 * hypernetwork makes of the member's encoding, V (matrixRank, in) is shared, and both are cut to the member's sizes
 * (Mixture-of-Supernets, the variant without experts). V begins at zero, so that a family begins as one of slices.
 */
final class LowRankWeight implements Weight {
    private final Weight shared;
    private final EncodingMlp hypernetwork;
    private final Weight basis;
    private final Axis neurons;
    private final int matrixRank;

    LowRankWeight(Weight shared, EncodingMlp hypernetwork, Weight basis, Axis neurons, int matrixRank) {
        this.shared = shared;
        this.hypernetwork = hypernetwork;
        this.basis = basis;
        this.neurons = neurons;
        this.matrixRank = matrixRank;
    }

    @Override
    public Tensor tensor(Reading reading) {
        Tensor weight = shared.tensor(reading);
        return FullPrecision.of(() -> {
            Tensor left = hypernetwork.ofNeurons(reading, neurons, matrixRank);
            Tensor right = basis.tensor(reading).reshape(matrixRank, -1);
            return weight.add(left.mm(right).reshape(weight.shape()));
        });
    }

    @Override
    public List<Integer> shape(Member member) {
        return shared.shape(member);
    }
}
