package dev.weft.weight;

import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * From a member to numbers that are trained: linear layers with ReLU between them over the member's encoding. It never sees an
 * example, so what it says of a member is static. Its weights are stored ones, {@code PREFIX.N.weight} and {@code PREFIX.N.bias}.
 */
final class MemberNetwork {
    private final Encoder encoder;
    private final List<Weight> matrices = new ArrayList<>();
    private final List<Weight> biases = new ArrayList<>();

    /**
     * @param layers 1 or more
     * @param hidden width between them
     * @param numbers that the last one gives
     */
    MemberNetwork(Weights source, Encoder encoder, String prefix, int layers, int hidden, int numbers) {
        this.encoder = encoder;
        for (int layer = 0; layer < layers; layer++) {
            int in = layer == 0 ? encoder.size() : hidden;
            int out = layer == layers - 1 ? numbers : hidden;
            String name = prefix + "." + layer;
            matrices.add(source.weight(name + ".weight", Init.uniformFanIn(), Axis.fixed(out), Axis.fixed(in)));
            biases.add(source.weight(name + ".bias", Init.zeros(), Axis.fixed(out)));
        }
    }

    /** The numbers of a member, in the caller's scope. */
    Tensor numbers(Member member) {
        Tensor first = matrices.get(0).tensor(member);
        Tensor x = encoder.encoded(member);
        x = x.scalar_type().equals(first.scalar_type()) ? x : x.to(first.scalar_type());
        for (int layer = 0; layer < matrices.size(); layer++) {
            x = torch.linear(
                    layer == 0 ? x : torch.relu(x),
                    layer == 0 ? first : matrices.get(layer).tensor(member),
                    new TensorOptional(biases.get(layer).tensor(member)));
        }
        return x;
    }
}
