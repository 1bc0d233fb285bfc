package dev.weft.weight.experts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import dev.weft.ops.Ops;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.Beginning;
import dev.weft.weight.DoubleWeights;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.SharedWeights;
import dev.weft.weight.Weight;
import dev.weft.weight.WeightContract;
import dev.weft.weight.Weights;
import dev.weft.weight.encoding.MemberEncoding;
import dev.weft.weight.experts.Experts.Granularity;
import dev.weft.weight.experts.Experts.Routing;
import dev.weft.weight.lowrank.LowRank;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The checks of the specification that concern one layer: weights of at most 8 × 4 with a bias. */
class RoutedWeightsTest {
    private static final Choice<Integer> OUT = Choice.of("out", 3, 5, 8);
    private static final Choice<Integer> IN = Choice.of("in", 2, 4);
    private static final Space SPACE = new Space("layer", List.of(OUT, IN));
    private static final Member MIDDLE = new Member(Map.of("out", 5, "in", 2));
    private static final Member LARGEST = SPACE.largest();
    private static final Axis[] AXES = {Axis.prefix(Dim.of(OUT)), Axis.prefix(Dim.of(IN))};
    private static final Init NORMAL = Init.truncatedNormal(1);

    private PointerScope scope;
    private SharedWeights stored;

    @BeforeEach
    void open() {
        scope = new PointerScope();
        stored = SharedWeights.initialised(5);
    }

    @AfterEach
    void close() {
        stored.close();
        scope.close();
    }

    private static Experts experts(int count, Granularity granularity) {
        return experts(count, granularity, Routing.SOFT, 16, 2, false);
    }

    private static Experts experts(
            int count, Granularity granularity, Routing routing, int hidden, int layers, boolean fixedInput) {
        return new Experts(
                "fc",
                count,
                granularity,
                routing,
                hidden,
                layers,
                new MemberEncoding.Scaled(),
                fixedInput,
                new ExpertStart.Independent(),
                false);
    }

    private RoutedWeights routed(Experts settings) {
        return settings.over(stored, SPACE);
    }

    private static Weight matrix(Weights weights) {
        return weights.weight("fc.weight", NORMAL, AXES);
    }

    private static Weight bias(Weights weights) {
        return weights.weight("fc.bias", NORMAL, AXES[0]);
    }

