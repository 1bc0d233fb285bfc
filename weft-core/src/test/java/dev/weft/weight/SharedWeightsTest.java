package dev.weft.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SharedWeightsTest {
    private static final Choice<Integer> IN = Choice.of("in", 2, 5);
    private static final Choice<Integer> HEADS = Choice.of("heads", 1, 3);
    private static final Member SMALL = new Member(Map.of("in", 2, "heads", 1));
    private static final Member MIXED = new Member(Map.of("in", 2, "heads", 3));
    private static final Member LARGE = new Member(Map.of("in", 5, "heads", 3));
    private static final Init COUNTING = (shape, random) -> {
        float[] values = new float[shape.stream().reduce(1, Math::multiplyExact)];
        for (int i = 0; i < values.length; i++) {
            values[i] = i + 1;
        }
        return values;
    };

    private final SharedWeights weights = SharedWeights.initialised(1);

    @AfterEach
    void close() {
        weights.close();
    }

    private List<Tensor> stored() {
        return List.copyOf(weights.tensors().values());
    }

    /** A copy at any shift would give two equal neighbours somewhere: windows are looked up, so every shift is seen at once. */
    @Test
    void weightsOfNoTwoSeedsShareTwoEntriesInARowAtAnyShift() {
        Map<List<Float>, Long> windows = new HashMap<>();
        for (long seed = 0; seed < 100; seed++) {
            try (SharedWeights drawn = SharedWeights.initialised(seed)) {
                drawn.weight("w", Init.truncatedNormal(1), Axis.fixed(20), Axis.fixed(15));
                float[] values = new float[300];
                drawn.tensors().get("w").data_ptr_float().get(values);
                for (int i = 1; i < values.length; i++) {
                    assertThat(windows.put(List.of(values[i - 1], values[i]), seed))
                            .as("seed " + seed)
                            .isNull();
                }
            }
        }
    }

    @Nested
    class Plain implements WeightContract {
        private final Weight weight = weights.weight("w", COUNTING, Axis.fixed(4), Axis.fixed(3));

        @Override
        public Weight weight() {
            return weight;
        }

        @Override
        public List<Member> members() {
            return List.of(Member.PLAIN, SMALL);
        }

        @Override
        public List<Tensor> shared() {
            return stored();
        }

        @Override
        public List<Integer> used(Member member) {
            return List.of(12);
        }
    }

    @Nested
    class SlicedByAProduct implements WeightContract {
        private final Weight weight =
                weights.weight("w", COUNTING, Axis.prefix(Dim.of(HEADS).times(4)), Axis.prefix(Dim.of(IN)));

        @Override
        public Weight weight() {
            return weight;
        }

        @Override
        public List<Member> members() {
            return List.of(SMALL, MIXED, LARGE);
        }

        @Override
        public List<Tensor> shared() {
            return stored();
        }

        @Override
        public List<Integer> used(Member member) {
            return List.of(4 * member.value(HEADS) * member.value(IN));
        }
    }

    @Nested
    class PartOfSeveral implements WeightContract {
        private final Weight weight =
                weights.weight("qkv", COUNTING, Axis.part(1, 3, Dim.of(HEADS).times(2)), Axis.prefix(Dim.of(IN)));

        @Override
        public Weight weight() {
            return weight;
        }

        @Override
        public List<Member> members() {
            return List.of(SMALL, MIXED, LARGE);
        }

        @Override
        public List<Tensor> shared() {
            return stored();
        }

        @Override
        public List<Integer> used(Member member) {
            return List.of(2 * member.value(HEADS) * member.value(IN));
        }
    }

    @Test
    void partsLieEndToEnd() {
        try (PointerScope scope = new PointerScope()) {
            for (int part = 0; part < 3; part++) {
                Weight weight =
                        weights.weight("qkv", COUNTING, Axis.part(part, 3, Dim.of(HEADS)), Axis.prefix(Dim.of(IN)));
                float first = part * 15 + 1; // three rows of five a part
                assertThat(Tensors.floats(weight.tensor(Reading.of(SMALL)))).containsExactly(first, first + 1);
                assertThat(Tensors.floats(weight.tensor(Reading.of(MIXED))))
                        .containsExactly(first, first + 1, first + 5, first + 6, first + 10, first + 11);
            }
            assertThat(stored()).hasSize(1);
        }
    }

    @Test
    void gradientLandsOnTheEntriesThatTheMemberSees() {
        try (PointerScope scope = new PointerScope()) {
            Tensor seen = weights.weight("qkv", COUNTING, Axis.part(2, 3, Dim.of(HEADS)), Axis.prefix(Dim.of(IN)))
                    .tensor(Reading.of(MIXED));
            seen.sum().backward();
            float[] expected = new float[45];
            for (float value : Tensors.floats(seen)) {
                expected[(int) value - 1] = 1;
            }
            assertThat(Tensors.floats(stored().get(0).grad())).isEqualTo(expected);
        }
    }

    /** Check 12 of the specification: a 3×3 kernel of a 5×5 one has the indices 1 to 3 on both axes. */
    @Test
    void smallKernelIsTheCentreOfTheLargeOne() {
        Choice<Integer> kernel = Choice.of("kernel", 1, 3, 5);
        Weight weight = weights.weight("k", COUNTING, Axis.centre(Dim.of(kernel)), Axis.centre(Dim.of(kernel)));
        try (PointerScope scope = new PointerScope()) {
            Tensor three = weight.tensor(Reading.of(new Member(Map.of("kernel", 3))));
            assertThat(Tensors.floats(three)).containsExactly(7, 8, 9, 12, 13, 14, 17, 18, 19);
            assertThat(Tensors.floats(weight.tensor(Reading.of(new Member(Map.of("kernel", 1))))))
                    .containsExactly(13);
            three.sum().backward();
            assertThat(Tensors.floats(stored().get(0).grad()))
                    .containsExactly(0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0);
        }
    }

    @Test
    void centreThatCannotBeCutIsAProgrammingMistake() {
        Dim kernel = Dim.of(Choice.of("kernel", 4, 5));
        Weight weight = weights.weight("k", COUNTING, Axis.centre(kernel));
        assertThatThrownBy(() -> weight.tensor(Reading.of(new Member(Map.of("kernel", 4)))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("crops 4 of 5");
    }

    @Test
    void viewCopiesNothing() {
        Weight weight = weights.weight("w", COUNTING, Axis.prefix(Dim.of(HEADS)), Axis.prefix(Dim.of(IN)));
        try (PointerScope scope = new PointerScope()) {
            assertThat(weight.tensor(Reading.of(SMALL)).data_ptr())
                    .isEqualTo(stored().get(0).data_ptr());
        }
    }

    @Test
    void valuesDependOnSeedAndNameAloneNotOnTheOrderOfAsking() {
        Init init = Init.truncatedNormal(1);
        try (PointerScope scope = new PointerScope();
                SharedWeights one = SharedWeights.initialised(7);
                SharedWeights two = SharedWeights.initialised(7);
                SharedWeights other = SharedWeights.initialised(8)) {
            Tensor first = one.weight("a", init, Axis.fixed(9)).tensor(Reading.of(Member.PLAIN));
            Tensor second = one.weight("b", init, Axis.fixed(9)).tensor(Reading.of(Member.PLAIN));
            TensorAssert.assertThat(two.weight("b", init, Axis.fixed(9)).tensor(Reading.of(Member.PLAIN)))
                    .isBitEqualTo(second);
            TensorAssert.assertThat(two.weight("a", init, Axis.fixed(9)).tensor(Reading.of(Member.PLAIN)))
                    .isBitEqualTo(first);
            assertThat(Tensors.floats(first)).isNotEqualTo(Tensors.floats(second));
            assertThat(Tensors.floats(other.weight("a", init, Axis.fixed(9)).tensor(Reading.of(Member.PLAIN))))
                    .isNotEqualTo(Tensors.floats(first));
        }
    }

    @Test
    void oneNameHasOneShape() {
        weights.weight("w", COUNTING, Axis.fixed(3));
        assertThatThrownBy(() -> weights.weight("w", COUNTING, Axis.fixed(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Weight w was asked for as [4] and as [3].");
    }

    @Test
    void tensorsThatDoNotFitAreRefused() {
        try (SharedWeights given = SharedWeights.of(name -> name.equals("w") ? Tensors.zeros(2, 3) : null, "file")) {
            assertThatThrownBy(() -> given.weight("w", COUNTING, Axis.fixed(3), Axis.fixed(2)))
                    .isInstanceOf(InputException.class)
                    .hasMessage("file: tensor w must be [3, 2] of float32, but is [2, 3] of Float.");
            assertThatThrownBy(() -> given.weight("v", COUNTING, Axis.fixed(3)))
                    .isInstanceOf(InputException.class)
                    .hasMessage("file: the model needs a tensor v [3], but there is none.");
            given.weight("w", COUNTING, Axis.fixed(2), Axis.fixed(3));
            given.requireAllUsed(List.of("w"), "file");
            assertThatThrownBy(() -> given.requireAllUsed(List.of("z", "w", "y"), "file"))
                    .isInstanceOf(InputException.class)
                    .hasMessage("file: the model has no tensor y (and 1 more).");
        }
    }

    @Test
    void givenTensorsAreFreedOnClose() {
        Tensor tensor = Tensors.zeros(2, 3);
        SharedWeights given = SharedWeights.of(name -> tensor, "file");
        given.weight("w", COUNTING, Axis.fixed(2), Axis.fixed(3));
        given.close();
        assertThat(tensor.isNull()).isTrue();
    }
}
