package dev.weft.weight.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import dev.weft.model.ModelDefinition;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.Convolution;
import dev.weft.weight.Gate;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.SharedWeights;
import dev.weft.weight.Sharing;
import dev.weft.weight.Weight;
import dev.weft.weight.blend.BlendFixture;
import dev.weft.weight.blend.Slices;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Checks 1, 2, 8 and 10 of ShiftNAS, on weights. */
class GeneratedWeightsTest {
    private static final Choice<Integer> OUT = Choice.of("out", 2, 3, 5);
    private static final Choice<Integer> IN = Choice.of("in", 1, 2, 4);
    private static final Choice<Integer> KERNEL = Choice.of("kernel", 3, 5, 7);
    private static final Choice<Integer> DEPTH = Choice.of("depth", 1, 2, 3);
    private static final Init NORMAL = Init.truncatedNormal(1);
    private static final Space SPACE = new Space("test", List.of(OUT, IN, KERNEL, DEPTH));

    private static GeneratedWeights generated(SharedWeights stored, MemberGenerator.View view) {
        return new MemberGenerator("macs", 16, null, view).over(stored, SPACE);
    }

    /** One-hot p as the multiplier of an axis of so many increments, each as long as given. */
    private static Tensor masks(List<Integer> sizes, float... p) {
        Slices slices = new Slices(List.of(Axis.prefix(Dim.of(new Choice<>("c", sizes)))));
        return slices.multiplier(Tensor.create(p, p.length));
    }

    @Test
    void oneHotChoicesBecomeOnesAndThenZerosAndTheMatrixHasAnInverse() {
        try (PointerScope scope = new PointerScope()) {
            int n = 4;
            float[][] rows = new float[n][];
            for (int k = 0; k < n; k++) {
                float[] p = new float[n];
                p[k] = 1;
                rows[k] = Tensors.floats(masks(List.of(1, 2, 3, 4), p));
                for (int i = 0; i < n; i++) {
                    assertThat(rows[k][i]).isEqualTo(i <= k ? 1f : 0f);
                }
            }
            Tensor matrix = torch.stack(
                    new TensorVector(IntStream.range(0, n)
                            .mapToObj(k -> Tensor.create(rows[k], n))
                            .toArray(Tensor[]::new)),
                    1);
            assertThat(matrix.det().item_double()).isCloseTo(1, within(1e-6)); // upper triangular, ones on the diagonal
            assertThat(Tensors.floats(masks(List.of(2, 3, 5), 0, 1, 0))).containsExactly(1, 1, 1, 0, 0);
        }
    }

