package dev.weft.weight.blend;

import static dev.weft.weight.blend.BlendFixture.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Constraint;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.Convolution;
import dev.weft.weight.Gate;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.SharedWeights;
import dev.weft.weight.Weight;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Blends over operations, and blends of a space that has fewer options than the model. */
class RestrictedBlendTest {
    private static final Init NORMAL = Init.truncatedNormal(1);
    private static final Convolution SAME = new Convolution(1, 0, 1, 1);
    private static final Choice<String> OPERATION = Choice.of("op", "none", "skip", "small", "large");
    private static final Choice<Integer> OUT = Choice.of("out", 2, 3, 5);
    private static final Choice<Integer> KERNEL = Choice.of("kernel", 1, 3, 5);

    static Stream<SimplexMap> maps() {
        return Stream.of(
                new SimplexMap.Softmax(),
                new SimplexMap.Sparsemax(),
                new SimplexMap.Dirichlet(),
                new SimplexMap.Gumbel(null),
                new SimplexMap.Gdas(null),
                new SimplexMap.GumbelSoftmax(null));
    }

    private static BlendedWeights over(SharedWeights stored, SimplexMap map, Blend.Ownership who, Choice<?>... has) {
        return new Blend(map, Blend.Norm.MASKED, who, 1).over(stored, new Space("part", List.of(has)));
    }

    private static Member blend(BlendedWeights weights, Choice<?>... has) {
        return BlendedWeights.blend(new Space("part", List.of(has)).largest(), 7);
    }

