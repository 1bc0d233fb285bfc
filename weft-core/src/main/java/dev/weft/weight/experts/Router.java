package dev.weft.weight.experts;

import dev.weft.weight.Axis;
import dev.weft.weight.FullPrecision;
import dev.weft.weight.Reading;
import dev.weft.weight.encoding.EncodingMlp;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Maps a member to the mixing weights of experts: a softmax over a {@link EncodingMlp}. */
final class Router {
    private final EncodingMlp network;
    private final int experts;
    private final Experts.Routing routing;

    /** @param network gives a logit an expert, or {@code neurons × experts} of them, neuron after neuron */
    Router(EncodingMlp network, int experts, Experts.Routing routing) {
        this.network = network;
        this.experts = experts;
        this.routing = routing;
    }

    /** The mixing weights (experts) of a member. */
    Tensor mixture(Reading reading) {
        return FullPrecision.of(
                () -> routed(network.numbers(reading, 0, experts).softmax(0), 0));
    }

    /** The mixing weights (neurons, experts) of those output neurons that a member sees of an axis. */
    Tensor mixtures(Reading reading, Axis neurons) {
        return FullPrecision.of(
                () -> routed(network.ofNeurons(reading, neurons, experts).softmax(1), 1));
    }

    private Tensor routed(Tensor probabilities, int axis) {
        if (routing == Experts.Routing.SOFT) {
            return probabilities;
        }
        Tensor best = probabilities.argmax(new LongOptional(axis), false);
        return probabilities.mul(torch.one_hot(best, experts));
    }
}
