package dev.weft.weight.experts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.DoubleWeights;
import dev.weft.weight.FullPrecision;
import dev.weft.weight.Reading;
import dev.weft.weight.SharedWeights;
import dev.weft.weight.encoding.Encoder;
import dev.weft.weight.encoding.EncodingMlp;
import dev.weft.weight.encoding.MemberEncoding;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Checks 5, 6 and 12 of the specification, at three experts and five of eight neurons. */
class RouterTest {
    private static final int EXPERTS = 3;
    private static final Choice<Integer> OUT = Choice.of("out", 3, 5, 8);
    private static final Space SPACE = new Space("layer", List.of(OUT));
    private static final Member FIVE = new Member(Map.of("out", 5));

    private PointerScope scope;
    private DoubleWeights weights;

    @BeforeEach
    void open() {
        scope = new PointerScope();
        weights = new DoubleWeights();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private Router router(int layers, int mixtures, Experts.Routing routing) {
        Encoder encoder = new Encoder(weights, new MemberEncoding.OneHot(), SPACE, false);
        return new Router(
                new EncodingMlp(weights, encoder, "router", layers, 16, EXPERTS * mixtures), EXPERTS, routing);
    }

    /** What the second option (of one hidden layer and one-hot numbers) gives: a column of the matrix, and the bias. */
    private double logit(int index) {
        return DoubleWeights.doubles(weights.tensors.get("router.0.weight"))[index * 3 + 1]
                + DoubleWeights.doubles(weights.tensors.get("router.0.bias"))[index];
    }

    private double[] softmax(int from) {
        double[] p = new double[EXPERTS];
        double sum = 0;
        for (int j = 0; j < EXPERTS; j++) {
            p[j] = Math.exp(logit(from + j));
            sum += p[j];
        }
        for (int j = 0; j < EXPERTS; j++) {
            p[j] /= sum;
        }
        return p;
    }

    @Test
    void mixtureOfALayerIsTheSoftmaxOfItsLogits() {
        double[] mixture =
                DoubleWeights.doubles(router(1, 1, Experts.Routing.SOFT).mixture(Reading.of(FIVE)));
        assertThat(mixture).containsExactly(softmax(0), within(1e-12));
    }

    @Test
    void mixtureOfANeuronIsTheSoftmaxOfItsOwnLogits() {
        Router router = router(1, 8, Experts.Routing.SOFT);
        Tensor mixtures = router.mixtures(Reading.of(FIVE), Axis.prefix(Dim.of(OUT)));
        assertThat(mixtures.shape()).containsExactly(5, EXPERTS);
        double[] rows = DoubleWeights.doubles(mixtures);
        for (int n = 0; n < 5; n++) {
            for (int j = 0; j < EXPERTS; j++) {
                assertThat(rows[n * EXPERTS + j]).isCloseTo(softmax(n * EXPERTS)[j], within(1e-12));
            }
        }
        try (NoGradGuard guard = new NoGradGuard()) {
            weights.tensors
                    .get("router.0.bias")
                    .narrow(0, 5 * EXPERTS, 3 * EXPERTS)
                    .zero_();
        }
        assertThat(DoubleWeights.doubles(router.mixtures(Reading.of(FIVE), Axis.prefix(Dim.of(OUT)))))
                .isEqualTo(rows);
        assertThat(DoubleWeights.doubles(
                        router.mixtures(Reading.of(new Member(Map.of("out", 8))), Axis.prefix(Dim.of(OUT)))))
                .hasSize(8 * EXPERTS);
    }

    @Test
    void everyPartOfAStoredWeightHasNeuronsOfItsOwn() {
        Router router = router(1, 24, Experts.Routing.SOFT);
        double[] second = DoubleWeights.doubles(router.mixtures(Reading.of(FIVE), Axis.part(1, 3, Dim.of(OUT))));
        assertThat(second).hasSize(5 * EXPERTS);
        for (int j = 0; j < EXPERTS; j++) {
            assertThat(second[j]).isCloseTo(softmax(8 * EXPERTS)[j], within(1e-12));
        }
    }

    @Test
    void mixingWeightsArePositiveAndSumToOne() {
        for (int layers = 1; layers <= 4; layers++) {
            Router one = router(layers, 1, Experts.Routing.SOFT);
            for (Member member : SPACE.enumerate(10)) {
                assertSimplex(DoubleWeights.doubles(one.mixture(Reading.of(member))));
            }
            weights.tensors.clear();
            Router each = router(layers, 8, Experts.Routing.SOFT);
            for (Member member : SPACE.enumerate(10)) {
                assertSimplex(DoubleWeights.doubles(each.mixtures(Reading.of(member), Axis.prefix(Dim.of(OUT)))));
            }
            weights.tensors.clear();
        }
    }

    private static void assertSimplex(double[] rows) {
        for (int from = 0; from < rows.length; from += EXPERTS) {
            assertThat(rows[from]).isPositive();
            assertThat(rows[from + 1]).isPositive();
            assertThat(rows[from + 2]).isPositive();
            assertThat(rows[from] + rows[from + 1] + rows[from + 2]).isCloseTo(1, within(1e-12));
        }
    }

    @Test
    void hardRoutingIsTheMostProbableExpertTimesItsProbability() {
        double[] soft = softmaxOfRouter(Experts.Routing.SOFT);
        double[] hard = softmaxOfRouter(Experts.Routing.HARD);
        for (int n = 0; n < 5; n++) {
            int best = 0;
            for (int j = 1; j < EXPERTS; j++) {
                best = soft[n * EXPERTS + j] > soft[n * EXPERTS + best] ? j : best;
            }
            for (int j = 0; j < EXPERTS; j++) {
                assertThat(hard[n * EXPERTS + j]).isEqualTo(j == best ? soft[n * EXPERTS + j] : 0);
            }
        }
    }

    private double[] softmaxOfRouter(Experts.Routing routing) {
        return DoubleWeights.doubles(router(2, 8, routing).mixtures(Reading.of(FIVE), Axis.prefix(Dim.of(OUT))));
    }

    /** d p_best / d logit_j = p_best (1[j = best] - p_j): nothing flows through the choice itself. */
    @Test
    void gradientOfHardRoutingIsThatOfTheProbability() {
        Router router = router(1, 1, Experts.Routing.HARD);
        router.mixture(Reading.of(FIVE)).sum().backward();
        double[] p = softmax(0);
        int best = p[0] > p[1] ? p[0] > p[2] ? 0 : 2 : p[1] > p[2] ? 1 : 2;
        double[] gradient =
                DoubleWeights.doubles(weights.tensors.get("router.0.bias").grad());
        for (int j = 0; j < EXPERTS; j++) {
            assertThat(gradient[j]).isCloseTo(p[best] * ((j == best ? 1 : 0) - p[j]), within(1e-12));
        }
        assertThat(gradient[best]).isPositive();
    }

    @Test
    void mixingIsInFullPrecisionWhereTheRestAutocasts() {
        try (SharedWeights stored = SharedWeights.initialised(3)) {
            Encoder encoder = new Encoder(stored, new MemberEncoding.Scaled(), SPACE, false);
            Router router =
                    new Router(new EncodingMlp(stored, encoder, "r", 2, 16, EXPERTS), EXPERTS, Experts.Routing.SOFT);
            Tensor expected = router.mixture(Reading.of(FIVE));
            torch.set_autocast_enabled(DeviceType.CPU, true);
            try {
                TensorAssert.assertThat(router.mixture(Reading.of(FIVE))).isBitEqualTo(expected);
                assertThat(torch.is_autocast_enabled(DeviceType.CPU)).isTrue();
                // What the test stands on: the same product would be rounded.
                Tensor matrix = stored.tensors().get("r.0.weight");
                assertThat(Tensors.floats(matrix.mm(matrix.t()))).isNotEqualTo(Tensors.floats(expectedProduct(matrix)));
            } finally {
                torch.set_autocast_enabled(DeviceType.CPU, false);
            }
        }
    }

    private static Tensor expectedProduct(Tensor matrix) {
        return FullPrecision.of(() -> matrix.mm(matrix.t()));
    }
}
