package dev.weft.weight.blend;

import static dev.weft.weight.blend.BlendFixture.entangled;
import static dev.weft.weight.blend.BlendFixture.random;
import static dev.weft.weight.blend.BlendFixture.separate;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.nn.BatchNorm2d;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Conv2d;
import dev.weft.nn.Initialisation;
import dev.weft.nn.Layer;
import dev.weft.nn.OperationChoice;
import dev.weft.nn.Pass;
import dev.weft.ops.ImageOps;
import dev.weft.ops.Ops;
import dev.weft.ops.TensorAssert;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Axis;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.SharedWeights;
import dev.weft.weight.Weight;
import dev.weft.weight.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Some operations of a choice are one weight's slices, others are not: the hybrid spaces of TangleNAS. */
class EntangledOperationsTest {
    private static final Choice<String> EDGE = Choice.of("edge", "none", "skip", "conv1", "conv3", "conv5");
    private static final List<Integer> KERNELS = List.of(0, 0, 1, 3, 5);
    private static final double[] LOGITS = {0.4, -0.2, 0.7, -0.9, 0.1};

    private static Conv2d convolution(Weights weights) {
        Dim four = Dim.of(4);
        return Conv2d.dense(
                weights, "conv", four, four, Dim.of(EDGE, KERNELS), 1, false, Initialisation.UNIFORM_FAN_IN);
    }

    private static OperationChoice edge(Weights weights, Layer convolution) {
        return new OperationChoice(
                weights,
                "edge",
                EDGE,
                List.of(
                        (x, pass) -> Ops.zeros(x),
                        (x, pass) -> ImageOps.averagePool2d(x, 3, 1, 1),
                        convolution,
                        convolution,
                        convolution));
    }

    private static Pass pass(Member member) {
        return new Pass(member, BatchStatistics.INSTANCE, 0, 0);
    }

    private static Tensor option(Tensor x, Tensor stored, int i) {
        int k = KERNELS.get(i);
        return i == 0
                ? torch.zeros_like(x)
                : i == 1
                        ? ImageOps.averagePool2d(x, 3, 1, 1)
                        : ImageOps.conv2d(
                                x, stored.narrow(2, (5 - k) / 2, k).narrow(3, (5 - k) / 2, k), null, 1, k / 2, 1, 1);
    }

    private static List<Tensor> gradients(BlendFixture fixture, Tensor x, Supplier<Tensor> output) {
        List<Tensor> leaves = new ArrayList<>(List.of(x));
        leaves.addAll(fixture.stored.tensors().values());
        leaves.forEach(leaf -> leaf.mutable_grad().put(new Tensor()));
        Tensor y = output.get();
        y.mul(random(77, y.shape())).sum().backward();
        List<Tensor> all = new ArrayList<>(List.of(y.detach()));
        leaves.forEach(leaf -> all.add(leaf.grad().clone()));
        return all;
    }

    /** Check 3, in a hybrid space: one convolution for three options, and its parts and gradients are those of three. */
    @Test
    void edgeIsTheWeightedSumOfItsOperationsWithTiedWeightsAndSoAreItsGradients() {
        try (PointerScope scope = new PointerScope();
                BlendFixture fixture = new BlendFixture(entangled(), EDGE)) {
            OperationChoice edge = edge(fixture.weights, convolution(fixture.weights));
            fixture.logits(EDGE, LOGITS);
            Tensor stored = fixture.stored.tensors().get("conv.weight");
            Tensor x = random(3, 2, 4, 6, 5);
            x.set_requires_grad(true);
            List<Tensor> mixed = gradients(fixture, x, () -> edge.forward(x, pass(fixture.blend(0))));
            List<Tensor> sum = gradients(fixture, x, () -> {
                Tensor parts = torch.softmax(fixture.weights.logits(EDGE), 0);
                Tensor total = torch.zeros_like(x);
                for (int i = 0; i < 5; i++) {
                    total = total.add(option(x, stored, i).mul(parts.select(0, i)));
                }
                return total;
            });
            assertThat(mixed).hasSize(4); // the output, x, the kernels, the logits
            for (int i = 0; i < mixed.size(); i++) {
                double scale = Math.max(1, sum.get(i).abs().max().item_double());
                TensorAssert.assertThat(mixed.get(i)).as("result " + i).isCloseTo(sum.get(i), 1e-5 * scale);
                assertThat(mixed.get(i).abs().max().item_double()).isGreaterThan(1e-3);
            }
        }
    }

