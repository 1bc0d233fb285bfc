package dev.weft.weight;

import dev.weft.space.Choice;
import dev.weft.space.Member;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * From a member to the mixing weights of experts: linear layers with ReLU between them over the member's encoding, then a
 * softmax over the experts. It never sees an example: what it says of a member is static, so that the mixture can be collapsed.
 */
final class Router {
    private final Weights source;
    private final Sharing.Experts settings;
    private final List<MemberEncoding.Entry> encoding;
    private final List<Weight> matrices = new ArrayList<>();
    private final List<Weight> biases = new ArrayList<>();

    /** @param neurons output neurons of the largest member, each with a mixture of its own; 1 for one mixture */
    Router(Weights source, Sharing.Experts settings, List<MemberEncoding.Entry> encoding, String name, int neurons) {
        this.source = source;
        this.settings = settings;
        this.encoding = encoding;
        for (int layer = 0; layer < settings.layers(); layer++) {
            int in = layer == 0 ? encoding.size() : settings.hidden();
            int out = layer == settings.layers() - 1 ? settings.count() * neurons : settings.hidden();
            String prefix = name + ".router." + layer;
            matrices.add(source.weight(prefix + ".weight", Init.uniformFanIn(), Axis.fixed(out), Axis.fixed(in)));
            biases.add(source.weight(prefix + ".bias", Init.zeros(), Axis.fixed(out)));
        }
    }

    /** The mixing weights (experts) of a member. */
    Tensor mixture(Member member) {
        return FullPrecision.of(() -> routed(logits(member).softmax(0), 0));
    }

    /** The mixing weights (neurons, experts) of a member's first {@code neurons} output neurons; the logits are neuron-major. */
    Tensor mixtures(Member member, int neurons) {
        return FullPrecision.of(() -> {
            Tensor used = logits(member).narrow(0, 0, (long) neurons * settings.count());
            return routed(used.reshape(neurons, settings.count()).softmax(1), 1);
        });
    }

    private Tensor routed(Tensor probabilities, int experts) {
        if (settings.routing() == Sharing.Routing.SOFT) {
            return probabilities;
        }
        Tensor best = probabilities.argmax(new LongOptional(experts), false);
        return probabilities.mul(torch.one_hot(best, settings.count()));
    }

    private Tensor logits(Member member) {
        Tensor x = encoded(member);
        for (int layer = 0; layer < matrices.size(); layer++) {
            x = torch.linear(
                    layer == 0 ? x : torch.relu(x),
                    matrices.get(layer).tensor(member),
                    new TensorOptional(biases.get(layer).tensor(member)));
        }
        return x;
    }

    /** The encoding of a member (numbers). */
    Tensor encoded(Member member) {
        if (settings.fixedInput() || !Blend.is(member)) {
            float[] numbers = new float[encoding.size()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = settings.fixedInput() ? 0.5f : number(encoding.get(i), member);
            }
            return Tensor.create(numbers, numbers.length)
                    .to(matrices.get(0).tensor(member).scalar_type());
        }
        Tensor[] numbers = new Tensor[encoding.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = expected(encoding.get(i), member);
        }
        return torch.stack(new org.bytedeco.pytorch.TensorVector(numbers), 0);
    }

    private static float number(MemberEncoding.Entry entry, Member member) {
        double sum = entry.shift();
        for (MemberEncoding.Term term : entry.terms()) {
            Choice<?> choice = term.choice();
            sum += term.values().get(choice.options().indexOf(member.value(choice)));
        }
        return (float) sum;
    }

    /** The encoding's number on average over what a blend mixes: a scalar. */
    private Tensor expected(MemberEncoding.Entry entry, Member member) {
        Tensor sum = null;
        for (MemberEncoding.Term term : entry.terms()) {
            Tensor spread = source.distribution(term.choice(), member);
            float[] values = new float[term.values().size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = term.values().get(i).floatValue();
            }
            Tensor part = spread.mul(Tensor.create(values, values.length)).sum();
            sum = sum == null ? part : sum.add(part);
        }
        return sum.add(new org.bytedeco.pytorch.Scalar(entry.shift()));
    }
}
