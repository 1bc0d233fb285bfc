package dev.weft.weight.blend;

import static dev.weft.weight.blend.BlendFixture.member;
import static dev.weft.weight.blend.BlendFixture.random;
import static dev.weft.weight.blend.BlendFixture.separate;
import static dev.weft.weight.blend.BlendFixture.softmax;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.ops.ImageOps;
import dev.weft.ops.TensorAssert;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.weight.Axis;
import dev.weft.weight.Convolution;
import dev.weft.weight.Init;
import dev.weft.weight.Reading;
import dev.weft.weight.Weight;
import dev.weft.weight.WeightContract;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SeparateWeightTest {
    private static final Init NORMAL = Init.truncatedNormal(1);
    private static final Choice<Integer> OUT = Choice.of("out", 2, 3, 5);
    private static final Choice<Integer> IN = Choice.of("in", 1, 2, 4);
    private static final Choice<Integer> KERNEL = Choice.of("kernel", 3, 5, 7);
    private static final Convolution SAME = new Convolution(1, 0, 1, 1);

    private static BlendFixture fixture() {
        return new BlendFixture(separate(), OUT, IN, KERNEL);
    }

    private static Weight linear(BlendFixture fixture) {
        return fixture.weights.weight("w", NORMAL, Axis.prefix(Dim.of(OUT)), Axis.prefix(Dim.of(IN)));
    }

    private static Weight conv(BlendFixture fixture) {
        return fixture.weights.weight(
                "w",
                NORMAL,
                Axis.prefix(Dim.of(OUT)),
                Axis.prefix(Dim.of(IN)),
                Axis.centre(Dim.of(KERNEL)),
                Axis.centre(Dim.of(KERNEL)));
    }

    private static void logits(BlendFixture fixture) {
        fixture.logits(OUT, 0.3, -0.8, 0.9);
        fixture.logits(IN, -0.5, 0.7, 0.1);
    }

    @Nested
    class Contract implements WeightContract {
        private final BlendFixture fixture = fixture();
        private final Weight weight = linear(fixture);

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
            boolean blend = Mixture.is(member);
            return fixture.stored.tensors().entrySet().stream()
                    .map(stored -> {
                        boolean own =
                                stored.getKey().equals("w[out=" + member.value(OUT) + ",in=" + member.value(IN) + "]");
                        boolean logits = stored.getKey().startsWith(BlendedWeights.LOGITS);
                        return blend || own && !logits ? (int) stored.getValue().numel() : 0;
                    })
                    .toList();
        }
    }

    /** Section 4.4: the output is the weighted sum of operations that own their weights. */
    @Test
    void blendIsTheSumOfOperationsThatOwnTheirWeights() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                BlendFixture fixture = fixture()) {
            Weight weight = conv(fixture);
            Weight bias = fixture.weights.weight("b", NORMAL, Axis.prefix(Dim.of(OUT)));
            logits(fixture);
            fixture.logits(KERNEL, 0.2, 0.4, -1.1);
            double[] out = softmax(0.3, -0.8, 0.9);
            double[] in = softmax(-0.5, 0.7, 0.1);
            double[] kernel = softmax(0.2, 0.4, -1.1);
            Tensor x = random(1, 2, 4, 9, 8);
            Member blend = fixture.blend(0);
            Tensor expected = org.bytedeco.pytorch.global.torch.zeros(2, 5, 9, 8);
            for (int o = 0; o < 3; o++) {
                for (int i = 0; i < 3; i++) {
                    for (int k = 0; k < 3; k++) {
                        int width = OUT.options().get(o);
                        int size = KERNEL.options().get(k);
                        Member member = member(OUT, width, IN, IN.options().get(i), KERNEL, size);
                        Tensor own = fixture.stored.tensors().get("w[" + member + "]");
                        assertThat(own.shape())
                                .isEqualTo(new long[] {width, IN.options().get(i), size, size});
                        Tensor y = ImageOps.conv2d(x.narrow(1, 0, IN.options().get(i)), own, null, 1, size / 2, 1, 1);
                        expected.narrow(1, 0, width)
                                .add_(y.mul(new org.bytedeco.pytorch.Scalar(out[o] * in[i] * kernel[k])));
                    }
                }
            }
            TensorAssert.assertThat(weight.conv2d(x, null, SAME, Reading.of(blend)))
                    .isCloseTo(expected, 2e-5);
            Tensor shift = bias.tensor(Reading.of(blend));
            TensorAssert.assertThat(weight.conv2d(x, shift, SAME, Reading.of(blend)))
                    .isCloseTo(expected.add(shift.reshape(1, 5, 1, 1)), 2e-5);
            TensorAssert.assertThat(ImageOps.conv2d(x, weight.tensor(Reading.of(blend)), null, 1, 3, 1, 1))
                    .isCloseTo(expected, 2e-5);
        }
    }

    @Test
    void depthwiseBlendRunsEveryCombinationOnItsOwnChannels() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                BlendFixture fixture = fixture()) {
            Weight weight = fixture.weights.weight(
                    "w",
                    NORMAL,
                    Axis.prefix(Dim.of(OUT)),
                    Axis.fixed(1),
                    Axis.centre(Dim.of(KERNEL)),
                    Axis.centre(Dim.of(KERNEL)));
            fixture.logits(OUT, 0.3, -0.8, 0.9);
            fixture.logits(KERNEL, 0.2, 0.4, -1.1);
            Convolution depthwise = new Convolution(2, 0, 1, Convolution.DEPTHWISE);
            Tensor x = random(1, 2, 5, 9, 8);
            Member blend = fixture.blend(0);
            TensorAssert.assertThat(weight.conv2d(x, null, depthwise, Reading.of(blend)))
                    .isCloseTo(ImageOps.conv2d(x, weight.tensor(Reading.of(blend)), null, 2, 3, 1, 5), 1e-5);
        }
    }

    @Test
    void normsOfOneOptionAreTheMembers() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                BlendFixture fixture = new BlendFixture(separate(), OUT)) {
            Weight weight = fixture.weights.weight("w", NORMAL, Axis.prefix(Dim.of(OUT)));
            Weight bias = fixture.weights.weight("b", NORMAL, Axis.prefix(Dim.of(OUT)));
            Tensor x = random(1, 2, 7, 5);
            for (int width : OUT.options()) {
                Member member = member(OUT, width);
                BlendFixture.pick(fixture.weights, member);
                Member blend = fixture.blend(0);
                Tensor alone = weight.layerNorm(
                        x.narrow(2, 0, width).clone(), bias.tensor(Reading.of(member)), 1e-6, Reading.of(member));
                Tensor mixed = weight.layerNorm(x, bias.tensor(Reading.of(blend)), 1e-6, Reading.of(blend));
                TensorAssert.assertThat(mixed.narrow(2, 0, width)).isCloseTo(alone, 1e-5);
                if (width < 5) {
                    TensorAssert.assertThat(mixed.narrow(2, width, 5 - width)).isAllZero();
                }
                TensorAssert.assertThat(weight.layerNorm(x, null, 1e-6, Reading.of(blend)))
                        .isCloseTo(mixed.sub(bias.tensor(Reading.of(blend))), 1e-5);
                TensorAssert.assertThat(
                                weight.rmsNorm(x, 1e-6, Reading.of(blend)).narrow(2, 0, width))
                        .isCloseTo(weight.rmsNorm(x.narrow(2, 0, width).clone(), 1e-6, Reading.of(member)), 1e-5);
            }
        }
    }

    @Test
    void partialChannelsNeedEntangledWeights() {
        assertThatThrownBy(() -> new Blend(new SimplexMap.Softmax(), Blend.Norm.FULL, Blend.Ownership.SEPARATE, 4))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must have entangled weights");
    }
}
