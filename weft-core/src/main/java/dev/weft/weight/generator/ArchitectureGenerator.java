package dev.weft.weight.generator;

import dev.weft.ops.Tensors;
import dev.weft.seed.RandomStream;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.FullPrecision;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import dev.weft.weight.blend.BlendDraw;
import dev.weft.weight.blend.SimplexMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The way from a target cost to an option of every choice: an LSTM cell that takes the decisions one after another, each with the one before as
 * its input (ShiftNAS, Zhang et al. 2023).
 *
 * <pre>
 *   [target, previous choice]  --linear-->  (hidden)  --LSTM cell-->  (hidden)  --head of its kind-->  logits (options)
 * </pre>
 *
 * <p>Decisions of a kind share a head: those whose names differ in digits alone and that have as many options, as the heads of every
 * block do. The encoding of the target is ours, the paper does not give one. Its parameters are stored weights,
 * {@code generator.…}.
 */
final class ArchitectureGenerator {
    /** What the names of its parameters begin with. */
    static final String PREFIX = "generator.";

    private final List<Choice<?>> choices;
    private final int hidden;
    private final int most; // options of a choice
    private final Map<String, Weight> weights = new LinkedHashMap<>();

    ArchitectureGenerator(Weights source, Space space, int hidden) {
        this.choices = space.choices();
        this.hidden = hidden;
        this.most = choices.stream()
                .mapToInt(choice -> choice.options().size())
                .max()
                .orElse(1);
        Map<String, Integer> shapes = new LinkedHashMap<>(); // inputs of each matrix
        linear(source, "embed", hidden, most + 1);
        for (String part : List.of("ih", "hh")) {
            matrix(source, "lstm.weight_" + part, 4 * hidden, hidden);
            vector(source, "lstm.bias_" + part, 4 * hidden);
        }
        for (Choice<?> choice : choices) {
            if (shapes.putIfAbsent(kind(choice), 0) == null) {
                linear(source, kind(choice), choice.options().size(), hidden);
            }
        }
    }

    private void linear(Weights source, String name, int out, int in) {
        matrix(source, name + ".weight", out, in);
        vector(source, name + ".bias", out);
    }

    private void matrix(Weights source, String name, int out, int in) {
        weights.put(name, source.weight(PREFIX + name, Init.uniformFanIn(), Axis.fixed(out), Axis.fixed(in)));
    }

    private void vector(Weights source, String name, int size) {
        weights.put(name, source.weight(PREFIX + name, Init.zeros(), Axis.fixed(size)));
    }

    /** The head that decides a choice. */
    static String kind(Choice<?> choice) {
        return "heads." + choice.name().replaceAll("[0-9]+", "") + "."
                + choice.options().size();
    }

    /** Its stored tensors by name, without {@link #PREFIX}. */
    Map<String, Tensor> parameters() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        weights.forEach((name, weight) -> tensors.put(name, weight.tensor(Reading.of(Member.PLAIN))));
        return tensors;
    }

    List<Choice<?>> choices() {
        return choices;
    }

    /**
     * One option of every choice, as one-hot rows (choices, greatest number of options) that are exact in value; their gradient is that
     * of a softmax (straight through). In the caller's scope.
     *
     * @param target a scalar, 0 for the cheapest member and 1 for the dearest; gradients flow to it
     * @param draw of Gumbel noise; the mean draw has none and picks the likeliest option
     * @param temperature of the gradient, above 0
     */
    Tensor decisions(Tensor target, BlendDraw draw, double temperature) {
        return FullPrecision.of(() -> Tensors.scoped(() -> {
            Map<String, Tensor> parameters = parameters();
            SplittableRandom random = RandomStream.BLEND.random(draw.seed());
            Tensor first = parameters.get("embed.weight");
            Tensor h = first.new_zeros(1, hidden);
            Tensor c = first.new_zeros(1, hidden);
            Tensor previous = first.new_zeros(most);
            List<Tensor> rows = new ArrayList<>();
            for (Choice<?> choice : choices) {
                Tensor input = torch.cat(new TensorVector(target.reshape(1).to(first), previous), 0);
                Tensor embedded = torch.addmv(parameters.get("embed.bias"), parameters.get("embed.weight"), input);
                var state = torch.lstm_cell(
                        embedded.unsqueeze(0),
                        new TensorVector(h, c),
                        parameters.get("lstm.weight_ih"),
                        parameters.get("lstm.weight_hh"),
                        new TensorOptional(parameters.get("lstm.bias_ih")),
                        new TensorOptional(parameters.get("lstm.bias_hh")));
                h = state.get0();
                c = state.get1();
                String head = kind(choice);
                Tensor logits =
                        torch.addmv(parameters.get(head + ".bias"), parameters.get(head + ".weight"), h.squeeze(0));
                Tensor picked = draw.isMean()
                        ? likeliest(logits)
                        : new SimplexMap.Gumbel(null).map(logits, random.nextLong(), temperature);
                previous =
                        torch.constant_pad_nd(picked, 0, most - choice.options().size());
                rows.add(previous);
            }
            return torch.stack(new TensorVector(rows.toArray(Tensor[]::new)), 0);
        }));
    }

    private static Tensor likeliest(Tensor logits) {
        Tensor soft = torch.softmax(logits, 0);
        Tensor hard = Tensors.withoutGradients(
                () -> torch.one_hot(soft.argmax(), logits.numel()).to(logits));
        return hard.add(soft.sub(soft.detach()));
    }
}
