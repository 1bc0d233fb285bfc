package dev.weft.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class OpsTest {
    /** Every operation once, on tensors that {@code make} gives for a shape; each odd enough that a swapped axis shows. */
    private static List<Supplier<Tensor>> calls(Function<long[], Tensor> make) {
        Tensor image = make.apply(new long[] {2, 4, 7, 5});
        Tensor sequence = make.apply(new long[] {2, 6, 4});
        Tensor vector = make.apply(new long[] {4});
        Tensor heads = make.apply(new long[] {2, 3, 6, 4});
        return List.of(
                () -> Ops.matmul(sequence, make.apply(new long[] {2, 4, 3})),
                () -> Ops.matmul(heads, make.apply(new long[] {4, 3})),
                () -> NormOps.groupNorm(image, 2, vector, vector, 1e-6),
                () -> NormOps.l2Normalise(image, 1e-12),
                () -> NormOps.layerNorm(sequence, null, null, 1e-6),
                () -> Ops.geluTanh(image),
                () -> Ops.tanh(image),
                () -> Ops.exp(image),
                () -> Ops.atMost(image, 0.5),
                () -> Ops.softmax(image, 2),
                () -> Ops.subtract(sequence, vector),
                () -> ImageOps.resizeBicubic(image, 9, 3),
                () -> ImageOps.resizeArea(image, 3, 4),
                () -> ImageOps.resizeNearest(image, 3),
                () -> Ops.slice(image, 2, 1, 5),
                () -> Ops.gather(image, 2, list(image.is_meta())),
                () -> Ops.scatterAdd(image, 3, list(image.is_meta()), 8),
                () -> AttentionOps.attention(heads, heads, heads, make.apply(new long[] {6, 6}), 1),
                () -> AttentionOps.rotary(heads, indices(image.is_meta(), 2, 6), 100),
                () -> Ops.linear(sequence, make.apply(new long[] {3, 4}), make.apply(new long[] {3})),
                () -> ImageOps.conv2d(image, make.apply(new long[] {6, 2, 3, 3}), null, 2, 1, 1, 2),
                () -> NormOps.batchNorm(image, vector, vector.square(), vector, vector, 1e-5),
                () -> NormOps.batchNorm(image, vector, vector.square(), null, null, 1e-5),
                () -> NormOps.layerNorm(sequence, vector, vector, 1e-6),
                () -> NormOps.rmsNorm(sequence, vector, 1e-5),
                () -> Ops.relu(image),
                () -> Ops.hardSwish(image),
                () -> Ops.silu(image),
                () -> Ops.gelu(image),
                () -> Ops.sigmoid(image),
                () -> Ops.hardSigmoid(image),
                () -> Ops.add(sequence, vector),
                () -> Ops.multiply(sequence, vector),
                () -> ImageOps.normalise(image, List.of(0.1, 0.2, 0.3, 0.4), List.of(0.5, 0.6, 0.7, 0.8)),
                () -> ImageOps.resize(image, 3, 4),
                () -> Ops.mean(image, List.of(2, 3), true),
                () -> Ops.mean(image, List.of(2, 3), false),
                () -> ImageOps.maxPool2d(image, 2),
                () -> ImageOps.averagePool2d(image, 3, 1, 1),
                () -> ImageOps.averagePool2d(image, 2, 2, 0),
                () -> Ops.zeros(image),
                () -> Ops.unflatten(sequence, 2, List.of(-1, 2)),
                () -> Ops.flatten(image, 2),
                () -> Ops.transpose(image, 1, 2),
                () -> AttentionOps.attention(heads, heads, heads),
                () -> AttentionOps.causalAttention(heads, heads, heads),
                () -> AttentionOps.causalAttention(
                        heads, make.apply(new long[] {2, 1, 8, 4}), make.apply(new long[] {2, 1, 8, 4})),
                () -> AttentionOps.rotary(heads, 2, 10000),
                () -> AttentionOps.addPositions(sequence, make.apply(new long[] {9, 4}), 3),
                () -> AttentionOps.prependToken(make.apply(new long[] {1, 1, 4}), sequence),
                () -> Ops.select(sequence, 1, 5),
                () -> Ops.concatenate(List.of(sequence, make.apply(new long[] {2, 3, 4})), 1),
                () -> ImageOps.conv2d(image, make.apply(new long[] {6, 4, 3, 3}), null, 2, 3, 2, 1),
                () -> Ops.embedding(make.apply(new long[] {9, 4}), indices(image.is_meta(), 2, 3)),
                () -> Ops.apply(new MeanAbsNorm(1e-5), sequence, vector));
    }

    private static Tensor indices(boolean meta, long... shape) {
        long[] values = {8, 0, 3, 3, 1, 2, 5, 7, 6, 2, 0, 4};
        Tensor indices = Tensor.create(Arrays.copyOf(values, (int) (shape[0] * shape[1])), shape);
        return meta ? indices.to(Tensors.meta(1).device(), torch.ScalarType.Long) : indices;
    }

    /** Five indices, one of them twice. */
    private static Tensor list(boolean meta) {
        Tensor indices = Tensor.create(new long[] {4, 0, 3, 3, 6}, 5);
        return meta ? indices.to(Tensors.meta(1).device(), torch.ScalarType.Long) : indices;
    }

    /** A row alone takes another way than one of many: it must be the same row, and a slice its copy to the bit. */
    @Test
    void linearOfOneRowIsThatRowOfManyAndOfASliceThatOfItsCopy() {
        try (PointerScope scope = new PointerScope()) {
            Tensor stored = random(37, 29);
            Tensor slice = stored.narrow(0, 0, 21).narrow(1, 0, 17);
            Tensor copy = slice.clone().contiguous();
            Tensor bias = random(21);
            Tensor rows = random(2, 3, 17);
            for (Tensor b : java.util.Arrays.asList(bias, null)) {
                Tensor row = rows.narrow(0, 1, 1).narrow(1, 2, 1); // (1, 1, 17)
                Tensor alone = Ops.linear(row, slice, b);
                TensorAssert.assertThat(alone)
                        .isCloseTo(Ops.linear(rows, slice, b).narrow(0, 1, 1).narrow(1, 2, 1), 1e-5);
                TensorAssert.assertThat(alone).isBitEqualTo(Ops.linear(row, copy, b));
            }
        }
    }

    private static Tensor random(long... shape) {
        SplittableRandom random = new SplittableRandom(shape.length);
        int count = 1;
        for (long size : shape) {
            count *= (int) size;
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values, shape);
    }

    @Test
    void everyOperationReportsItselfAndGivesMetaTensorsTheShapeOfRealOnes() {
        Set<Op> seen = EnumSet.noneOf(Op.class);
        try (PointerScope scope = new PointerScope()) {
            List<Supplier<Tensor>> real = calls(OpsTest::random);
            List<Supplier<Tensor>> meta = calls(Tensors::meta);
            for (int i = 0; i < real.size(); i++) {
                List<Op> ops = new ArrayList<>();
                List<long[]> shapes = new ArrayList<>();
                for (Supplier<Tensor> call : List.of(real.get(i), meta.get(i))) {
                    Ops.record(
                            (op, output, inputs, attributes) -> {
                                ops.add(op);
                                shapes.add(output.shape());
                            },
                            call::get);
                }
                assertThat(ops).hasSize(2).containsOnly(ops.get(0));
                assertThat(shapes.get(1)).as(ops.get(0).toString()).isEqualTo(shapes.get(0));
                seen.add(ops.get(0));
            }
        }
        assertThat(seen).isEqualTo(EnumSet.allOf(Op.class));
    }

    @Test
    void operationsOfTrainingCannotBeRecorded() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = random(2, 4, 3, 3);
            Recorder none = (op, output, inputs, attributes) -> {};
            assertThatThrownBy(() -> Ops.record(none, () -> NoiseOps.dropout(x, 0.5)))
                    .hasMessageContaining("Dropout");
            assertThatThrownBy(() -> Ops.record(none, () -> NoiseOps.channelDropout(x, 0.5)))
                    .hasMessageContaining("Dropout of channels");
            assertThatThrownBy(() -> Ops.record(none, () -> NoiseOps.dropConnect(x, 0.5)))
                    .hasMessageContaining("Drop-connect");
            assertThatThrownBy(
                            () -> Ops.record(none, () -> NormOps.batchNormOfBatch(x, null, null, null, null, 0, 1e-5)))
                    .hasMessageContaining("Batch norm over the batch cannot be recorded");
            assertThatThrownBy(() -> Ops.record(none, () -> Ops.record(none, () -> {})))
                    .hasMessageContaining("already active");
            Ops.record(
                    none, () -> assertThat(NoiseOps.dropConnect(NoiseOps.channelDropout(NoiseOps.dropout(x, 0), 0), 0))
                            .isSameAs(x));
        }
    }

    @Test
    void channelsAreDroppedWhole() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(1);
            float[] kept = Tensors.floats(NoiseOps.channelDropout(torch.ones(4, 8, 3, 3), 0.75));
            int dropped = 0;
            for (int c = 0; c < 32; c++) {
                for (int i = 0; i < 9; i++) {
                    assertThat(kept[9 * c + i]).isEqualTo(kept[9 * c]).isIn(0f, 4f);
                }
                dropped += kept[9 * c] == 0 ? 1 : 0;
            }
            assertThat(dropped).isBetween(16, 31);
        }
    }

    @Test
    void normaliseIsTheFormulaPerChannel() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = Tensors.of(new float[] {0, 255, 51, 102}, 1, 2, 1, 2);
            TensorAssert.assertThat(ImageOps.normalise(x, List.of(0.5, 0.2), List.of(0.25, 0.1)))
                    .isCloseTo(Tensors.of(new float[] {-2, 2, 0, 2}, 1, 2, 1, 2), 1e-6);
        }
    }

    @Test
    void causalAttentionIsTheFormulaOfEachQueryOverWhatIsNotLaterThanIt() {
        try (PointerScope scope = new PointerScope()) {
            Tensor query = random(1, 4, 3, 2); // the last 3 of 5 positions; two heads share a key
            Tensor key = random(1, 2, 5, 2);
            Tensor value = random(1, 2, 5, 2).add(key.flip(2));
            float[] q = Tensors.floats(query);
            float[] k = Tensors.floats(key);
            float[] v = Tensors.floats(value);
            float[] expected = new float[4 * 3 * 2];
            for (int h = 0; h < 4; h++) {
                for (int t = 0; t < 3; t++) {
                    double sum = 0;
                    double[] mixed = new double[2];
                    for (int s = 0; s <= t + 2; s++) {
                        int from = (h / 2 * 5 + s) * 2;
                        int to = (h * 3 + t) * 2;
                        double part = Math.exp((q[to] * k[from] + q[to + 1] * k[from + 1]) / Math.sqrt(2));
                        sum += part;
                        mixed[0] += part * v[from];
                        mixed[1] += part * v[from + 1];
                    }
                    expected[(h * 3 + t) * 2] = (float) (mixed[0] / sum);
                    expected[(h * 3 + t) * 2 + 1] = (float) (mixed[1] / sum);
                }
            }
            TensorAssert.assertThat(AttentionOps.causalAttention(query, key, value))
                    .isCloseTo(Tensors.of(expected, 1, 4, 3, 2), 1e-5);
        }
    }

    @Test
    void causalAttentionRefusesMoreQueriesThanKeysAndHeadsThatDoNotShareEvenly() {
        try (PointerScope scope = new PointerScope()) {
            Tensor heads = random(2, 3, 6, 4);
            Tensor two = random(2, 2, 6, 4);
            Tensor few = random(2, 3, 5, 4);
            assertThatThrownBy(() -> AttentionOps.causalAttention(heads, few, few))
                    .hasMessageContaining("as many keys as queries");
            assertThatThrownBy(() -> AttentionOps.causalAttention(heads, two, two))
                    .hasMessageContaining("heads divide");
            assertThatThrownBy(() -> AttentionOps.rotary(random(1, 1, 2, 3), 0, 10000))
                    .hasMessageContaining("even, but it is 3");
        }
    }

    @Test
    void rotaryTurnsEachPairByItsPositionTimesItsFrequency() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = random(1, 1, 3, 4);
            float[] in = Tensors.floats(x);
            float[] expected = new float[in.length];
            for (int t = 0; t < 3; t++) {
                for (int i = 0; i < 2; i++) {
                    double angle = (t + 7) * Math.pow(100, -2.0 * i / 4);
                    int at = t * 4 + 2 * i;
                    expected[at] = (float) (in[at] * Math.cos(angle) - in[at + 1] * Math.sin(angle));
                    expected[at + 1] = (float) (in[at] * Math.sin(angle) + in[at + 1] * Math.cos(angle));
                }
            }
            TensorAssert.assertThat(AttentionOps.rotary(x, 7, 100)).isCloseTo(Tensors.of(expected, 1, 1, 3, 4), 1e-5);
        }
    }

    @Test
    void rmsNormIsTheFormulaAndHasNoShift() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = Tensors.of(new float[] {3, 4, 0, 0, 1, 1, 1, -1}, 2, 4);
            Tensor weight = Tensors.of(new float[] {1, 2, 3, 4}, 4);
            double root = Math.sqrt(25 / 4.0 + 0.5);
            double one = 1 / Math.sqrt(1.5);
            float[] expected = {
                (float) (3 / root),
                (float) (8 / root),
                0,
                0,
                (float) one,
                (float) (2 * one),
                (float) (3 * one),
                (float) (-4 * one)
            };
            TensorAssert.assertThat(NormOps.rmsNorm(x, weight, 0.5)).isCloseTo(Tensors.of(expected, 2, 4), 1e-6);
        }
    }
}
