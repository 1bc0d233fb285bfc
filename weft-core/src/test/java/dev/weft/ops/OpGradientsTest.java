package dev.weft.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every operation's gradient, with regard to each of its inputs that has one, equals finite differences in float64. */
class OpGradientsTest {
    /** A function and the shapes of what it is given. */
    private record Case(Function<List<Tensor>, Tensor> function, List<long[]> shapes) {
        static Case of(Function<List<Tensor>, Tensor> function, long[]... shapes) {
            return new Case(function, List.of(shapes));
        }
    }

    private static final long[] IMAGE = {2, 4, 5, 3};
    private static final long[] HEADS = {2, 4, 3, 6};
    private static final long[] SHARED = {2, 2, 5, 6};

    private static long[] shape(long... sizes) {
        return sizes;
    }

    private static Tensor three() {
        return Tensor.create(new long[] {4, 0, 0}, 3);
    }

    private static Case of(Op op) {
        return switch (op) {
            case LINEAR ->
                Case.of(t -> Ops.linear(t.get(0), t.get(1), t.get(2)), shape(2, 3, 4), shape(5, 4), shape(5));
            case MATMUL -> Case.of(t -> Ops.matmul(t.get(0), t.get(1)), shape(2, 3, 4), shape(1, 4, 2));
            case CONV2D ->
                Case.of(
                        t -> ImageOps.conv2d(t.get(0), t.get(1), t.get(2), 2, 1, 1, 2),
                        IMAGE,
                        shape(6, 2, 3, 3),
                        shape(6));
            case BATCH_NORM ->
                Case.of(
                        t -> NormOps.batchNorm(
                                t.get(0),
                                torch.zeros(4).to(t.get(0)),
                                torch.ones(4).to(t.get(0)),
                                t.get(1),
                                t.get(2),
                                0.5),
                        IMAGE,
                        shape(4),
                        shape(4));
            case LAYER_NORM ->
                Case.of(
                        t -> Ops.add(
                                NormOps.layerNorm(t.get(0), t.get(1), t.get(2), 1e-6),
                                NormOps.layerNorm(t.get(0), null, null, 1e-2)),
                        shape(2, 3, 4),
                        shape(4),
                        shape(4));
            case RMS_NORM -> Case.of(t -> NormOps.rmsNorm(t.get(0), t.get(1), 1e-5), shape(2, 3, 4), shape(4));
            case GROUP_NORM ->
                Case.of(t -> NormOps.groupNorm(t.get(0), 2, t.get(1), t.get(2), 1e-6), IMAGE, shape(4), shape(4));
            case L2_NORMALISE -> Case.of(t -> NormOps.l2Normalise(t.get(0), 1e-12), shape(2, 3, 4));
            case RELU -> Case.of(t -> Ops.relu(t.get(0)), IMAGE);
            case HARD_SWISH -> Case.of(t -> Ops.hardSwish(t.get(0)), IMAGE);
            case SILU -> Case.of(t -> Ops.silu(t.get(0)), IMAGE);
            case GELU -> Case.of(t -> Ops.gelu(t.get(0)), IMAGE);
            case GELU_TANH -> Case.of(t -> Ops.geluTanh(t.get(0)), IMAGE);
            case SIGMOID -> Case.of(t -> Ops.sigmoid(t.get(0)), IMAGE);
            case HARD_SIGMOID -> Case.of(t -> Ops.hardSigmoid(t.get(0)), IMAGE);
            case TANH -> Case.of(t -> Ops.tanh(t.get(0)), IMAGE);
            case EXP -> Case.of(t -> Ops.exp(t.get(0)), IMAGE);
            case AT_MOST -> Case.of(t -> Ops.atMost(t.get(0), 0.3), IMAGE);
            case SOFTMAX -> Case.of(t -> Ops.softmax(t.get(0), 1), IMAGE);
            case ADD -> Case.of(t -> Ops.add(t.get(0), t.get(1)), shape(2, 3, 4), shape(3, 1));
            case SUBTRACT -> Case.of(t -> Ops.subtract(t.get(0), t.get(1)), shape(2, 3, 4), shape(3, 1));
            case MULTIPLY -> Case.of(t -> Ops.multiply(t.get(0), t.get(1)), shape(2, 3, 4), shape(3, 1));
            case NORMALISE ->
                Case.of(t -> ImageOps.normalise(t.get(0), List.of(0.1, 0.2), List.of(0.001, 0.002)), shape(2, 2, 3, 3));
            case RESIZE -> Case.of(t -> ImageOps.resize(t.get(0), 3, 4), IMAGE);
            case RESIZE_BICUBIC -> Case.of(t -> ImageOps.resizeBicubic(t.get(0), 7, 2), IMAGE);
            case RESIZE_AREA -> Case.of(t -> ImageOps.resizeArea(t.get(0), 3, 2), IMAGE);
            case RESIZE_NEAREST -> Case.of(t -> ImageOps.resizeNearest(t.get(0), 2), IMAGE);
            case MEAN -> Case.of(t -> Ops.mean(t.get(0), List.of(1, 3), false), IMAGE);
            case MAX_POOL -> Case.of(t -> ImageOps.maxPool2d(t.get(0), 2), IMAGE);
            case AVERAGE_POOL -> Case.of(t -> ImageOps.averagePool2d(t.get(0), 3, 2, 1), IMAGE);
            case ZEROS -> Case.of(t -> Ops.add(Ops.zeros(t.get(0)), t.get(0)), IMAGE);
            case UNFLATTEN -> Case.of(t -> Ops.unflatten(t.get(0), 1, List.of(2, -1)), IMAGE);
            case FLATTEN -> Case.of(t -> Ops.flatten(t.get(0), 1), IMAGE);
            case TRANSPOSE -> Case.of(t -> Ops.transpose(t.get(0), 1, 3), IMAGE);
            case ATTENTION ->
                Case.of(
                        t -> Ops.add(
                                AttentionOps.attention(t.get(0), t.get(1), t.get(2)),
                                AttentionOps.attention(t.get(0), t.get(1), t.get(2), seen(), 1)),
                        HEADS,
                        SHARED,
                        SHARED);
            case CAUSAL_ATTENTION ->
                Case.of(t -> AttentionOps.causalAttention(t.get(0), t.get(1), t.get(2)), HEADS, SHARED, SHARED);
            case ROTARY ->
                Case.of(
                        t -> Ops.add(AttentionOps.rotary(t.get(0), 2, 100), AttentionOps.rotary(t.get(0), three(), 10)),
                        HEADS);
            case ADD_POSITIONS ->
                Case.of(t -> AttentionOps.addPositions(t.get(0), t.get(1), 2), shape(2, 3, 4), shape(6, 4));
            case PREPEND_TOKEN ->
                Case.of(t -> AttentionOps.prependToken(t.get(0), t.get(1)), shape(1, 1, 4), shape(2, 3, 4));
            case SELECT -> Case.of(t -> Ops.select(t.get(0), 2, 1), IMAGE);
            case SLICE -> Case.of(t -> Ops.slice(t.get(0), 2, 1, 3), IMAGE);
            case GATHER -> Case.of(t -> Ops.gather(t.get(0), 2, three()), IMAGE);
            case SCATTER_ADD -> Case.of(t -> Ops.scatterAdd(t.get(0), 3, three(), 6), IMAGE);
            case CONCATENATE -> Case.of(t -> Ops.concatenate(List.of(t.get(0), t.get(1)), 1), shape(2, 3), shape(2, 1));
            case EMBEDDING -> Case.of(t -> Ops.embedding(t.get(0), three()), shape(5, 3));
            case CUSTOM -> Case.of(t -> Ops.apply(new MeanAbsNorm(0.1), t.get(0), t.get(1)), shape(2, 3, 4), shape(4));
        };
    }

