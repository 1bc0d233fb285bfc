package dev.weft.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.RMSprop;
import org.bytedeco.pytorch.RMSpropOptions;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The update rules against libtorch's own, step by step. */
class OptimizerTest {
    private static final int STEPS = 20;
    private static final double TOLERANCE = 1e-6;

    @ParameterizedTest
    @CsvSource({"0, false, 0", "0.9, false, 0", "0.9, true, 0", "0.9, false, 0.05", "0.9, true, 0.05", "0, false, 0.05"
    })
    void sgdEqualsLibtorch(double momentum, boolean nesterov, double weightDecay) {
        equalsLibtorch(new Optimizer.Sgd(0.1, momentum, nesterov, weightDecay), (parameters, rate) -> {
            SGDOptions options = new SGDOptions(rate);
            options.momentum().put(momentum);
            options.nesterov().put(nesterov);
            options.weight_decay().put(weightDecay);
            return new SGD(parameters, options);
        });
    }

    @ParameterizedTest
    @CsvSource({"0.9, 0.999, 1e-8, 0", "0.5, 0.999, 1e-8, 0.1", "0.5, 0.9, 1e-3, 0.01"})
    void adamEqualsLibtorch(double beta1, double beta2, double epsilon, double weightDecay) {
        equalsLibtorch(new Optimizer.Adam(0.01, beta1, beta2, epsilon, weightDecay), (parameters, rate) -> {
            AdamOptions options = new AdamOptions(rate);
            boolean reversed = options.betas().get(0) == 0.999; // a C++ tuple: its layout is the library's affair
            options.betas().put(reversed ? 1 : 0, beta1).put(reversed ? 0 : 1, beta2);
            options.eps().put(epsilon);
            options.weight_decay().put(weightDecay);
            return new Adam(parameters, options);
        });
    }

    @ParameterizedTest
    @CsvSource({"0.9, 0.999, 1e-8, 0", "0.9, 0.999, 1e-8, 0.1", "0.5, 0.9, 1e-3, 0.01"})
    void adamWEqualsLibtorch(double beta1, double beta2, double epsilon, double weightDecay) {
        equalsLibtorch(new Optimizer.AdamW(0.01, beta1, beta2, epsilon, weightDecay), (parameters, rate) -> {
            AdamWOptions options = new AdamWOptions(rate);
            boolean reversed = options.betas().get(0) == 0.999; // a C++ tuple: its layout is the library's affair
            options.betas().put(reversed ? 1 : 0, beta1).put(reversed ? 0 : 1, beta2);
            options.eps().put(epsilon);
            options.weight_decay().put(weightDecay);
            return new AdamW(parameters, options);
        });
    }

    @ParameterizedTest
    @CsvSource({"0.9, 0, 1e-8, 0", "0.9, 0.9, 1e-3, 0", "0.99, 0.9, 1e-3, 0.05"})
    void rmsPropEqualsLibtorch(double decay, double momentum, double epsilon, double weightDecay) {
        equalsLibtorch(new Optimizer.RmsProp(0.01, decay, momentum, epsilon, weightDecay), (parameters, rate) -> {
            RMSpropOptions options = new RMSpropOptions(rate);
            options.alpha().put(decay);
            options.momentum().put(momentum);
            options.eps().put(epsilon);
            options.weight_decay().put(weightDecay);
            return new RMSprop(parameters, options);
        });
    }

