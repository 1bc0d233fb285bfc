package dev.weft.weight.experts;

import dev.weft.space.Member;
import dev.weft.weight.Axis;
import dev.weft.weight.Reading;
import dev.weft.weight.Weight;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The mixture of several experts' views that a router gives a member: {@code W(a) = Σ_j α_j(a) W_j}, with one α for the layer or
 * one for each output neuron (Mixture-of-Supernets).
 */
final class RoutedWeight implements Weight {
    private final List<Weight> experts;
    private final Router router;
    private final Axis neurons; // null where the layer has one mixture

    RoutedWeight(List<Weight> experts, Router router, Axis neurons) {
        this.experts = experts;
        this.router = router;
        this.neurons = neurons;
    }

    @Override
    public Tensor tensor(Reading reading) {
        Tensor mixing = mixing(reading);
        Tensor mixed = null;
        for (int j = 0; j < experts.size(); j++) {
            Tensor expert = experts.get(j).tensor(reading);
            Tensor part = mixing.select(mixing.dim() - 1, j);
            if (neurons != null) {
                long[] shape = new long[(int) expert.dim()];
                Arrays.fill(shape, 1);
                shape[0] = part.size(0);
                part = part.reshape(shape);
            }
            mixed = mixed == null ? expert.mul(part) : mixed.addcmul(expert, part);
        }
        return mixed;
    }

    /** (experts), or (out, experts) where each output neuron has its own. */
    Tensor mixing(Reading reading) {
        return neurons == null ? router.mixture(reading) : router.mixtures(reading, neurons);
    }

    List<Weight> experts() {
        return experts;
    }

    @Override
    public List<Integer> shape(Member member) {
        return experts.get(0).shape(member);
    }
}
