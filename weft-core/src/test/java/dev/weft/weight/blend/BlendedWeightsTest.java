package dev.weft.weight.blend;

import static dev.weft.weight.blend.BlendFixture.entangled;
import static dev.weft.weight.blend.BlendFixture.member;
import static dev.weft.weight.blend.BlendFixture.random;
import static dev.weft.weight.blend.BlendFixture.softmax;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import dev.weft.ops.ImageOps;
import dev.weft.ops.Ops;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.Convolution;
import dev.weft.weight.DoubleWeights;
import dev.weft.weight.Gate;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.SharedWeights;
import dev.weft.weight.Weight;
import dev.weft.weight.WeightContract;
import dev.weft.weight.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The exact checks of TangleNAS on blended weights, and what a blend remembers. */
class BlendedWeightsTest {
    private static final Choice<Integer> OUT = Choice.of("out", 2, 3, 5);
    private static final Choice<Integer> IN = Choice.of("in", 1, 2, 4);
    private static final Choice<Integer> KERNEL = Choice.of("kernel", 3, 5, 7);
    private static final Choice<Double> RATIO = Choice.of("ratio", 1.0, 1.5, 2.0);
    private static final Convolution SAME = new Convolution(1, 0, 1, 1);
    private static final Init NORMAL = Init.truncatedNormal(1);
    private static final double[] OUT_LOGITS = {0.3, -0.8, 0.9};
    private static final double[] IN_LOGITS = {-0.5, 0.7, 0.1};
    private static final double[] KERNEL_LOGITS = {0.2, 0.4, -1.1};

    private static Weight linear(Weights weights) {
        return weights.weight("w", NORMAL, Axis.prefix(Dim.of(OUT)), Axis.prefix(Dim.of(IN)));
    }

    private static Weight conv(Weights weights) {
        return weights.weight(
                "w",
                NORMAL,
                Axis.prefix(Dim.of(OUT)),
                Axis.prefix(Dim.of(IN)),
                Axis.centre(Dim.of(KERNEL)),
                Axis.centre(Dim.of(KERNEL)));
    }

    private static Weight bias(Weights weights) {
        return weights.weight("b", NORMAL, Axis.prefix(Dim.of(OUT)));
    }

    private static BlendFixture fixture(Blend settings) {
        return new BlendFixture(settings, OUT, IN, KERNEL);
    }

    private static void logits(BlendFixture fixture) {
        fixture.logits(OUT, OUT_LOGITS);
        fixture.logits(IN, IN_LOGITS);
        if (fixture.weights.choices().contains(KERNEL)) {
            fixture.logits(KERNEL, KERNEL_LOGITS);
        }
    }

    private static double[] tail(double[] parts, List<Integer> sizes) {
        double[] sums = new double[sizes.get(sizes.size() - 1)];
        for (int i = 0; i < sums.length; i++) {
            for (int k = 0; k < parts.length; k++) {
                sums[i] += i < sizes.get(k) ? parts[k] : 0;
            }
        }
        return sums;
    }

    @Nested
    class Contract implements WeightContract {
        private final BlendFixture fixture = fixture(entangled());
        private final Weight weight = linear(fixture.weights);

        Contract() {
            logits(fixture);
        }

        @Override
        public Weight weight() {
            return weight;
        }

        @Override
        public List<Member> members() {
            return List.of(fixture.blend(1), member(OUT, 3, IN, 2), member(OUT, 2, IN, 4), fixture.space.largest());
        }

        @Override
        public List<Tensor> shared() {
            return List.copyOf(fixture.stored.tensors().values());
        }

        @Override
        public List<Integer> used(Member member) {
            return fixture.stored.tensors().keySet().stream()
                    .map(name -> name.equals("w") ? member.value(OUT) * member.value(IN) : Mixture.is(member) ? 3 : 0)
                    .toList();
        }
    }

    /** Check 1. */
    @Test
    void entryIsMultipliedByTheWeightsOfTheSlicesThatHoldIt() {
        try (PointerScope scope = new PointerScope();
                BlendFixture fixture = fixture(entangled())) {
            Weight weight = linear(fixture.weights);
            logits(fixture);
            double[] rows = tail(softmax(OUT_LOGITS), OUT.options());
            double[] columns = tail(softmax(IN_LOGITS), IN.options());
            float[] stored = Tensors.floats(fixture.stored.tensors().get("w"));
            float[] blended = Tensors.floats(weight.tensor(Reading.of(fixture.blend(3))));
            assertThat(rows[1]).isCloseTo(1, within(1e-12));
            assertThat(rows[2]).isLessThan(0.9);
            for (int i = 0; i < stored.length; i++) {
                assertThat((double) blended[i]).isCloseTo(stored[i] * rows[i / 4] * columns[i % 4], within(1e-6));
            }
        }
    }

