package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Dim;
import dev.weft.space.Member;
import dev.weft.weight.SharedWeights;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Check 8 of the specification. */
class CalibrationTest {
    private static final Choice<Integer> WIDTH = Choice.of("width", 2, 3);
    private static final Member SMALL = new Member(Map.of("width", 2));
    private static final Member LARGE = new Member(Map.of("width", 3));

    private static Tensor batch(int channels, int seed) {
        float[] values = new float[4 * channels * 5];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (seed + (1 + seed) * random.nextGaussian());
        }
        return Tensors.of(values, 4, channels, 5, 1);
    }

    private static MemberStatistics calibrate(Layer layer, Member member, List<Tensor> batches) {
        Calibration calibration = new Calibration();
        batches.forEach(x -> layer.forward(x, new Pass(member, calibration, 0, 0)));
        return calibration.statistics();
    }

    @Test
    void statisticsAreTheMeansOfThoseOfTheBatchesAndNothingElseChanges() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                SharedWeights weights = SharedWeights.initialised(1)) {
            Layer layer = new BatchNorm2d(weights, "bn", Dim.of(WIDTH));
            List<float[]> before =
                    weights.tensors().values().stream().map(Tensors::floats).toList();
            MemberStatistics large = calibrate(layer, LARGE, List.of(batch(3, 1), batch(3, 2)));
            float[] largeMean = Tensors.floats(large.tensors().get("bn.running_mean"));

            List<Tensor> batches = List.of(batch(2, 0), batch(2, 3), batch(2, 5));
            MemberStatistics small = calibrate(layer, SMALL, batches);
            double[] mean = new double[2];
            double[] variance = new double[2];
            for (Tensor x : batches) {
                float[] values = Tensors.floats(x);
                for (int c = 0; c < 2; c++) {
                    double sum = 0;
                    double squares = 0;
                    for (int n = 0; n < 4; n++) {
                        for (int i = 0; i < 5; i++) {
                            double value = values[(n * 2 + c) * 5 + i];
                            sum += value;
                            squares += value * value;
                        }
                    }
                    mean[c] += sum / 20 / 3;
                    variance[c] += (squares - sum * sum / 20) / 19 / 3; // unbiased
                }
            }
            assertThat(small.tensors()).containsOnlyKeys("bn.running_mean", "bn.running_var");
            for (int c = 0; c < 2; c++) {
                assertThat((double) Tensors.floats(small.tensors().get("bn.running_mean"))[c])
                        .isCloseTo(mean[c], org.assertj.core.data.Offset.offset(1e-4));
                assertThat((double) Tensors.floats(small.tensors().get("bn.running_var"))[c])
                        .isCloseTo(variance[c], org.assertj.core.data.Offset.offset(1e-3));
            }
            assertThat(Tensors.floats(large.tensors().get("bn.running_mean"))).isEqualTo(largeMean);
            assertThat(weights.tensors().values().stream().map(Tensors::floats).toList())
                    .usingRecursiveComparison()
                    .isEqualTo(before);
        }
    }

    @Test
    void runningStatisticsOfMixedMembersFitNeither() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                SharedWeights weights = SharedWeights.initialised(1);
                RunningStatistics running = new RunningStatistics(0.5, Map.of("bn", 3))) {
            Layer layer = new BatchNorm2d(weights, "bn", Dim.of(WIDTH));
            layer.forward(batch(3, 4), new Pass(LARGE, running, 0, 0));
            Tensor afterLarge = running.tensors().get("bn.running_mean").clone();
            layer.forward(batch(2, 0), new Pass(SMALL, running, 0, 0));
            Tensor afterBoth = running.tensors().get("bn.running_mean");
            TensorAssert.assertThat(afterBoth.narrow(0, 2, 1)).isBitEqualTo(afterLarge.narrow(0, 2, 1));
            Tensor smallMean = batch(2, 0).mean(new long[] {0, 2, 3});
            TensorAssert.assertThat(afterBoth.narrow(0, 0, 2))
                    .isCloseTo(afterLarge.narrow(0, 0, 2).add(smallMean).mul(new Scalar(0.5)), 1e-5);
        }
    }
}
