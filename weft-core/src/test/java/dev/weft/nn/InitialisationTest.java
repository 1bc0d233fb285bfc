package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.space.Dim;
import dev.weft.weight.Init;
import dev.weft.weight.SharedWeights;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.Conv2dOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class InitialisationTest {
    private record Drawn(double variance, double largest) {
        static Drawn of(float[] values) {
            double mean = IntStream.range(0, values.length)
                    .mapToDouble(i -> values[i])
                    .average()
                    .orElseThrow();
            return new Drawn(
                    IntStream.range(0, values.length)
                            .mapToDouble(i -> (values[i] - mean) * (values[i] - mean))
                            .average()
                            .orElseThrow(),
                    IntStream.range(0, values.length)
                            .mapToDouble(i -> Math.abs(values[i]))
                            .max()
                            .orElseThrow());
        }

        static Drawn of(Tensor tensor) {
            float[] values = new float[(int) tensor.numel()];
            new FloatPointer(tensor.contiguous().data_ptr_float()).get(values);
            return of(values);
        }
    }

    private static Drawn drawn(Init init, List<Integer> shape) {
        return Drawn.of(init.values(shape, new SplittableRandom(5)));
    }

    /** Dense, four groups, depthwise: fan-in is that of a group. */
    @Test
    void uniformStartHasTheVarianceAndTheBoundOfItsFormula() {
        for (List<Integer> shape : List.of(List.of(256, 64, 3, 3), List.of(512, 16, 5, 5), List.of(8192, 1, 3, 3))) {
            int fanIn = shape.get(1) * shape.get(2) * shape.get(3);
            Drawn drawn = drawn(Initialisation.UNIFORM_FAN_IN.kernel(64 / shape.get(1)), shape);
            assertThat(drawn.variance()).isCloseTo(1.0 / (3 * fanIn), within(0.02 / (3 * fanIn)));
            double bound = 1 / Math.sqrt(fanIn);
            assertThat(drawn.largest()).isBetween(0.999 * bound, bound * (1 + 1e-6));
            Drawn bias = drawn(Initialisation.UNIFORM_FAN_IN.bias(fanIn), List.of(20_000));
            assertThat(bias.variance()).isCloseTo(1.0 / (3 * fanIn), within(0.02 / (3 * fanIn)));
            assertThat(bias.largest()).isBetween(0.999 * bound, bound * (1 + 1e-6));
        }
    }

    @Test
    void heStartHasTheVarianceOfItsFormulaAndNoBias() {
        assertThat(drawn(Initialisation.HE_FAN_OUT.kernel(1), List.of(256, 64, 3, 3))
                        .variance())
                .isCloseTo(2.0 / (256 * 9), within(0.02 * 2 / (256 * 9)));
        assertThat(drawn(Initialisation.HE_FAN_OUT.kernel(8192), List.of(8192, 1, 3, 3))
                        .variance())
                .isCloseTo(2.0 / 9, within(0.02 * 2 / 9));
        assertThat(drawn(Initialisation.HE_FAN_OUT.bias(576), List.of(100)).largest())
                .isZero();
    }

    /** libtorch's own layer, which says nothing of a start, as published code does not. */
    @Test
    void uniformStartIsThatOfPyTorch() {
        torch.manual_seed(7);
        for (int groups : List.of(1, 4, 64)) {
            try (PointerScope scope = new PointerScope()) {
                Conv2dOptions options = new Conv2dOptions(64, 1024, new LongPointer(new long[] {3, 3}));
                options.groups().put(groups);
                Conv2dImpl published = new Conv2dImpl(options);
                int fanIn = 64 / groups * 9;
                Drawn theirs = Drawn.of(published.weight());
                Drawn ours = drawn(Initialisation.UNIFORM_FAN_IN.kernel(groups), List.of(1024, 64 / groups, 3, 3));
                assertThat(ours.variance()).isCloseTo(theirs.variance(), within(0.04 * theirs.variance()));
                assertThat(ours.largest()).isCloseTo(theirs.largest(), within(0.005 * theirs.largest()));
                Drawn bias = drawn(Initialisation.UNIFORM_FAN_IN.bias(fanIn), List.of(1024));
                Drawn theirBias = Drawn.of(published.bias());
                assertThat(bias.variance()).isCloseTo(theirBias.variance(), within(0.12 * theirBias.variance()));
                assertThat(bias.largest()).isCloseTo(theirBias.largest(), within(0.02 * theirBias.largest()));
            }
        }
    }

    /** The layers ask for it: a kernel that is elastic starts by the fan-in of the largest. */
    @Test
    void convolutionsAndLinearLayersStartAsTheyAreTold() {
        try (SharedWeights weights = SharedWeights.initialised(3)) {
            Dim width = Dim.of(128);
            Conv2d.dense(weights, "conv", Dim.of(64), width, Dim.of(3), 1, true, Initialisation.UNIFORM_FAN_IN);
            new Linear(weights, "fc", Dim.of(400), Dim.of(4000), Initialisation.UNIFORM_FAN_IN);
            assertThat(Drawn.of(weights.tensors().get("conv.weight")).variance())
                    .isCloseTo(1.0 / (3 * 576), within(0.03 / (3 * 576)));
            assertThat(Drawn.of(weights.tensors().get("conv.bias")).largest()).isBetween(0.95 / 24, 1.000001 / 24);
            assertThat(Drawn.of(weights.tensors().get("fc.weight")).largest()).isBetween(0.999 / 20, 1.000001 / 20);
            assertThat(Drawn.of(weights.tensors().get("fc.bias")).largest()).isBetween(0.99 / 20, 1.000001 / 20);
        }
    }
}