    private static Tensor seen() {
        float[] seen = {1, 0, 0, 0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1};
        return Tensor.create(seen, 3, 5).to(torch.ScalarType.Bool);
    }

    @ParameterizedTest
    @EnumSource(Op.class)
    void gradientsEqualFiniteDifferences(Op op) {
        try (PointerScope scope = new PointerScope()) {
            Case tried = of(op);
            List<Tensor> inputs = new ArrayList<>();
            for (int i = 0; i < tried.shapes.size(); i++) {
                inputs.add(GradientCheck.random(i + 1, tried.shapes.get(i)));
            }
            assertThat(GradientCheck.worst(tried.function, inputs, 40)).isLessThan(1e-7);
        }
    }

    @Test
    void aWrongGradientIsSeen() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = GradientCheck.random(1, 2, 3);
            assertThat(GradientCheck.worst(t -> t.get(0).detach().mul(t.get(0)), List.of(x), 6))
                    .isGreaterThan(0.1);
        }
    }

    @Test
    void gatherSumsTheGradientsOfAnEntryThatIsAskedForThriceAndScatterAddIsItsAdjoint() {
        try (PointerScope scope = new PointerScope()) {
            Tensor pool = GradientCheck.random(1, 4, 2);
            Tensor indices = Tensor.create(new long[] {1, 3, 1, 1}, 4);
            Tensor upstream = GradientCheck.random(2, 4, 2).detach();
            Ops.gather(pool, 0, indices).mul(upstream).sum().backward();
            TensorAssert.assertThat(pool.grad()).isBitEqualTo(Ops.scatterAdd(upstream, 0, indices, 4));
            double[] g = Tensors.doubles(upstream);
            double[] summed = Tensors.doubles(pool.grad());
            assertThat(summed).containsExactly(0, 0, g[0] + g[4] + g[6], g[1] + g[5] + g[7], 0, 0, g[2], g[3]);
        }
    }

    @Test
    void maskedAttentionIsCausalAttentionUnderItsMask() {
        try (PointerScope scope = new PointerScope()) {
            Tensor query = GradientCheck.random(1, HEADS);
            Tensor key = GradientCheck.random(2, SHARED);
            Tensor value = GradientCheck.random(3, SHARED);
            Tensor lower = torch.ones(3, 5).tril(2);
            Tensor causal = AttentionOps.causalAttention(query, key, value, null, 0.7);
            Tensor added = lower.log(); // 0 where seen, -infinity elsewhere
            for (Tensor mask : List.of(lower.to(torch.ScalarType.Bool), added.to(query))) {
                TensorAssert.assertThat(AttentionOps.attention(query, key, value, mask, 0.7))
                        .isCloseTo(causal, 1e-6);
            }
        }
    }

    @Test
    void groupNormHasMeanZeroAndVarianceOneInEachGroupAndAnL2NormalisedRowLengthOneOrZero() {
        try (PointerScope scope = new PointerScope()) {
            Tensor groups = NormOps.groupNorm(GradientCheck.random(1, IMAGE), 2, null, null, 1e-12)
                    .detach()
                    .reshape(4, 30);
            TensorAssert.assertThat(groups.mean(new long[] {1})).isCloseTo(torch.zeros(4), 1e-6);
            TensorAssert.assertThat(groups.square().mean(new long[] {1})).isCloseTo(torch.ones(4), 1e-6);
            Tensor rows = Tensor.create(new float[] {3, 4, 0, 0}, 2, 2);
            TensorAssert.assertThat(NormOps.l2Normalise(rows, 1e-12))
                    .isCloseTo(Tensor.create(new float[] {0.6f, 0.8f, 0, 0}, 2, 2), 1e-7);
        }
    }

    @Test
    void areaIsTheMeanOfThePixelsThatAreCovered() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = Tensor.create(new float[] {1, 2, 3, 4, 5}, 1, 1, 1, 5);
            TensorAssert.assertThat(ImageOps.resizeArea(x, 1, 2)) // 1 to 3, and 3 to 5
                    .isCloseTo(Tensor.create(new float[] {2, 4}, 1, 1, 1, 2), 1e-6);
        }
    }
}