    /** Check 7 of gradient matching (Hu et al. 2022). */
    @ParameterizedTest
    @MethodSource("maps")
    void mapReadsAllowedLogitsAloneAndTheRestIsExactlyZero(SimplexMap map) {
        Choice<String> two = Choice.of("op", "skip", "large");
        try (PointerScope scope = new PointerScope();
                SharedWeights stored = SharedWeights.initialised(1);
                SharedWeights few = SharedWeights.initialised(1)) {
            BlendedWeights part = over(stored, map, Blend.Ownership.ENTANGLED, two);
            part.gate("edge", OPERATION);
            BlendFixture.set(part, OPERATION, 9, 0.2, -3, 0.4);
            BlendedWeights own = over(few, map, Blend.Ownership.ENTANGLED, two);
            own.gate("edge", two);
            BlendFixture.set(own, two, 0.2, 0.4);

            Tensor parts = part.distribution(OPERATION, Reading.of(blend(part, two)));
            float[] expected = Tensors.floats(own.distribution(two, Reading.of(blend(own, two))));
            assertThat(Tensors.floats(parts)).containsExactly(0, expected[0], 0, expected[1]);
            assertThat(Tensors.floats(part.distribution(two, Reading.of(blend(part, two)))))
                    .containsExactly(expected);
            parts.mul(Tensor.create(1f, 2, 3, 4)).square().sum().backward();
            float[] gradient = Tensors.floats(part.logits(OPERATION).grad());
            assertThat(gradient[0]).isZero();
            assertThat(gradient[2]).isZero();
            assertThat(gradient[1]).isNotZero();
            assertThat(part.parts().get(OPERATION).get(0)).isZero();
            assertThat(part.parts().get(OPERATION).get(2)).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("maps")
    void mapOverAllOptionsIsThePlainMap(SimplexMap map) {
        try (PointerScope scope = new PointerScope();
                SharedWeights stored = SharedWeights.initialised(1)) {
            BlendedWeights whole = over(stored, map, Blend.Ownership.ENTANGLED, OPERATION);
            whole.gate("edge", OPERATION);
            Member blend = BlendedWeights.meanBlend(new Space("part", List.of(OPERATION)).largest());
            TensorAssert.assertThat(whole.distribution(OPERATION, Reading.of(blend)))
                    .isBitEqualTo(map.mean(whole.logits(OPERATION)));
        }
    }

    @Test
    void operationsWithoutAPartDoNotRun() {
        Choice<String> two = Choice.of("op", "none", "small");
        try (PointerScope scope = new PointerScope();
                SharedWeights stored = SharedWeights.initialised(1)) {
            BlendedWeights soft = over(stored, new SimplexMap.Softmax(), Blend.Ownership.ENTANGLED, two);
            Gate gate = soft.gate("edge", OPERATION);
            assertThat(gate.shares(Reading.of(blend(soft, two))))
                    .extracting(Gate.Share::value)
                    .containsExactly(0, 2);
            assertThat(gate.shares(Reading.of(new Member(Map.of("op", "large")))))
                    .containsExactly(new Gate.Share(3, null));
        }
        try (PointerScope scope = new PointerScope();
                SharedWeights stored = SharedWeights.initialised(1)) {
            BlendedWeights hard = over(stored, new SimplexMap.Gumbel(null), Blend.Ownership.ENTANGLED, OPERATION);
            Gate gate = hard.gate("edge", OPERATION);
            Member large = new Space("part", List.of(OPERATION)).largest();
            List<Integer> drawn = IntStream.range(0, 60)
                    .mapToObj(seed -> gate.shares(Reading.of(BlendedWeights.blend(large, seed))))
                    .map(shares -> {
                        assertThat(shares).hasSize(1);
                        assertThat(shares.get(0).part().item_float()).isEqualTo(1);
                        assertThat(shares.get(0).part().requires_grad()).isTrue();
                        return shares.get(0).value();
                    })
                    .toList();
            assertThat(drawn).contains(0, 1, 2, 3);
        }
    }

    @Test
    void countsThatTheSpaceDoesNotHaveDoNotRun() {
        Choice<Integer> depth = Choice.of("depth", 1, 2, 3);
        Choice<Integer> shallow = Choice.of("depth", 1, 2);
        try (PointerScope scope = new PointerScope();
                SharedWeights stored = SharedWeights.initialised(1)) {
            BlendedWeights weights = over(stored, new SimplexMap.Softmax(), Blend.Ownership.ENTANGLED, shallow);
            Gate gate = weights.gate("blocks", Dim.of(depth));
            assertThat(gate.shares(Reading.of(blend(weights, shallow))))
                    .extracting(Gate.Share::value)
                    .containsExactly(1, 2);
        }
    }

    /** The model with fewer options everywhere, its weights the slices that those see, and the same logits. */
    @ParameterizedTest
    @MethodSource("ownerships")
    void slicedWeightIsThatOfAModelWithTheseOptionsAlone(Blend.Ownership who) {
        Choice<Integer> out = Choice.of("out", 2, 3);
        Choice<Integer> kernel = Choice.of("kernel", 1, 3);
        try (PointerScope scope = new PointerScope();
                SharedWeights stored = SharedWeights.initialised(1);
                SharedWeights few = SharedWeights.initialised(2)) {
            BlendedWeights part = over(stored, new SimplexMap.Softmax(), who, out, kernel);
            Weight weight = conv(part, OUT, KERNEL);
            Weight norm = part.weight("norm", NORMAL, Axis.prefix(Dim.of(OUT)));
            BlendFixture.set(part, OUT, 0.3, -0.4, 5);
            BlendFixture.set(part, KERNEL, -0.1, 0.6, 7);
            BlendedWeights own = over(few, new SimplexMap.Softmax(), who, out, kernel);
            Weight expected = conv(own, out, kernel);
            Weight expectedNorm = own.weight("norm", NORMAL, Axis.prefix(Dim.of(out)));
            BlendFixture.set(own, out, 0.3, -0.4);
            BlendFixture.set(own, kernel, -0.1, 0.6);
            few.tensors().forEach((name, tensor) -> {
                if (!name.startsWith(BlendedWeights.LOGITS)) {
                    Tensors.withoutGradients(
                            () -> tensor.copy_(slice(stored.tensors().get(name), tensor)));
                }
            });
            Member blend = blend(part, out, kernel);
            assertThat(weight.shape(blend)).containsExactly(3, 2, 3, 3);
            TensorAssert.assertThat(weight.tensor(Reading.of(blend)))
                    .isCloseTo(expected.tensor(Reading.of(blend)), 1e-6);
            Tensor x = random(3, 2, 2, 6, 6);
            Tensor y = weight.conv2d(x, null, SAME, Reading.of(blend));
            TensorAssert.assertThat(y).isCloseTo(expected.conv2d(x, null, SAME, Reading.of(blend)), 1e-5);
            Tensor rows = random(4, 2, 3);
            TensorAssert.assertThat(norm.layerNorm(rows, null, 1e-6, Reading.of(blend)))
                    .isCloseTo(expectedNorm.layerNorm(rows, null, 1e-6, Reading.of(blend)), 1e-5);
            y.square().sum().backward();
            assertThat(Tensors.floats(part.logits(OUT).grad())[2]).isZero();
            assertThat(Tensors.floats(part.logits(OUT).grad())[0]).isNotZero();
        }
    }

    static Stream<Blend.Ownership> ownerships() {
        return Stream.of(Blend.Ownership.values());
    }

    private static Weight conv(BlendedWeights weights, Choice<Integer> out, Choice<Integer> kernel) {
        return weights.weight(
                "conv",
                NORMAL,
                Axis.prefix(Dim.of(out)),
                Axis.fixed(2),
                Axis.centre(Dim.of(kernel)),
                Axis.centre(Dim.of(kernel)));
    }

    /** The first channels and the middle of the kernel. */
    private static Tensor slice(Tensor from, Tensor like) {
        Tensor slice = from.narrow(0, 0, like.size(0));
        for (int axis = 2; axis < like.dim(); axis++) {
            slice = slice.narrow(axis, (from.size(axis) - like.size(axis)) / 2, like.size(axis));
        }
        return slice;
    }

    @Test
    void strongestKeepsToTheOptionsAndTheConstraintsOfTheSpace() {
        Choice<String> second = Choice.of("second", "none", "skip", "small");
        Constraint connected = new Constraint(
                "one edge is not none",
                m -> !m.value(OPERATION).equals("none") || !m.value(second).equals("none"));
        Choice<String> few = Choice.of("op", "none", "skip");
        Space space = new Space("part", List.of(few, second), List.of(connected));
        try (SharedWeights stored = SharedWeights.initialised(1)) {
            BlendedWeights weights = BlendFixture.entangled().over(stored, space);
            weights.gate("a", OPERATION);
            weights.gate("b", second);
            BlendFixture.set(weights, OPERATION, 2.0, 0.5, 1, 9);
            BlendFixture.set(weights, second, 1.0, -1.0, -0.4);
            // both none: 3.0, disconnected; then none and small: 1.6; skip and none: 1.5
            assertThat(weights.strongest(space.largest())).hasToString("op=none,second=small");
            BlendFixture.set(weights, second, 1.0, -1.0, -0.6);
            assertThat(weights.strongest(space.largest())).hasToString("op=skip,second=none");
        }
    }

    @Test
    void spaceWithAnOptionThatTheModelLacksIsRefused() {
        Choice<String> other = Choice.of("op", "skip", "pool");
        try (SharedWeights stored = SharedWeights.initialised(1)) {
            BlendedWeights weights = over(stored, new SimplexMap.Softmax(), Blend.Ownership.ENTANGLED, other);
            assertThatThrownBy(() -> weights.gate("edge", OPERATION))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(
                            "must have options of the model, [none, skip, small, large], but has [skip, pool]");
        }
    }

    @Test
    void blendPicksTheLargestOptionOfItsSpace() {
        Choice<String> two = Choice.of("op", "skip", "small");
        try (SharedWeights stored = SharedWeights.initialised(1)) {
            BlendedWeights weights = over(stored, new SimplexMap.Softmax(), Blend.Ownership.ENTANGLED, two);
            Gate gate = weights.gate("edge", OPERATION);
            assertThatThrownBy(() -> gate.shares(Reading.of(blend(weights, OPERATION))))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("picks op=large");
        }
    }
}