    /** The expected values are a double-precision reference's, with a learning rate that falls, as libtorch has no such rule. */
    @ParameterizedTest
    @CsvSource({"0.9, 0.9, 1e-3, 0", "0.9, 0.9, 1e-3, 1e-5", "0.9, 0, 1e-10, 0.05", "0.5, 0.9, 0.3, 0.05"})
    void rmsPropTfFollowsTensorFlowsFormula(double decay, double momentum, double epsilon, double weightDecay) {
        Optimizer optimizer = new Optimizer.RmsPropTf(0.256, decay, momentum, epsilon, weightDecay);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor parameter = values(1, 3, 4);
            double[] weights = Tensors.doubles(parameter);
            double[] squares = new double[weights.length];
            java.util.Arrays.fill(squares, 1);
            double[] velocities = new double[weights.length];
            Map<String, Tensor> state = new LinkedHashMap<>();
            for (int step = 0; step < STEPS; step++) {
                double rate = 0.256 * Math.pow(0.97, step);
                Tensor gradient = values(100L + step, 3, 4).mul(new Scalar(0.05));
                double[] gradients = Tensors.doubles(gradient);
                Tensor before = gradient.clone();
                optimizer.update(parameter, gradient, state, rate, weightDecay);
                TensorAssert.assertThat(gradient)
                        .as("the gradient is not changed")
                        .isBitEqualTo(before);
                for (int i = 0; i < weights.length; i++) {
                    double g = gradients[i] + weightDecay * weights[i];
                    squares[i] = decay * squares[i] + (1 - decay) * g * g;
                    velocities[i] = momentum * velocities[i] + rate * g / Math.sqrt(squares[i] + epsilon);
                    weights[i] -= velocities[i];
                }
                assertThat(Tensors.doubles(parameter)).as("step " + step).containsExactly(weights, Offset.offset(5e-6));
            }
        }
    }

    /** Worked out by hand: g 2, decay 0.9, no momentum, ε 0.01, so s = 0.9 + 0.4 = 1.3. */
    @Test
    void theFirstStepOfRmsPropTfStartsFromSquaresOfOneWithEpsilonUnderTheRoot() {
        Optimizer optimizer = new Optimizer.RmsPropTf(0.1, 0.9, 0, 0.01, 0);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor parameter = Tensors.of(new float[] {1}, 1);
            optimizer.update(parameter, Tensors.of(new float[] {2}, 1), new LinkedHashMap<>(), 0.1, 0);
            assertThat(parameter.item_double()).isCloseTo(1 - 0.1 * 2 / Math.sqrt(1.31), Offset.offset(1e-6));
        }
    }

    /** Two parameters, gradients that change with every step, a learning rate that does too. */
    private static void equalsLibtorch(
            Optimizer ours, BiFunction<TensorVector, Double, org.bytedeco.pytorch.Optimizer> libtorch) {
        try (PointerScope scope = new PointerScope()) {
            Tensor[] mine = {values(1, 3, 4), values(2, 5)};
            Tensor[] theirs = {values(1, 3, 4), values(2, 5)};
            for (Tensor parameter : theirs) {
                parameter.set_requires_grad(true);
            }
            var reference = libtorch.apply(new TensorVector(theirs), ours.learningRate());
            Map<Integer, Map<String, Tensor>> state = new LinkedHashMap<>();
            for (int step = 0; step < STEPS; step++) {
                for (int p = 0; p < mine.length; p++) {
                    Tensor gradient = values(100L + 10L * step + p, mine[p].shape());
                    theirs[p].mutable_grad().put(gradient);
                    Tensor before = gradient.clone();
                    try (NoGradGuard guard = new NoGradGuard()) {
                        ours.update(
                                mine[p],
                                gradient,
                                state.computeIfAbsent(p, n -> new LinkedHashMap<>()),
                                ours.learningRate(),
                                ours.weightDecay());
                    }
                    TensorAssert.assertThat(gradient)
                            .as("the gradient is not changed")
                            .isBitEqualTo(before);
                }
                reference.step();
                for (int p = 0; p < mine.length; p++) {
                    TensorAssert.assertThat(mine[p]).as("step " + step).isCloseTo(theirs[p], TOLERANCE);
                }
            }
            TensorAssert.assertThat(mine[0].sub(values(1, 3, 4)).abs().max().gt(Tensors.of(new float[] {0.01f}, 1)))
                    .as("moved")
                    .isBitEqualTo(Tensors.of(new float[] {1}, 1));
        }
    }

    @Test
    void settingsThatCannotTrainAreRefused() {
        for (double rate : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new Optimizer.Sgd(rate, 0.9, true, 0))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("learningRate > 0")
                    .hasMessageContaining("learningRate=" + rate);
            assertThatThrownBy(() -> new Optimizer.AdamW(rate, 0.9, 0.999, 1e-8, 0))
                    .isInstanceOf(InputException.class);
            assertThatThrownBy(() -> new Optimizer.RmsProp(rate, 0.9, 0.9, 1e-3, 0))
                    .isInstanceOf(InputException.class);
            assertThatThrownBy(() -> new Optimizer.RmsPropTf(rate, 0.9, 0.9, 1e-3, 0))
                    .isInstanceOf(InputException.class);
        }
        assertThatThrownBy(() -> new Optimizer.Sgd(0.1, 1, true, 0)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> new Optimizer.Sgd(0.1, 0, false, Double.POSITIVE_INFINITY))
                .isInstanceOf(InputException.class);
        assertThatThrownBy(() -> new Optimizer.Sgd(0.1, 0, true, 0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("momentum");
        assertThat(new Optimizer.Sgd(0.1, 0.9, true, 1e-5).weightDecay()).isEqualTo(1e-5);
    }

    private static Tensor values(long seed, long... shape) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[(int) java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values, shape);
    }
}