    /** Each option's own kernels, of its own size; those that have none own nothing. */
    @Test
    void separateWeightsAreTheSumOfTheirOwnOperations() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                BlendFixture fixture = new BlendFixture(separate(), EDGE)) {
            OperationChoice edge = edge(fixture.weights, convolution(fixture.weights));
            fixture.logits(EDGE, LOGITS);
            assertThat(fixture.stored.tensors().keySet())
                    .containsExactlyInAnyOrder(
                            "blend.edge",
                            "conv.weight[edge=conv1]",
                            "conv.weight[edge=conv3]",
                            "conv.weight[edge=conv5]");
            Tensor x = random(3, 2, 4, 6, 5);
            double[] parts = BlendFixture.softmax(LOGITS);
            Tensor total = option(x, null, 1).mul(new Scalar(parts[1]));
            for (int i = 2; i < 5; i++) {
                Tensor own = fixture.stored
                        .tensors()
                        .get("conv.weight[edge=" + EDGE.options().get(i) + "]");
                total = total.add(ImageOps.conv2d(x, own, null, 1, KERNELS.get(i) / 2, 1, 1)
                        .mul(new Scalar(parts[i])));
            }
            TensorAssert.assertThat(edge.forward(x, pass(fixture.blend(0)))).isCloseTo(total, 1e-5);
        }
    }

    /** The parts of what is mixed as weights and of what is mixed as outputs are parts of the same whole. */
    @Test
    void multiplierIsThePartOfThoseThatHaveTheEntry() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                BlendFixture fixture = new BlendFixture(entangled(), EDGE)) {
            Weight weight = fixture.weights.weight(
                    "w", Init.ones(), Axis.centre(Dim.of(EDGE, KERNELS)), Axis.centre(Dim.of(EDGE, KERNELS)));
            fixture.logits(EDGE, LOGITS);
            double[] parts = BlendFixture.softmax(LOGITS);
            double all = parts[2] + parts[3] + parts[4];
            Tensor seen = weight.tensor(Reading.of(fixture.blend(0)));
            assertThat(seen.get(2).get(2).item_double()).isEqualTo(1);
            assertThat(seen.get(1).get(3).item_double())
                    .isCloseTo((parts[3] + parts[4]) / all, org.assertj.core.api.Assertions.within(1e-6));
            assertThat(seen.get(2).get(0).item_double())
                    .isCloseTo(parts[4] / all, org.assertj.core.api.Assertions.within(1e-6));
        }
    }

    /** A norm undoes what its input is scaled by, so the part of the convolutions must count behind it. */
    @Test
    void convolutionsAreHeardByTheirPartThoughANormFollowsThem() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                BlendFixture fixture = new BlendFixture(entangled(), EDGE)) {
            Layer normal = convolution(fixture.weights).then(BatchNorm2d.plain("norm"));
            OperationChoice edge = edge(fixture.weights, normal);
            Tensor x = random(3, 2, 4, 6, 5);
            Tensor pooled = option(x, null, 1);
            for (double logit : new double[] {0, 8}) {
                fixture.logits(EDGE, -200, logit, 0, 0, 0);
                double part = 3 / (3 + Math.exp(logit));
                Tensor heard = edge.forward(x, pass(fixture.blend(0))).sub(pooled.mul(new Scalar(1 - part)));
                assertThat(heard.square().mean().sqrt().item_double())
                        .isCloseTo(part, org.assertj.core.api.Assertions.withinPercentage(1));
            }
        }
    }

    /** Whatever a sub-space leaves, also where its largest option is no convolution and where it has none of them. */
    @Test
    void subspaceMixesWhatItHas() {
        Choice<String> pool = Choice.of("edge", "conv1", "conv3", "conv5", "pool");
        for (List<String> left : List.of(
                List.of("conv1", "conv3", "pool"),
                List.of("conv3", "pool"),
                List.of("conv1", "conv5"),
                List.of("pool"))) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard();
                    SharedWeights stored = SharedWeights.initialised(5)) {
                Space space = new Space("part", List.of(new Choice<>("edge", left)));
                BlendedWeights weights = entangled().over(stored, space);
                Dim four = Dim.of(4);
                Conv2d convolution = Conv2d.dense(
                        weights,
                        "conv",
                        four,
                        four,
                        Dim.of(pool, List.of(1, 3, 5, 0)),
                        1,
                        false,
                        Initialisation.UNIFORM_FAN_IN);
                OperationChoice edge = new OperationChoice(
                        weights,
                        "edge",
                        pool,
                        List.<Layer>of(
                                convolution,
                                convolution,
                                convolution,
                                (x, pass) -> ImageOps.averagePool2d(x, 3, 1, 1)));
                BlendFixture.set(weights, pool, 0.3, -0.4, 0.8, 0.1);
                Tensor x = random(3, 2, 4, 6, 5);
                Tensor parts = weights.distribution(pool, Reading.of(BlendedWeights.blend(space.largest(), 0)));
                Tensor total = torch.zeros_like(x);
                for (int i = 0; i < 4; i++) {
                    Tensor y = option(x, stored.tensors().get("conv.weight"), i == 3 ? 1 : i + 2);
                    total = total.add(y.mul(parts.select(0, i)));
                }
                TensorAssert.assertThat(edge.forward(x, pass(BlendedWeights.blend(space.largest(), 0))))
                        .as(left.toString())
                        .isCloseTo(total, 1e-5);
            }
        }
    }

    /** Nothing is multiplied where there is no blend. */
    @Test
    void memberOfAnOptionHasTheMiddleOfTheKernel() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                BlendFixture fixture = new BlendFixture(entangled(), EDGE)) {
            OperationChoice edge = edge(fixture.weights, convolution(fixture.weights));
            Tensor stored = fixture.stored.tensors().get("conv.weight");
            Tensor x = random(3, 2, 4, 6, 5);
            for (int i = 0; i < 5; i++) {
                Member member = Member.PLAIN.with(EDGE, EDGE.options().get(i));
                TensorAssert.assertThat(edge.forward(x, pass(member))).isBitEqualTo(option(x, stored, i));
            }
        }
    }
}
