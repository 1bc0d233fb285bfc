package dev.weft.diagnose;

import dev.weft.data.InMemoryImages;
import dev.weft.model.ImageInput;
import dev.weft.model.ModelDefinition;
import dev.weft.model.ModelInput;
import dev.weft.nn.Layer;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A linear classifier of three numbers, {@code logits = sign · Σ over edges of W[edge, operation] x}: gradients can be written down. A
 * member picks a sign and an operation an edge, each operation with a matrix (2, 3) of its own.
 *
 * @param signs options: -1 and 1, or 1
 * @param operations options of each edge
 * @param scale of the initial values; 0 makes both classes equally likely
 */
record ToyModel(List<Integer> signs, List<List<Integer>> operations, double scale) implements ModelDefinition {
    static final ImageInput INPUT =
            new ImageInput(3, 1, List.of(0.5, 0.5, 0.5), List.of(1.0, 1.0, 1.0), List.of("a", "b"));

    ToyModel(List<Integer> signs, int edges, int operations, double scale) {
        this(
                signs,
                Collections.nCopies(
                        edges, IntStream.range(0, operations).boxed().toList()),
                scale);
    }

    /** Random pixels and classes. */
    static InMemoryImages data(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] pixels = new byte[count * 3];
        random.nextBytes(pixels);
        return InMemoryImages.of(
                "toy",
                INPUT.classes(),
                3,
                1,
                1,
                pixels,
                random.ints(count, 0, 2).toArray(),
                IntStream.range(0, count).mapToObj(String::valueOf).toList());
    }

    Choice<Integer> sign() {
        return new Choice<>("sign", signs);
    }

    Choice<Integer> edge(int edge) {
        return new Choice<>("edge" + edge, operations.get(edge));
    }

    @Override
    public String name() {
        return "toy";
    }

    @Override
    public ModelInput input() {
        return INPUT;
    }

    @Override
    public ModelDefinition withInput(ModelInput input) {
        return this;
    }

    @Override
    public List<Choice<?>> choices() {
        List<Choice<?>> all = new ArrayList<>(List.of(sign()));
        IntStream.range(0, operations.size()).forEach(e -> all.add(edge(e)));
        return all.stream().filter(choice -> choice.options().size() > 1).toList();
    }

    @Override
    public ModelDefinition at(Member member) {
        return new ToyModel(
                List.of(member.value(sign())),
                IntStream.range(0, operations.size())
                        .mapToObj(e -> List.of(member.value(edge(e))))
                        .toList(),
                scale);
    }

    @Override
    public Layer build(Weights weights) {
        List<Map<Integer, Weight>> matrices = new ArrayList<>();
        Init init = (shape, random) -> {
            float[] values = new float[shape.get(0) * shape.get(1)];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (scale * random.nextGaussian());
            }
            return values;
        };
        for (int e = 0; e < operations.size(); e++) {
            Map<Integer, Weight> edge = new HashMap<>();
            for (int o : operations.get(e)) {
                edge.put(o, weights.weight("edge" + e + ".op" + o + ".weight", init, Axis.fixed(2), Axis.fixed(3)));
            }
            matrices.add(edge);
        }
        return (x, pass) -> {
            Tensor features = x.reshape(-1, 3).div(new Scalar(255));
            Tensor sum = null;
            for (int e = 0; e < operations.size(); e++) {
                Tensor part = matrices.get(e)
                        .get(pass.member().value(edge(e)))
                        .linear(features, null, Reading.of(pass.member()));
                sum = sum == null ? part : sum.add(part);
            }
            return sum.mul(new Scalar(pass.member().value(sign())));
        };
    }
}