    private static Tensor random(long seed, long... shape) {
        int count = 1;
        for (long size : shape) {
            count *= (int) size;
        }
        float[] values = new float[count];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values, shape);
    }

    /** A router of one layer, so that no unit is dead and what is used can be counted. */
    abstract static class Contract implements WeightContract {
        private final SharedWeights shared = SharedWeights.initialised(5);
        private final Weight weight;
        private final boolean neurons;

        Contract(Granularity granularity) {
            neurons = granularity == Granularity.NEURON;
            weight = matrix(experts(2, granularity, Routing.SOFT, 1, 1, false).over(shared, SPACE));
        }

        @AfterEach
        void close() {
            shared.close();
        }

        @Override
        public Weight weight() {
            return weight;
        }

        @Override
        public List<Member> members() {
            return List.of(SPACE.smallest(), MIDDLE, LARGEST);
        }

        @Override
        public List<Tensor> shared() {
            return List.copyOf(shared.tensors().values());
        }

        @Override
        public List<Integer> used(Member member) {
            int slice = member.value(OUT) * member.value(IN);
            int logits = neurons ? 2 * member.value(OUT) : 2;
            return List.of(slice, slice, logits * 2, logits);
        }
    }

    @Nested
    class OneMixtureALayer extends Contract {
        OneMixtureALayer() {
            super(Granularity.LAYER);
        }
    }

    @Nested
    class OneMixtureANeuron extends Contract {
        OneMixtureANeuron() {
            super(Granularity.NEURON);
        }
    }

    @Nested
    class WithALowRankPart implements WeightContract {
        private final SharedWeights shared = SharedWeights.initialised(5);
        private final Weight weight =
                matrix(new LowRank("fc", 2, 1, 1, new MemberEncoding.Scaled(), false, false).over(shared, SPACE));

        WithALowRankPart() {
            try (NoGradGuard guard = new NoGradGuard()) {
                shared.tensors().get("fc.weight.low_rank.basis").copy_(random(1, 2, 4));
            }
        }

        @AfterEach
        void close() {
            shared.close();
        }

        @Override
        public Weight weight() {
            return weight;
        }

        @Override
        public List<Member> members() {
            return List.of(SPACE.smallest(), MIDDLE, LARGEST);
        }

        @Override
        public List<Tensor> shared() {
            return List.copyOf(shared.tensors().values());
        }

        @Override
        public List<Integer> used(Member member) {
            int out = member.value(OUT);
            return List.of(out * member.value(IN), out * 2 * 2, out * 2, 2 * member.value(IN));
        }
    }

    /** Check 1, for a layer: bit for bit, and nothing for the router. */
    @ParameterizedTest
    @EnumSource(Granularity.class)
    void oneExpertIsTheOrdinaryWeight(Granularity granularity) {
        Weight weight = matrix(routed(experts(1, granularity)));
        try (SharedWeights plain = SharedWeights.initialised(5)) {
            Weight ordinary = matrix(plain);
            Tensor x = random(1, 6, 2);
            TensorAssert.assertThat(weight.tensor(Reading.of(MIDDLE)))
                    .isBitEqualTo(ordinary.tensor(Reading.of(MIDDLE)));
            weight.linear(x, null, Reading.of(MIDDLE)).square().sum().backward();
            ordinary.linear(x, null, Reading.of(MIDDLE)).square().sum().backward();
            TensorAssert.assertThat(stored.tensors().get("fc.weight").grad())
                    .isBitEqualTo(plain.tensors().get("fc.weight").grad());
        }
        assertThat(stored.tensors().keySet())
                .filteredOn(name -> name.contains("router"))
                .hasSize(4);
        stored.tensors().forEach((name, tensor) -> {
            if (name.contains("router")) {
                TensorAssert.assertThat(tensor.grad()).as(name).isAllZero();
            }
        });
    }

    /** Check 2. */
    @ParameterizedTest
    @EnumSource(Granularity.class)
    void equalExpertsAreTheOrdinaryWeightWhateverTheRouterSays(Granularity granularity) {
        Weight weight = matrix(routed(experts(3, granularity)));
        try (NoGradGuard guard = new NoGradGuard()) {
            Tensor first = stored.tensors().get("fc.weight");
            stored.tensors().get("fc.experts.1.weight").copy_(first);
            stored.tensors().get("fc.experts.2.weight").copy_(first);
            for (int seed = 0; seed < 5; seed++) {
                int s = seed;
                stored.tensors().forEach((name, tensor) -> {
                    if (name.contains("router")) {
                        tensor.copy_(random(s * 31L + name.hashCode(), tensor.shape()));
                    }
                });
                TensorAssert.assertThat(weight.tensor(Reading.of(MIDDLE)))
                        .isCloseTo(first.narrow(0, 0, 5).narrow(1, 0, 2), 1e-6);
            }
        }
    }

    /** Check 4, with biases; after a non-linearity the mixture of outputs is another thing. */
    @ParameterizedTest
    @EnumSource(Granularity.class)
    void outputIsTheMixtureOfTheExpertsOutputs(Granularity granularity) {
        RoutedWeights weights = routed(experts(2, granularity));
        Weight weight = matrix(weights);
        Weight bias = bias(weights);
        Tensor x = random(2, 7, 2);
        Tensor y = weight.linear(x, bias.tensor(Reading.of(MIDDLE)), Reading.of(MIDDLE));
        Tensor mixing = weights.mixing("fc.weight", Reading.of(MIDDLE)); // (2), or (5, 2)
        TensorAssert.assertThat(weights.mixing("fc.bias", Reading.of(MIDDLE))).isBitEqualTo(mixing);
        Tensor expected = null;
        Tensor afterwards = null;
        for (int j = 0; j < 2; j++) {
            String layer = j == 0 ? "fc." : "fc.experts.1.";
            Tensor own = Ops.linear(
                    x,
                    stored.tensors().get(layer + "weight").narrow(0, 0, 5).narrow(1, 0, 2),
                    stored.tensors().get(layer + "bias").narrow(0, 0, 5));
            Tensor part = mixing.select(mixing.dim() - 1, j);
            expected = expected == null ? own.mul(part) : expected.add(own.mul(part));
            Tensor rectified = torch.relu(own).mul(part);
            afterwards = afterwards == null ? rectified : afterwards.add(rectified);
        }
        TensorAssert.assertThat(y).isCloseTo(expected, 1e-5);
        assertThat(torch.relu(y).sub(afterwards).abs().max().item_double()).isGreaterThan(0.01);
    }

    /** Check 7: every entry of every stored tensor, in double. */
    @ParameterizedTest
    @CsvSource({"LAYER, SOFT", "NEURON, SOFT", "LAYER, HARD", "NEURON, HARD"})
    void gradientIsThatOfFiniteDifferences(Granularity granularity, Routing routing) {
        DoubleWeights doubles = new DoubleWeights();
        Weight weight = matrix(experts(2, granularity, routing, 6, 2, false).over(doubles, SPACE));
        assertGradient(doubles, weight);
    }

    @Test
    void gradientOfALowRankPartIsThatOfFiniteDifferences() {
        DoubleWeights doubles = new DoubleWeights();
        assertGradient(
                doubles,
                matrix(new LowRank("fc", 2, 6, 2, new MemberEncoding.Scaled(), false, false).over(doubles, SPACE)));
    }

    private static void assertGradient(DoubleWeights doubles, Weight weight) {
        Tensor direction = random(3, 5, 2).to(torch.ScalarType.Double);
        weight.tensor(Reading.of(MIDDLE)).mul(direction).sum().backward();
        double step = 1e-6;
        doubles.tensors.forEach((name, tensor) -> {
            double[] gradient = DoubleWeights.doubles(tensor.grad());
            for (int i = 0; i < gradient.length; i++) {
                double difference = 0;
                for (int sign = -1; sign <= 1; sign += 2) {
                    try (PointerScope scope = new PointerScope();
                            NoGradGuard guard = new NoGradGuard()) {
                        tensor.reshape(-1).select(0, i).add_(new Scalar(sign * step));
                        difference += sign
                                * weight.tensor(Reading.of(MIDDLE))
                                        .mul(direction)
                                        .sum()
                                        .item_double();
                        tensor.reshape(-1).select(0, i).sub_(new Scalar(sign * step));
                    }
                }
                assertThat(gradient[i]).as(name + " " + i).isCloseTo(difference / (2 * step), within(1e-7));
            }
        });
    }

    /** Check 7: α_j times the gradient of the mixture on the slice, zero outside. */
    @Test
    void gradientOfAnExpertIsItsPartOfTheMixtures() {
        RoutedWeights weights = routed(experts(2, Granularity.LAYER));
        Tensor direction = random(3, 5, 2);
        matrix(weights).tensor(Reading.of(MIDDLE)).mul(direction).sum().backward();
        Tensor mixing = weights.mixing("fc.weight", Reading.of(MIDDLE));
        for (int j = 0; j < 2; j++) {
            Tensor gradient = stored.tensors()
                    .get(j == 0 ? "fc.weight" : "fc.experts.1.weight")
                    .grad();
            TensorAssert.assertThat(gradient.narrow(0, 0, 5).narrow(1, 0, 2))
                    .isCloseTo(direction.mul(mixing.select(0, j)), 1e-7);
            TensorAssert.assertThat(gradient.narrow(0, 5, 3)).isAllZero();
            TensorAssert.assertThat(gradient.narrow(1, 2, 2)).isAllZero();
        }
    }

    /** Check 8. */
    @ParameterizedTest
    @EnumSource(Granularity.class)
    void weightsAreAFunctionOfTheMemberAlone(Granularity granularity) {
        Weight weight = matrix(routed(experts(2, granularity)));
        Tensor before = weight.tensor(Reading.of(MIDDLE));
        weight.linear(random(8, 3, 2), null, Reading.of(MIDDLE));
        weight.tensor(Reading.of(LARGEST));
        TensorAssert.assertThat(weight.tensor(Reading.of(MIDDLE))).isBitEqualTo(before);
        Tensor common = weight.tensor(Reading.of(LARGEST)).narrow(0, 0, 5).narrow(1, 0, 2);
        assertThat(common.sub(before).abs().max().item_double()).isGreaterThan(1e-3);
    }

    @ParameterizedTest
    @EnumSource(Granularity.class)
    void withAFixedInputAllMembersShareOneMixture(Granularity granularity) {
        Weight weight = matrix(routed(experts(2, granularity, Routing.SOFT, 16, 2, true)));
        Tensor common = weight.tensor(Reading.of(LARGEST)).narrow(0, 0, 5).narrow(1, 0, 2);
        TensorAssert.assertThat(weight.tensor(Reading.of(MIDDLE))).isBitEqualTo(common);
    }

    /** Check 11: y = w x with x² = 1, one member wants w = 1 and the other w = -1. With one w the mean loss is at least 1. */
    @ParameterizedTest
    @CsvSource({"1, LAYER, false", "2, LAYER, false", "2, NEURON, false", "2, LAYER, true", "2, NEURON, true"})
    void expertsResolveAConflictThatOneWeightCannot(int count, Granularity granularity, boolean fixedInput) {
        Choice<String> side = Choice.of("side", "left", "right");
        Space space = new Space("conflict", List.of(side));
        Weight weight = new Experts(
                        "w",
                        count,
                        granularity,
                        Routing.SOFT,
                        16,
                        2,
                        new MemberEncoding.OneHot(),
                        fixedInput,
                        new ExpertStart.Independent(),
                        true)
                .over(stored, space)
                .weight("w.weight", NORMAL, Axis.fixed(1), Axis.fixed(1));
        double loss = 0;
        for (int step = 0; step < 400; step++) {
            try (PointerScope one = new PointerScope()) {
                Tensor sum = error(weight, space.smallest(), 1).add(error(weight, space.largest(), -1));
                sum.div(new Scalar(2)).backward();
                loss = sum.item_double() / 2;
                try (NoGradGuard guard = new NoGradGuard()) {
                    stored.tensors().values().forEach(tensor -> {
                        tensor.sub_(tensor.grad().mul(new Scalar(0.2)));
                        tensor.mutable_grad().reset();
                    });
                }
            }
        }
        if (count == 1 || fixedInput) {
            assertThat(loss).isBetween(0.9, 1.05);
        } else {
            assertThat(loss).isLessThan(0.05);
        }
    }

    private static Tensor error(Weight weight, Member member, double target) {
        return weight.tensor(Reading.of(member))
                .sub(new Scalar(target))
                .square()
                .sum();
    }

    /** Check 12, for a layer: gradient reaches the chosen expert and, through its probability, the router. */
    @Test
    void hardRoutingUsesOneExpert() {
        RoutedWeights weights = routed(experts(2, Granularity.LAYER, Routing.HARD, 16, 2, false));
        Weight weight = matrix(weights);
        float[] mixing = Tensors.floats(weights.mixing("fc.weight", Reading.of(MIDDLE)));
        int best = mixing[0] > 0 ? 0 : 1;
        assertThat(mixing[best]).isGreaterThan(0.5f).isLessThan(1);
        assertThat(mixing[1 - best]).isZero();
        List<String> names = List.of("fc.weight", "fc.experts.1.weight");
        TensorAssert.assertThat(weight.tensor(Reading.of(MIDDLE)))
                .isCloseTo(
                        stored.tensors()
                                .get(names.get(best))
                                .narrow(0, 0, 5)
                                .narrow(1, 0, 2)
                                .mul(new Scalar(mixing[best])),
                        1e-7);
        weight.tensor(Reading.of(MIDDLE)).square().sum().backward();
        TensorAssert.assertThat(stored.tensors().get(names.get(1 - best)).grad())
                .isAllZero();
        assertThat(stored.tensors().get("fc.router.1.bias").grad().abs().sum().item_double())
                .isPositive();
    }

    /** Check 14. */
    @Test
    void lowRankPartHasAtMostItsRankAndDependsOnTheMember() {
        Weight weight =
                matrix(new LowRank("fc", 1, 16, 2, new MemberEncoding.Scaled(), false, false).over(stored, SPACE));
        Tensor shared = stored.tensors().get("fc.weight");
        TensorAssert.assertThat(weight.tensor(Reading.of(LARGEST))).isBitEqualTo(shared);
        try (NoGradGuard guard = new NoGradGuard()) {
            stored.tensors().get("fc.weight.low_rank.basis").copy_(random(4, 1, 4));
        }
        for (Member member : SPACE.enumerate(10)) {
            int out = member.value(OUT);
            int in = member.value(IN);
            Tensor part = weight.tensor(Reading.of(member))
                    .sub(shared.narrow(0, 0, out).narrow(1, 0, in));
            float[] values = Tensors.floats(torch.linalg_svdvals(part));
            assertThat(values[0]).isGreaterThan(0.01f);
            assertThat(values[1]).isLessThan(1e-5f * values[0] + 1e-6f);
        }
        Tensor small = weight.tensor(Reading.of(MIDDLE));
        assertThat(weight.tensor(Reading.of(LARGEST))
                        .narrow(0, 0, 5)
                        .narrow(1, 0, 2)
                        .sub(small)
                        .abs()
                        .max()
                        .item_double())
                .isGreaterThan(1e-3);
    }

    @Test
    void lowRankPartOfAConvolutionIsCutAsItsKernel() {
        Choice<Integer> kernel = Choice.of("kernel", 1, 3);
        Space space = new Space("conv", List.of(OUT, kernel));
        Weight weight = new LowRank("conv", 2, 4, 2, new MemberEncoding.Scaled(), false, false)
                .over(stored, space)
                .weight(
                        "conv.weight",
                        NORMAL,
                        Axis.prefix(Dim.of(OUT)),
                        Axis.fixed(2),
                        Axis.centre(Dim.of(kernel)),
                        Axis.centre(Dim.of(kernel)));
        try (NoGradGuard guard = new NoGradGuard()) {
            stored.tensors().get("conv.weight.low_rank.basis").copy_(random(4, 2, 2, 3, 3));
        }
        Member one = space.parse("out=5,kernel=1");
        weight.tensor(Reading.of(one)).sum().backward();
        float[] used = Tensors.floats(
                stored.tensors().get("conv.weight.low_rank.basis").grad());
        for (int i = 0; i < used.length; i++) {
            assertThat(used[i] != 0).as("entry " + i).isEqualTo(i % 9 == 4);
        }
    }

    @Test
    void groupOfThePatternNamesWhoSharesARouter() {
        RoutedWeights weights = new Experts(
                        "(block\\d)\\.fc",
                        2,
                        Granularity.LAYER,
                        null,
                        8,
                        2,
                        new MemberEncoding.Scaled(),
                        false,
                        null,
                        false)
                .over(stored, SPACE);
        weights.weight("block1.fc1.weight", NORMAL, AXES);
        weights.weight("block1.fc2.weight", NORMAL, AXES);
        weights.weight("block2.fc1.weight", NORMAL, AXES);
        assertThat(stored.tensors().keySet())
                .filteredOn(name -> name.contains("router.0.weight"))
                .containsExactly("block1.router.0.weight", "block2.router.0.weight");
        assertThat(weights.names()).containsExactly("block1.fc1.weight", "block1.fc2.weight", "block2.fc1.weight");
    }

    @Test
    void copiesAreTheFirstExpertAndNoise() {
        RoutedWeights weights = new Experts(
                        "fc",
                        3,
                        Granularity.LAYER,
                        null,
                        8,
                        2,
                        new MemberEncoding.Scaled(),
                        false,
                        new ExpertStart.Copy(0.01),
                        false)
                .over(stored, SPACE);
        matrix(weights);
        float[] first = Tensors.floats(stored.tensors().get("fc.weight"));
        weights.begin(new Beginning(stored.tensors(), 1, Map.of(), List.of(), inputs -> {}));
        assertThat(Tensors.floats(stored.tensors().get("fc.weight"))).isEqualTo(first);
        Tensor one = stored.tensors().get("fc.experts.1.weight");
        Tensor two = stored.tensors().get("fc.experts.2.weight");
        double noise = one.sub(stored.tensors().get("fc.weight")).std(true).item_double();
        double scale = stored.tensors().get("fc.weight").std(true).item_double();
        assertThat(noise / scale).isBetween(0.005, 0.02);
        assertThat(Tensors.floats(one)).isNotEqualTo(Tensors.floats(two));
        assertThat(weights.cosine("fc.weight", LARGEST)).isBetween(0.99, 0.999999);
    }

    @Test
    void cosineTellsEqualExpertsFromIndependentOnes() {
        RoutedWeights weights = routed(experts(2, Granularity.LAYER));
        matrix(weights);
        assertThat(Math.abs(weights.cosine("fc.weight", LARGEST))).isLessThan(0.6);
        try (NoGradGuard guard = new NoGradGuard()) {
            stored.tensors()
                    .get("fc.experts.1.weight")
                    .copy_(stored.tensors().get("fc.weight").mul(new Scalar(-2)));
        }
        assertThat(weights.cosine("fc.weight", LARGEST)).isCloseTo(-1, within(1e-6));
        assertThatThrownBy(() -> weights.mixing("fc.wieght", Reading.of(LARGEST)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Weight fc.wieght has no experts; those that have: [fc.weight]");
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> experts(0, Granularity.LAYER))
                .isInstanceOf(InputException.class)
                .hasMessage("Experts must have count, hidden and layers >= 1, but got count=0, hidden=16, layers=2.");
        assertThatThrownBy(() -> new Experts(
                        "fc(", 2, Granularity.LAYER, null, 8, 2, new MemberEncoding.Scaled(), false, null, false))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(
                        "Experts: a pattern must be a regular expression, but got \"fc(\": Unclosed group");
        assertThatThrownBy(
                        () -> new Experts("fc", 2, null, null, 8, 2, new MemberEncoding.Scaled(), false, null, false))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("granularity (layer or neuron)");
        assertThatThrownBy(() -> new ExpertStart.Copy(0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("noise > 0, or they stay equal, but got 0.0");
        assertThatThrownBy(() -> new ExpertStart.Supernet(null, 0.1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must name its family file");
        assertThatThrownBy(() -> new LowRank("fc", 0, 64, 2, new MemberEncoding.Scaled(), false, false))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("matrixRank=0");
    }

    @Test
    void patternThatMatchesNothingElasticIsRefused() {
        RoutedWeights weights = routed(experts(2, Granularity.LAYER));
        assertThatThrownBy(() -> weights.weight("fc.weight", NORMAL, Axis.fixed(3), Axis.fixed(2)))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "Experts must have weights that differ between members, but pattern \"fc\" matches fc.weight, "
                                + "which has nothing elastic. Narrow the pattern, or set plainWeights: true.");
    }
}