    /** Check 2. */
    @Test
    void blendOfOneOptionEachIsThePaddedMemberForAll27() {
        try (PointerScope scope = new PointerScope();
                BlendFixture fixture = fixture(entangled())) {
            Weight weight = conv(fixture.weights);
            Weight bias = bias(fixture.weights);
            List<Member> members = fixture.space.enumerate(27);
            assertThat(members).hasSize(27);
            Tensor x = random(1, 2, 4, 9, 8);
            for (Member member : members) {
                BlendFixture.pick(fixture.weights, member);
                Member blend = fixture.blend(0);
                Tensor mixed = weight.conv2d(x, bias.tensor(Reading.of(blend)), SAME, Reading.of(blend));
                Tensor alone = weight.conv2d(
                        x.narrow(1, 0, member.value(IN)).clone(),
                        bias.tensor(Reading.of(member)),
                        SAME,
                        Reading.of(member));
                int out = member.value(OUT);
                TensorAssert.assertThat(mixed.narrow(1, 0, out))
                        .as(member.toString())
                        .isCloseTo(alone, 1e-5);
                if (out < 5) {
                    TensorAssert.assertThat(mixed.narrow(1, out, 5 - out)).isAllZero();
                }
            }
        }
    }

    /** An operation of the sum that a blend stands for: the padded slice of one member, as a plain sum would build it. */
    private static Tensor padded(Weight slices, Member member, Tensor like) {
        Tensor slice = slices.tensor(Reading.of(member));
        Tensor padded = torch.zeros(like.shape());
        Tensor window = padded;
        for (int i = 0; i < slice.dim(); i++) {
            long missing = like.size(i) - slice.size(i);
            window = window.narrow(i, i < 2 ? 0 : missing / 2, slice.size(i));
        }
        window.copy_(slice); // differentiable: autograd sees the write through the window
        return padded;
    }

    private static Tensor part(Tensor logits, Choice<?> choice, Member member) {
        return torch.softmax(logits, 0).select(0, choice.options().indexOf(member.value(choice)));
    }

    private static List<Tensor> gradients(BlendFixture fixture, Tensor x, Supplier<Tensor> output) {
        Tensor y = output.get();
        y.mul(random(9, y.shape())).sum().backward();
        List<Tensor> results = new ArrayList<>(List.of(y.detach(), x.grad().clone()));
        x.mutable_grad().reset();
        fixture.stored.tensors().values().forEach(stored -> {
            results.add(stored.grad().clone());
            stored.mutable_grad().reset();
        });
        return results;
    }

    private static void sameAsTheSumOfOperations(boolean convolution) {
        try (PointerScope scope = new PointerScope();
                BlendFixture fixture = fixture(entangled())) {
            Weight weight = convolution ? conv(fixture.weights) : linear(fixture.weights);
            logits(fixture);
            Member blend = fixture.blend(0);
            List<Choice<?>> choices = fixture.weights.choices();
            Tensor x = convolution ? random(2, 2, 4, 6, 5) : random(2, 3, 4);
            x.set_requires_grad(true);
            List<Tensor> mixed = gradients(
                    fixture,
                    x,
                    () -> convolution
                            ? weight.conv2d(x, null, SAME, Reading.of(blend))
                            : weight.linear(x, null, Reading.of(blend)));
            List<Tensor> sum = gradients(fixture, x, () -> {
                Tensor total = null;
                for (Member member : Member.combinations(choices)) {
                    Tensor w = padded(weight, member, fixture.stored.tensors().get("w"));
                    Tensor y = convolution ? ImageOps.conv2d(x, w, null, 1, 3, 1, 1) : Ops.linear(x, w, null);
                    for (Choice<?> choice : choices) {
                        y = y.mul(part(fixture.weights.logits(choice), choice, member));
                    }
                    total = total == null ? y : total.add(y);
                }
                return total;
            });
            assertThat(mixed).hasSize(convolution ? 6 : 5);
            for (int i = 0; i < mixed.size(); i++) { // output, x, then W and the logits
                double scale = Math.max(1, sum.get(i).abs().max().item_double());
                TensorAssert.assertThat(mixed.get(i)).as("result " + i).isCloseTo(sum.get(i), 1e-5 * scale);
                assertThat(mixed.get(i).abs().max().item_double()).isGreaterThan(1e-3);
            }
        }
    }