    /** Increments in mask form cost what choices in one-hot form cost, whatever p: nothing is counted twice. */
    @Test
    void incrementsTimesMasksEqualCostsTimesChoices() {
        SplittableRandom random = new SplittableRandom(7);
        try (PointerScope scope = new PointerScope()) {
            for (int trial = 0; trial < 20; trial++) {
                double[] b = random.doubles(4, -3, 9).toArray();
                float[] p = new float[4];
                float left = 1;
                for (int k = 0; k < 3; k++) {
                    p[k] = left * random.nextFloat();
                    left -= p[k];
                }
                p[3] = left;
                float[] masks = Tensors.floats(masks(List.of(1, 2, 3, 4), p));
                double increments = 0;
                double choices = 0;
                for (int k = 0; k < 4; k++) {
                    increments += (b[k] - (k == 0 ? 0 : b[k - 1])) * masks[k];
                    choices += b[k] * p[k];
                }
                assertThat(increments).isCloseTo(choices, within(1e-5));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(MemberGenerator.View.class)
    void aGeneratedMembersLayersGiveWhatItsSlicesGive(MemberGenerator.View view) {
        try (SharedWeights stored = SharedWeights.initialised(5);
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            GeneratedWeights weights = generated(stored, view);
            Weight linear = weights.weight("l", NORMAL, Axis.prefix(Dim.of(OUT)), Axis.prefix(Dim.of(IN)));
            Weight bias = weights.weight("b", NORMAL, Axis.prefix(Dim.of(OUT)));
            Weight norm = weights.weight("n", NORMAL, Axis.prefix(Dim.of(OUT)));
            Weight conv = weights.weight(
                    "c",
                    NORMAL,
                    Axis.prefix(Dim.of(OUT)),
                    Axis.prefix(Dim.of(IN)),
                    Axis.centre(Dim.of(KERNEL)),
                    Axis.centre(Dim.of(KERNEL)));
            Convolution same = new Convolution(1, 0, 1, 1);
            Set<Member> seen = new HashSet<>();
            for (int seed = 0; seed < 200; seed++) {
                Member drawn = weights.draw(0.01 * (seed % 100), seed).member();
                Member plain = weights.plain(drawn);
                seen.add(plain);
                int in = plain.value(IN);
                int width = linear.shape(drawn).get(1);
                Tensor x = BlendFixture.random(seed, 3, 4).narrow(1, 0, in);
                Tensor image = BlendFixture.random(seed, 2, 4, 9, 9).narrow(1, 0, in);
                Tensor wide = torch.constant_pad_nd(x, 0, width - in);
                Tensor wideImage = torch.constant_pad_nd(image, 0, 0, 0, 0, 0, width - in);
                Tensor y = linear.linear(wide, bias.tensor(Reading.of(drawn)), Reading.of(drawn));
                compare(y, linear.linear(x, bias.tensor(Reading.of(plain)), Reading.of(plain)), 1, 1e-5);
                compare(
                        norm.layerNorm(y, bias.tensor(Reading.of(drawn)), 1e-6, Reading.of(drawn)),
                        norm.layerNorm(
                                linear.linear(x, bias.tensor(Reading.of(plain)), Reading.of(plain)),
                                bias.tensor(Reading.of(plain)),
                                1e-6,
                                Reading.of(plain)),
                        1,
                        1e-5);
                compare(
                        norm.rmsNorm(y, 1e-6, Reading.of(drawn)),
                        norm.rmsNorm(
                                linear.linear(x, bias.tensor(Reading.of(plain)), Reading.of(plain)),
                                1e-6,
                                Reading.of(plain)),
                        1,
                        1e-5);
                compare(
                        conv.conv2d(wideImage, null, same, Reading.of(drawn)),
                        conv.conv2d(image, null, same, Reading.of(plain)),
                        1,
                        1e-4);
            }
            assertThat(seen).hasSizeGreaterThan(40);
        }
    }

    /** The member's channels agree, all further ones are zero. */
    private static void compare(Tensor generated, Tensor plain, int axis, double tolerance) {
        TensorAssert.assertThat(generated.narrow(axis, 0, plain.size(axis))).isCloseTo(plain, tolerance);
        TensorAssert.assertThat(generated.narrow(axis, plain.size(axis), generated.size(axis) - plain.size(axis)))
                .isAllZero();
    }

    @Test
    void drawsAreOneHotAndGradientReachesEveryParameterAndTheTarget() {
        try (SharedWeights stored = SharedWeights.initialised(5);
                PointerScope scope = new PointerScope()) {
            GeneratedWeights weights = generated(stored, MemberGenerator.View.MASK);
            Reading drawn = Reading.of(weights.draw(0.4, 11).member());
            Tensor sum = torch.zeros(new long[0]);
            for (Choice<?> choice : SPACE.choices()) {
                Tensor p = weights.distribution(choice, drawn);
                float[] values = Tensors.floats(p);
                assertThat(IntStream.range(0, values.length).filter(i -> values[i] == 1))
                        .hasSize(1);
                assertThat(IntStream.range(0, values.length).filter(i -> values[i] == 0))
                        .hasSize(values.length - 1);
                sum = sum.add(p.mul(Tensor.create(1f, 4f, 9f)).sum());
            }
            Tensor target = weights.targetRead(drawn);
            sum.backward();
            stored.tensors().forEach((name, parameter) -> assertThat(
                            parameter.grad().abs().sum().item_double())
                    .as(name)
                    .isPositive());
            assertThat(Math.abs(target.grad().item_double())).isPositive();
        }
    }

    /** A pass decides once; the next one, also after a backward pass and an update, decides anew. */
    @Test
    void eachPassDecidesForItself() {
        try (SharedWeights stored = SharedWeights.initialised(5);
                PointerScope scope = new PointerScope()) {
            GeneratedWeights weights = generated(stored, MemberGenerator.View.SLICE);
            Member drawn = weights.draw(0.4, 11).member();
            Reading pass = Reading.of(drawn);
            Tensor first = weights.distribution(OUT, pass);
            assertThat(weights.distribution(OUT, pass)).isSameAs(first);
            first.mul(Tensor.create(1f, 2f, 3f)).sum().backward();
            weights.distribution(OUT, Reading.of(drawn))
                    .mul(Tensor.create(1f, 2f, 3f))
                    .sum()
                    .backward(); // its graph is a new one
            Tensor bias = stored.tensors().get("generator.heads.out.3.bias");
            try (NoGradGuard guard = new NoGradGuard()) {
                bias.copy_(Tensor.create(-50f, -50f, 50f));
            }
            assertThat(Tensors.floats(weights.distribution(OUT, Reading.of(drawn))))
                    .containsExactly(0, 0, 1);
        }
    }

    @Test
    void withoutNoiseTheGeneratorIsDeterministicAndPicksTheLikeliest() {
        try (SharedWeights stored = SharedWeights.initialised(5)) {
            GeneratedWeights weights = generated(stored, MemberGenerator.View.MASK);
            Member member = weights.strongest(0.3);
            assertThat(member.context()).isEmpty();
            assertThat(SPACE.contains(member)).isTrue();
            assertThat(weights.strongest(0.3)).isEqualTo(member);
            try (PointerScope scope = new PointerScope()) {
                assertThat(weights.draw(0.3, 1)).isEqualTo(weights.draw(0.3, 1));
                Set<Member> drawn = new HashSet<>();
                for (int seed = 0; seed < 30; seed++) {
                    drawn.add(weights.draw(0.3, seed).plain());
                }
                assertThat(drawn).hasSizeGreaterThan(5);
            }
            try (NoGradGuard guard = new NoGradGuard()) {
                stored.tensors().get("generator.heads.depth.3.bias").copy_(Tensors.of(new float[] {0, 30, 0}, 3));
            }
            assertThat(weights.strongest(0.3).value(DEPTH)).isEqualTo(2);
        }
    }

    @Test
    void theMaskViewRunsTheLargestAndTheSliceViewThePickedMember() {
        try (SharedWeights stored = SharedWeights.initialised(5);
                PointerScope scope = new PointerScope()) {
            GeneratedWeights masks = generated(stored, MemberGenerator.View.MASK);
            Gate gate = masks.gate("stack", Dim.of(DEPTH));
            masks.weight("l", NORMAL, Axis.prefix(Dim.of(OUT)), Axis.prefix(Dim.of(IN)));
            Member masked = masks.draw(0.4, 3).member();
            assertThat(masked.value(OUT)).isEqualTo(5);
            assertThat(masked.value(KERNEL))
                    .as("in no weight")
                    .isEqualTo(masks.plain(masked).value(KERNEL));
            assertThat(gate.exits(Reading.of(masked)))
                    .extracting(Gate.Share::value)
                    .containsExactly(1, 2, 3);

            GeneratedWeights slices = generated(stored, MemberGenerator.View.SLICE);
            Gate free = slices.gate("stack", Dim.of(DEPTH));
            for (int seed = 0; seed < 20; seed++) {
                Member sliced = slices.draw(0.4, seed).member();
                int depth = sliced.value(DEPTH);
                assertThat(sliced.options()).isEqualTo(slices.plain(sliced).options());
                assertThat(free.shares(Reading.of(sliced)))
                        .extracting(Gate.Share::value)
                        .containsExactly(depth);
                List<Gate.Share> exits = free.exits(Reading.of(sliced));
                assertThat(exits).hasSize(depth);
                for (Gate.Share exit : exits) {
                    assertThat(exit.part().item_float()).isEqualTo(exit.value() == depth ? 1f : 0f);
                }
            }
        }
    }

    /** In the slice view a share may not tell apart what the member leaves out: those options have one gradient. */
    @Test
    void gradientOfASliceIsThatOfTheMaskWhereTheMemberHasTheIncrement() {
        try (SharedWeights stored = SharedWeights.initialised(5);
                PointerScope scope = new PointerScope()) {
            Tensor[] gradients = new Tensor[2];
            int out = 0;
            for (MemberGenerator.View view : MemberGenerator.View.values()) {
                GeneratedWeights weights = generated(stored, view);
                Weight weight = weights.weight("b", NORMAL, Axis.prefix(Dim.of(OUT)));
                int seed = 0;
                while (weights.draw(0.5, seed).plain().value(OUT) != 3) {
                    seed++;
                }
                Member drawn = weights.draw(0.5, seed).member();
                Reading pass = Reading.of(drawn);
                Tensor p = weights.distribution(OUT, pass);
                Tensor loss = weight.tensor(pass)
                        .mul(Tensor.create(new float[] {1, -2, 5, 7, 11}, 5)
                                .narrow(0, 0, weight.shape(drawn).get(0)))
                        .sum();
                gradients[out++] =
                        torch.grad(new TensorVector(loss), new TensorVector(p)).get(0);
            }
            float[] mask = Tensors.floats(gradients[0]);
            float[] slice = Tensors.floats(gradients[1]);
            assertThat(slice[0]).isEqualTo(mask[0]);
            assertThat(slice[1]).isEqualTo(mask[1]);
            assertThat(slice[2]).isEqualTo(slice[1]);
            assertThat(mask[2]).isNotEqualTo(mask[1]);
        }
    }

    @Test
    void theNetworkHasOneHeadAKindAndTwoBiasVectors() {
        ModelDefinition vit = recipe("tanglenas-autoformer-tiny");
        try (SharedWeights stored = SharedWeights.shapesOnly()) {
            new MemberGenerator("macs", 64, null, MemberGenerator.View.SLICE).over(stored, vit.space());
            Map<String, Tensor> all = stored.tensors();
            assertThat(all.keySet().stream().filter(name -> name.matches("generator\\.heads\\..*weight")))
                    .hasSize(4);
            long cell = all.entrySet().stream()
                    .filter(entry -> entry.getKey().startsWith("generator.lstm."))
                    .mapToLong(entry -> entry.getValue().numel())
                    .sum();
            int in = 64; // the embedding's width
            assertThat(cell).isEqualTo(4 * (in * 64 + 64 * 64 + 2 * 64));
            assertThat(all.get("generator.embed.weight").shape()).containsExactly(64, 1 + 3);
            assertThat(all.get("generator.heads.block.numHeads.2.weight").shape())
                    .containsExactly(2, 64);
            assertThat(new ArchitectureGenerator(stored, vit.space(), 64).choices())
                    .hasSize(2 + 2 * 14);
        }
    }

    private static ModelDefinition recipe(String name) {
        return dev.weft.recipe.Recipes.read(name).model();
    }

    @Test
    void aGeneratorSharesWithNothingElseAndNeedsAChoice() {
        MemberGenerator generator = new MemberGenerator("macs", 8, null, MemberGenerator.View.MASK);
        assertThatThrownBy(() -> Sharing.requireOrder(List.of(generator, BlendFixture.entangled())))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("alone");
        try (SharedWeights stored = SharedWeights.initialised(1)) {
            assertThatThrownBy(() -> generator.over(stored, new Space("plain", List.of())))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("choices to decide");
            GeneratedWeights weights = generated(stored, MemberGenerator.View.MASK);
            assertThatThrownBy(() ->
                            weights.plain(Member.PLAIN.withContext("blend", "1").withContext("target", "x")))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("@target");
        }
    }
}
