package dev.weft.weight.encoding;

import dev.weft.space.Member;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The map from a member to numbers that are trained: linear layers with ReLU between them over the member's encoding. It never sees an
 * example, so what it says of a member is static. Its weights are stored ones, {@code PREFIX.N.weight} and {@code PREFIX.N.bias}.
 */
public final class EncodingMlp {
    private final Encoder encoder;
    private final List<Weight> matrices = new ArrayList<>();
    private final List<Weight> biases = new ArrayList<>();

    /**
     * @param layers 1 or more
     * @param hidden width between them
     * @param numbers that the last one gives
     */
    public EncodingMlp(Weights source, Encoder encoder, String prefix, int layers, int hidden, int numbers) {
        this.encoder = encoder;
        for (int layer = 0; layer < layers; layer++) {
            int in = layer == 0 ? encoder.size() : hidden;
            int out = layer == layers - 1 ? numbers : hidden;
            String name = prefix + "." + layer;
            matrices.add(source.weight(name + ".weight", Init.uniformFanIn(), Axis.fixed(out), Axis.fixed(in)));
            biases.add(source.weight(name + ".bias", Init.zeros(), Axis.fixed(out)));
        }
    }

    /** A member's numbers {@code from} to {@code from + count}, in the caller's scope; the others are not computed. */
    public Tensor numbers(Reading reading, int from, int count) {
        Tensor x = encoder.encoded(reading).to(matrices.get(0).tensor(reading)); // of its type
        int last = matrices.size() - 1;
        for (int layer = 0; layer < last; layer++) {
            x = torch.relu(torch.addmv(
                    biases.get(layer).tensor(reading), matrices.get(layer).tensor(reading), x));
        }
        return torch.addmv(
                biases.get(last).tensor(reading).narrow(0, from, count),
                matrices.get(last).tensor(reading).narrow(0, from, count),
                x);
    }

    /** The numbers of a member that belong to the output neurons it sees of an axis: (neurons, each). */
    public Tensor ofNeurons(Reading reading, Axis neurons, int each) {
        Member member = reading.member();
        int count = neurons.size().size(member);
        return numbers(reading, neurons.offset(member) * each, count * each).reshape(count, each);
    }
}