    /** Check 3. */
    @Test
    void linearBlendEqualsTheSumOfOperationsWithTiedWeightsAndSoDoItsGradients() {
        sameAsTheSumOfOperations(false);
    }

    /** Check 3. */
    @Test
    void convolutionBlendEqualsTheSumOfOperationsWithTiedWeightsAndSoDoItsGradients() {
        sameAsTheSumOfOperations(true);
    }

    /** Check 3: the equality is of one linear layer, not of a network. */
    @Test
    void twoBlendedLayersWithAReluBetweenAreNotTheSumOfTheirMembers() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                BlendFixture fixture = fixture(entangled())) {
            Weight first = linear(fixture.weights);
            Weight second = fixture.weights.weight("v", NORMAL, Axis.fixed(3), Axis.prefix(Dim.of(OUT)));
            logits(fixture);
            Tensor x = random(2, 6, 4);
            for (boolean relu : new boolean[] {true, false}) {
                Member blend = fixture.blend(0);
                Tensor hidden = first.linear(x, null, Reading.of(blend));
                Tensor mixed = second.linear(relu ? Ops.relu(hidden) : hidden, null, Reading.of(blend));
                Tensor sum = torch.zeros(6, 3);
                for (Member member : Member.combinations(List.of(OUT, IN))) {
                    Tensor own = first.linear(x.narrow(1, 0, member.value(IN)), null, Reading.of(member));
                    Tensor y = second.linear(relu ? Ops.relu(own) : own, null, Reading.of(member));
                    sum = sum.add(y.mul(part(fixture.weights.logits(OUT), OUT, member))
                            .mul(part(fixture.weights.logits(IN), IN, member)));
                }
                // without the ReLU too: OUT is blended on both sides, so its weights are squared
                assertThat(mixed.sub(sum).abs().max().item_double()).isGreaterThan(1e-2);
            }
        }
    }

    /** Check 4: embed · ratio and embed, the first layer of a transformer's MLP and its bias. */
    @Test
    void gradientOfTheLogitsAgreesWithFiniteDifferences() {
        Choice<Integer> embed = Choice.of("embed", 2, 3, 4);
        Space space = new Space("test", List.of(embed, RATIO));
        DoubleWeights stored = new DoubleWeights();
        BlendedWeights weights = entangled().over(stored, space);
        Dim hidden = Dim.of(embed).scaled(RATIO, 1);
        Weight first = weights.weight("fc1", NORMAL, Axis.prefix(hidden), Axis.prefix(Dim.of(embed)));
        Weight bias = weights.weight("fc1.bias", NORMAL, Axis.prefix(hidden));
        Weight second = weights.weight("fc2", NORMAL, Axis.prefix(Dim.of(embed)), Axis.prefix(hidden));
        BlendFixture.set(weights, embed, 0.4, -0.3, 0.2);
        BlendFixture.set(weights, RATIO, -0.6, 0.5, 0.1);
        try (PointerScope scope = new PointerScope()) {
            Tensor x = random(4, 5, 4).to(torch.ScalarType.Double);
            Supplier<Tensor> loss = () -> {
                Member blend = BlendedWeights.blend(space.largest(), 0);
                Tensor h = Ops.gelu(first.linear(x, bias.tensor(Reading.of(blend)), Reading.of(blend)));
                return second.linear(h, null, Reading.of(blend)).square().mean();
            };
            loss.get().backward();
            for (Choice<?> choice : List.of(embed, RATIO)) {
                Tensor alpha = weights.logits(choice);
                for (int i = 0; i < 3; i++) {
                    double step = 1e-5;
                    double up = shifted(alpha, i, step, loss);
                    double down = shifted(alpha, i, -step, loss);
                    double expected = (up - down) / (2 * step);
                    double found = alpha.grad().select(0, i).item_double();
                    assertThat(Math.abs(expected)).isGreaterThan(1e-3);
                    assertThat(found).isCloseTo(expected, within(1e-5 * Math.abs(expected)));
                }
            }
        }
    }

    private static double shifted(Tensor alpha, int entry, double by, Supplier<Tensor> value) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor one = alpha.select(0, entry);
            one.add_(new Scalar(by));
            double result = value.get().item_double();
            one.sub_(new Scalar(by));
            return result;
        }
    }

    /** Checks 3.2 and 5: sizes that are products have no outer product of multipliers, but its corner is 1. */
    @Test
    void productOfSizesIsMixedByTheWeightsOfTheCombinations() {
        Choice<Integer> embed = Choice.of("embed", 2, 3, 4);
        try (PointerScope scope = new PointerScope();
                BlendFixture fixture = new BlendFixture(entangled(), embed, RATIO)) {
            Dim hidden = Dim.of(embed).scaled(RATIO, 1);
            Weight weight = fixture.weights.weight("fc1", NORMAL, Axis.prefix(hidden), Axis.prefix(Dim.of(embed)));
            double[] e = {0.4, -0.3, 0.2};
            double[] r = {-0.6, 0.5, 0.1};
            fixture.logits(embed, e);
            fixture.logits(RATIO, r);
            float[] stored = Tensors.floats(fixture.stored.tensors().get("fc1"));
            float[] blended = Tensors.floats(weight.tensor(Reading.of(fixture.blend(0))));
            double[][] multiplier = new double[8][4];
            double total = 0;
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 3; l++) {
                    double part = softmax(e)[k] * softmax(r)[l];
                    total += part;
                    int width = embed.options().get(k);
                    int rows = (int) Math.floor(width * RATIO.options().get(l) + 0.5);
                    for (int i = 0; i < rows; i++) {
                        for (int j = 0; j < width; j++) {
                            multiplier[i][j] += part;
                        }
                    }
                }
            }
            assertThat(total).isCloseTo(1, within(1e-12));
            assertThat(blended[0]).isCloseTo(stored[0], within(1e-6f * Math.abs(stored[0])));
            for (int i = 0; i < 32; i++) {
                assertThat((double) blended[i]).isCloseTo(stored[i] * multiplier[i / 4][i % 4], within(1e-6));
            }
            // and it is no outer product: the minor of the last row and column does not vanish
            assertThat(Math.abs(multiplier[0][0] * multiplier[7][3] - multiplier[0][3] * multiplier[7][0]))
                    .isGreaterThan(0.01);
        }
    }

    /** Check 5, for random draws too. */
    @Test
    void jointWeightsSumToOneAndTheCentreIsMultipliedByOne() {
        for (SimplexMap map : List.of(
                new SimplexMap.Softmax(),
                new SimplexMap.Sparsemax(),
                new SimplexMap.Dirichlet(),
                new SimplexMap.Gumbel(null),
                new SimplexMap.GumbelSoftmax(null))) {
            try (PointerScope scope = new PointerScope();
                    BlendFixture fixture = fixture(new Blend(map, Blend.Norm.FULL, Blend.Ownership.ENTANGLED, 1))) {
                Weight weight = conv(fixture.weights);
                logits(fixture);
                Tensor stored = fixture.stored.tensors().get("w");
                for (long seed = 0; seed < 20; seed++) {
                    Member blend = fixture.blend(seed);
                    double sum = 1;
                    for (Choice<?> choice : fixture.weights.choices()) {
                        sum *= fixture.weights
                                .distribution(choice, Reading.of(blend))
                                .sum()
                                .item_double();
                    }
                    assertThat(sum).isCloseTo(1, within(1e-6));
                    Tensor centre = weight.tensor(Reading.of(blend))
                            .select(0, 0)
                            .select(0, 0)
                            .select(0, 3)
                            .select(0, 3);
                    Tensor own = stored.select(0, 0).select(0, 0).select(0, 3).select(0, 3);
                    assertThat(centre.item_double()).as(map + " " + seed).isCloseTo(own.item_double(), within(1e-6));
                }
            }
        }
    }

    /** Check 7. */
    @Test
    void gumbelGivesGradientToOneSliceAndToTheLogits() {
        SimplexMap gumbel = new SimplexMap.Gumbel(null);
        try (PointerScope scope = new PointerScope();
                BlendFixture fixture = fixture(new Blend(gumbel, Blend.Norm.FULL, Blend.Ownership.ENTANGLED, 1))) {
            Weight weight = linear(fixture.weights);
            logits(fixture);
            java.util.Set<Integer> sizes = new java.util.TreeSet<>();
            for (long seed = 0; seed < 40; seed++) {
                Member blend = fixture.blend(seed);
                float[] out = Tensors.floats(fixture.weights.distribution(OUT, Reading.of(blend)));
                float[] in = Tensors.floats(fixture.weights.distribution(IN, Reading.of(blend)));
                weight.tensor(Reading.of(blend)).mul(random(1, 5, 4)).sum().backward();
                int rows = OUT.options().get(hot(out));
                int columns = IN.options().get(hot(in));
                float[] gradient =
                        Tensors.floats(fixture.stored.tensors().get("w").grad());
                for (int i = 0; i < 20; i++) {
                    assertThat(gradient[i] != 0).isEqualTo(i / 4 < rows && i % 4 < columns);
                }
                assertThat(Tensors.floats(fixture.weights.logits(OUT).grad())).doesNotContain(0);
                sizes.add(rows * 10 + columns);
                fixture.stored.tensors().values().forEach(t -> t.mutable_grad().reset());
            }
            assertThat(sizes).hasSizeGreaterThan(4);
        }
    }

    private static int hot(float[] parts) {
        int index = -1;
        for (int i = 0; i < parts.length; i++) {
            if (parts[i] != 0) {
                assertThat(parts[i]).isEqualTo(1);
                assertThat(index).isEqualTo(-1);
                index = i;
            }
        }
        return index;
    }

    /** Check 11. */
    @Test
    void layerNormOfOneOptionIsTheMembersOnlyWhenMasked() {
        for (Blend.Norm norm : Blend.Norm.values()) {
            try (PointerScope scope = new PointerScope();
                    BlendFixture fixture = new BlendFixture(softmax(norm, Blend.Ownership.ENTANGLED), OUT)) {
                Weight weight = fixture.weights.weight("w", NORMAL, Axis.prefix(Dim.of(OUT)));
                Weight bias = bias(fixture.weights);
                for (int width : OUT.options()) {
                    Member member = member(OUT, width);
                    BlendFixture.pick(fixture.weights, member);
                    Tensor x = torch.zeros(2, 7, 5);
                    x.narrow(2, 0, width).copy_(random(3, 2, 7, width));
                    Tensor alone = weight.layerNorm(
                            x.narrow(2, 0, width), bias.tensor(Reading.of(member)), 1e-6, Reading.of(member));
                    Member blend = fixture.blend(0);
                    Tensor mixed = weight.layerNorm(x, bias.tensor(Reading.of(blend)), 1e-6, Reading.of(blend));
                    double gap =
                            mixed.narrow(2, 0, width).sub(alone).abs().max().item_double();
                    if (norm == Blend.Norm.MASKED || width == 5) {
                        assertThat(gap).as(norm + " " + width).isLessThanOrEqualTo(1e-5);
                    } else {
                        assertThat(gap).as(norm + " " + width).isGreaterThan(0.01);
                    }
                    if (width < 5) {
                        TensorAssert.assertThat(mixed.narrow(2, width, 5 - width))
                                .isAllZero();
                    }
                }
            }
        }
    }

    @Test
    void oneChoiceOnBothAxesIsMixedOnce() {
        try (PointerScope scope = new PointerScope();
                BlendFixture fixture = new BlendFixture(entangled(), OUT)) {
            Weight square = fixture.weights.weight("w", NORMAL, Axis.prefix(Dim.of(OUT)), Axis.prefix(Dim.of(OUT)));
            fixture.logits(OUT, OUT_LOGITS);
            double[] tail = tail(softmax(OUT_LOGITS), OUT.options());
            float[] stored = Tensors.floats(fixture.stored.tensors().get("w"));
            float[] blended = Tensors.floats(square.tensor(Reading.of(fixture.blend(0))));
            for (int i = 0; i < 25; i++) {
                assertThat((double) blended[i]).isCloseTo(stored[i] * tail[Math.max(i / 5, i % 5)], within(1e-6));
            }
        }
    }

    @Test
    void partsOfOneTensorAreBlendedEachAndWholeAxesAreNot() {
        try (PointerScope scope = new PointerScope();
                BlendFixture fixture = new BlendFixture(entangled(), OUT, IN)) {
            Weight value = fixture.weights.weight("qkv", NORMAL, Axis.part(2, 3, Dim.of(OUT)), Axis.prefix(Dim.of(IN)));
            Weight whole = fixture.weights.weight(
                    "qkv", NORMAL, Axis.part(1, 3, Dim.of(OUT)).whole(), Axis.prefix(Dim.of(IN)));
            fixture.logits(OUT, OUT_LOGITS);
            fixture.logits(IN, IN_LOGITS);
            double[] rows = tail(softmax(OUT_LOGITS), OUT.options());
            double[] columns = tail(softmax(IN_LOGITS), IN.options());
            float[] stored = Tensors.floats(fixture.stored.tensors().get("qkv"));
            float[] third = Tensors.floats(value.tensor(Reading.of(fixture.blend(0))));
            float[] second = Tensors.floats(whole.tensor(Reading.of(fixture.blend(0))));
            for (int i = 0; i < 20; i++) {
                assertThat((double) third[i]).isCloseTo(stored[40 + i] * rows[i / 4] * columns[i % 4], within(1e-6));
                assertThat((double) second[i]).isCloseTo(stored[20 + i] * columns[i % 4], within(1e-6));
            }
        }
    }

    @Test
    void sizesWithOneOptionHaveNoLogitsAndOnlyWholeAxesNeither() {
        try (BlendFixture fixture = new BlendFixture(entangled(), OUT)) {
            Dim one = Dim.of(Choice.of("one", 4));
            Weight plain = fixture.weights.weight("w", NORMAL, Axis.prefix(one), Axis.fixed(3));
            fixture.weights.weight("v", NORMAL, Axis.prefix(Dim.of(OUT)).whole());
            fixture.weights.gate("g", one);
            assertThat(fixture.weights.choices()).isEmpty();
            assertThat(fixture.stored.tensors()).containsOnlyKeys("w", "v");
            assertThat(plain).isNotInstanceOf(EntangledWeight.class);
            assertThatThrownBy(() -> fixture.weights.logits(OUT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Choice out is not blended. Blended: [].");
            assertThat(fixture.stored.tensors()).hasSize(2);
        }
    }

    @Test
    void partialChannelsMixEveryFewthInputAlsoOfAFixedInput() {
        Blend settings = new Blend(new SimplexMap.Softmax(), Blend.Norm.FULL, Blend.Ownership.ENTANGLED, 3);
        try (PointerScope scope = new PointerScope();
                BlendFixture fixture = new BlendFixture(settings, OUT, IN)) {
            Weight both = linear(fixture.weights);
            Weight outOnly = fixture.weights.weight("v", NORMAL, Axis.prefix(Dim.of(OUT)), Axis.fixed(4));
            Weight bias = bias(fixture.weights);
            fixture.logits(OUT, OUT_LOGITS);
            fixture.logits(IN, IN_LOGITS);
            double[] rows = tail(softmax(OUT_LOGITS), OUT.options());
            double[] columns = tail(softmax(IN_LOGITS), IN.options());
            Map<String, Tensor> stored = fixture.stored.tensors();
            float[] w = Tensors.floats(both.tensor(Reading.of(fixture.blend(0))));
            float[] v = Tensors.floats(outOnly.tensor(Reading.of(fixture.blend(0))));
            for (int i = 0; i < 20; i++) {
                boolean mixed = i % 4 % 3 == 0; // inputs 0 and 3
                assertThat((double) w[i])
                        .isCloseTo(
                                Tensors.floats(stored.get("w"))[i] * (mixed ? rows[i / 4] * columns[i % 4] : 1),
                                within(1e-6));
                assertThat((double) v[i])
                        .isCloseTo(Tensors.floats(stored.get("v"))[i] * (mixed ? rows[i / 4] : 1), within(1e-6));
            }
            assertThat((double) Tensors.floats(bias.tensor(Reading.of(fixture.blend(0))))[4])
                    .isCloseTo(Tensors.floats(stored.get("b"))[4] * rows[4], within(1e-6));
        }
    }

    /** Every reading here is a pass of its own; {@link PassDrawsTest} is about what one pass remembers. */
    @Nested
    class PassAfterPass {
        private final BlendFixture fixture =
                fixture(new Blend(new SimplexMap.Dirichlet(), Blend.Norm.FULL, Blend.Ownership.ENTANGLED, 1));
        private final Weight weight = linear(fixture.weights);
        private final Member blend = fixture.blend(7);

        private float[] values() {
            return Tensors.floats(weight.tensor(Reading.of(blend)));
        }

        private void backward() {
            weight.tensor(Reading.of(blend)).square().sum().backward();
        }

        private float[] gradient() {
            Tensor gradient = fixture.weights.logits(OUT).grad();
            assertThat(gradient.defined()).isTrue();
            return Tensors.floats(gradient);
        }

        @Test
        void drawWithoutGradientsHidesNoneLater() {
            try (PointerScope scope = new PointerScope()) {
                float[] before;
                try (NoGradGuard guard = new NoGradGuard()) {
                    before = values();
                }
                backward();
                assertThat(gradient()).doesNotContain(0);
                assertThat(values()).isEqualTo(before);
                try (NoGradGuard guard = new NoGradGuard()) {
                    assertThat(weight.tensor(Reading.of(blend)).requires_grad()).isFalse();
                }
            }
        }

        @Test
        void severalBackwardPassesInOneScopeAddUp() {
            try (PointerScope scope = new PointerScope()) {
                backward();
                float[] once = gradient().clone();
                backward();
                for (int i = 0; i < 3; i++) {
                    assertThat(gradient()[i]).isCloseTo(2 * once[i], within(1e-6f));
                }
            }
        }

        @Test
        void logitsThatMoveInPlaceAreSeen() {
            try (PointerScope scope = new PointerScope()) {
                float[] before = values();
                fixture.logits(OUT, 3, 0, 0);
                float[] after = values();
                assertThat(after).isNotEqualTo(before);
                fixture.logits(OUT, 0, 0, 3);
                assertThat(values()).isNotEqualTo(after).isNotEqualTo(before);
            }
        }

        @Test
        void frozenLogitsGetNoGradient() {
            try (PointerScope scope = new PointerScope()) {
                float[] before = values();
                fixture.weights.logits(OUT).set_requires_grad(false);
                assertThat(values()).isEqualTo(before);
                backward();
                assertThat(fixture.weights.logits(OUT).grad().defined()).isFalse();
                assertThat(fixture.weights.logits(IN).grad().defined()).isTrue();
            }
        }

        @Test
        void closedScopeLeavesNothingThatIsUsed() {
            float[] first;
            try (PointerScope scope = new PointerScope()) {
                first = values();
                try (PointerScope inner = new PointerScope()) {
                    values();
                }
            }
            try (PointerScope scope = new PointerScope()) {
                assertThat(values()).isEqualTo(first);
            }
        }

        @Test
        void drawsThatAreAliveAtOnceDoNotMix() {
            try (PointerScope scope = new PointerScope()) {
                float[] seven = values();
                Tensor eight = weight.tensor(Reading.of(fixture.blend(8)));
                Tensor again = weight.tensor(Reading.of(blend));
                assertThat(Tensors.floats(again)).isEqualTo(seven);
                assertThat(Tensors.floats(eight)).isNotEqualTo(seven);
                eight.square().sum().backward();
                again.square().sum().backward(); // drawn before the other's backward pass, and still whole
                assertThat(values()).isEqualTo(seven);
            }
        }

        @Test
        void contextOfTheMemberBesideTheDrawStaysItsOwn() {
            try (PointerScope scope = new PointerScope()) {
                assertThat(Tensors.floats(weight.tensor(Reading.of(blend.withContext("task", "b")))))
                        .isEqualTo(values());
            }
        }

        @Test
        void meanBlendIsMixedByTheProbabilities() {
            try (PointerScope scope = new PointerScope()) {
                fixture.logits(OUT, OUT_LOGITS);
                Member mean = BlendedWeights.meanBlend(fixture.space.largest());
                float[] parts = Tensors.floats(fixture.weights.distribution(OUT, Reading.of(mean)));
                List<Double> reported = fixture.weights.parts().get(OUT);
                double sum = 0;
                for (int i = 0; i < 3; i++) {
                    assertThat(reported.get(i)).isEqualTo(parts[i]);
                    sum += reported.get(i);
                }
                assertThat(sum).isCloseTo(1, within(1e-6));
                assertThat(reported.get(2)).isGreaterThan(reported.get(0));
            }
        }
    }

    /** Neighbouring draws of neighbouring names must not draw the same noise. */
    @Test
    void drawsOfDifferentChoicesAreIndependentAlsoOfNeighbouringSeeds() {
        Choice<Integer> a = Choice.of("a", 1, 2, 3);
        Choice<Integer> b = Choice.of("b", 1, 2, 3);
        try (PointerScope scope = new PointerScope();
                BlendFixture fixture = new BlendFixture(
                        new Blend(new SimplexMap.Dirichlet(), Blend.Norm.FULL, Blend.Ownership.ENTANGLED, 1), a, b)) {
            fixture.weights.weight("w", NORMAL, Axis.prefix(Dim.of(a)), Axis.prefix(Dim.of(b)));
            fixture.logits(a, 0, 0, 0);
            fixture.logits(b, 0, 0, 0);
            List<float[]> draws = new ArrayList<>();
            for (long seed = 10; seed < 15; seed++) {
                draws.add(Tensors.floats(fixture.weights.distribution(a, Reading.of(fixture.blend(seed)))));
                draws.add(Tensors.floats(fixture.weights.distribution(b, Reading.of(fixture.blend(seed)))));
            }
            assertThat(draws.stream().map(Arrays::toString)).doesNotHaveDuplicates();
        }
    }

    @Test
    void autocastDoesNotRoundTheMultiplier() {
        Choice<Integer> embed = Choice.of("embed", 2, 3, 4);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                BlendFixture fixture = new BlendFixture(entangled(), embed, RATIO)) {
            Weight weight = fixture.weights.weight(
                    "fc1", NORMAL, Axis.prefix(Dim.of(embed).scaled(RATIO, 1)), Axis.prefix(Dim.of(embed)));
            fixture.logits(embed, 0.4, -0.3, 0.2);
            fixture.logits(RATIO, -0.6, 0.5, 0.1);
            float[] exact = Tensors.floats(weight.tensor(Reading.of(fixture.blend(0))));
            torch.set_autocast_enabled(DeviceType.CPU, true);
            try (PointerScope inner = new PointerScope()) {
                Tensor under = weight.tensor(Reading.of(fixture.blend(1)));
                assertThat(under.scalar_type().intern()).isEqualTo(torch.ScalarType.Float);
                assertThat(Tensors.floats(under)).isEqualTo(exact);
                assertThat(torch.is_autocast_enabled(DeviceType.CPU)).isTrue();
            } finally {
                torch.set_autocast_enabled(DeviceType.CPU, false);
            }
        }
    }

    @Test
    void blendThatIsNotLargestOrHasNoSeedIsTheUsersMistake() {
        try (BlendFixture fixture = fixture(entangled())) {
            Weight weight = linear(fixture.weights);
            assertThatThrownBy(
                            () -> weight.tensor(Reading.of(member(OUT, 3, IN, 4).withContext("blend", "1"))))
                    .isInstanceOf(InputException.class)
                    .hasMessage("A blend must pick the largest option of every choice that it mixes, but "
                            + "\"out=3,in=4,@blend=1\" picks out=3.");
            assertThatThrownBy(() ->
                            weight.tensor(Reading.of(fixture.space.largest().withContext("blend", "x"))))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("@blend=x");
        }
    }

    @Test
    void strongestTakesTheLargestLogitsAndIsACanonicalMember() {
        Choice<Integer> depth = Choice.of("depth", 1, 2);
        Choice<Integer> width = Choice.of("width", 4, 8).activeWhen("depth", 2);
        Choice<Integer> size = Choice.of("size", 10, 12);
        try (BlendFixture fixture = new BlendFixture(entangled(), depth, width, size)) {
            fixture.weights.weight("w", NORMAL, Axis.prefix(Dim.of(width)));
            fixture.weights.gate("g", Dim.of(depth));
            fixture.logits(width, 0, 1);
            fixture.logits(depth, 0, 1);
            Member base = new Member(Map.of("depth", 1, "width", 4, "size", 10));
            assertThat(fixture.weights.strongest(base)).hasToString("depth=2,width=8,size=10");
            fixture.logits(depth, 1, 0);
            Member found = fixture.weights.strongest(fixture.blend(3).withContext("task", "b"));
            assertThat(found).hasToString("depth=1,width=4,size=12,@task=b");
            assertThat(fixture.space.contains(found)).isTrue();
        }
    }

    /** Every native object of a thousand steps goes with its step. */
    @Test
    void thousandStepsLeaveNothingBehind() {
        for (Blend.Ownership ownership : Blend.Ownership.values()) {
            try (BlendFixture fixture =
                    fixture(new Blend(new SimplexMap.Dirichlet(), Blend.Norm.MASKED, ownership, 1))) {
                Weight weight = conv(fixture.weights);
                Weight norm = fixture.weights.weight("n", NORMAL, Axis.prefix(Dim.of(OUT)));
                Gate gate = fixture.weights.gate("g", Dim.of(OUT));
                Tensor x = random(1, 1, 4, 4, 4);
                long before = 0;
                for (int i = 0; i < 1_020; i++) {
                    if (i == 20) {
                        before = Pointer.totalCount();
                    }
                    try (PointerScope scope = new PointerScope()) {
                        Reading blend = Reading.of(fixture.blend(i));
                        Tensor y = weight.conv2d(x, null, SAME, blend).mean(new long[] {2, 3});
                        y = norm.layerNorm(y, torch.zeros(5), 1e-6, blend);
                        y.sum().mul(gate.shares(blend).get(1).part()).backward();
                        fixture.stored.tensors().values().forEach(t -> t.mutable_grad()
                                .reset());
                    }
                }
                assertThat(Pointer.totalCount()).as(ownership.toString()).isLessThan(before + 100);
            }
        }
    }

    @Test
    void familyOverOtherValuesOfItsLogitsBlendsByThose() {
        Map<String, Tensor> changed = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope();
                BlendFixture fixture = fixture(entangled())) {
            linear(fixture.weights);
            logits(fixture);
            fixture.stored
                    .tensors()
                    .forEach((name, tensor) -> changed.put(name, tensor.detach().clone()));
            changed.put("blend.out", Tensors.of(new float[] {200, 0, 0}, 3));
            SharedWeights other = SharedWeights.of(name -> Tensors.keep(changed.get(name)), "changed");
            BlendedWeights weights = entangled().over(other, fixture.space);
            Tensor blended = linear(weights).tensor(Reading.of(fixture.blend(0)));
            TensorAssert.assertThat(blended.narrow(0, 2, 3)).isAllZero();
        }
    }
}
