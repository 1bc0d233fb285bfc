package dev.weft.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Check 14 of gradient matching (Hu et al. 2022): quadratic losses, whose gradient after a step is known. */
class UnrolledStepTest {
    private static final double W = 1.7;
    private static final double ALPHA = -0.6;

    private static Tensor variable(double value) {
        Tensor tensor = Tensor.create(new double[] {value}, 1);
        tensor.set_requires_grad(true);
        return tensor;
    }

    /** L_train = (w - α)²/2 and L_val = w²/2: the gradient is η w' with w' = w - η (w - α + d w + m). */
    @Test
    void gradientOfAQuadraticIsTheAnalyticOne() {
        for (double decay : new double[] {0, 0.3}) {
            for (double rate : new double[] {0, 0.1, 0.5}) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor w = variable(W);
                    Tensor alpha = variable(ALPHA);
                    Optional<Tensor> momentum = Optional.of(Tensor.create(new double[] {0.25}, 1));
                    UnrolledStep ahead = new UnrolledStep(
                            Map.of("w", w), Map.of("alpha", alpha), n -> rate, n -> decay, n -> momentum);
                    UnrolledStep.Loss training =
                            at -> at.get("w").sub(alpha).square().sum().mul(new Scalar(0.5));
                    UnrolledStep.Loss validation = at -> at.get("w")
                            .square()
                            .sum()
                            .mul(new Scalar(0.5))
                            .add(alpha.sum().mul(new Scalar(0.0)));
                    double expected = rate * (W - rate * (W - ALPHA + decay * W + 0.25));
                    assertThat(ahead.exact(training, validation).get("alpha").item_double())
                            .isCloseTo(expected, within(1e-9));
                    assertThat(ahead.byFiniteDifference(training, validation)
                                    .get("alpha")
                                    .item_double())
                            .isCloseTo(expected, within(1e-3));
                    assertThat(w.item_double()).isEqualTo(W);
                    assertThat(alpha.item_double()).isEqualTo(ALPHA);
                }
            }
        }
    }

    /** Two weights with rates of their own, one of which stands still: the difference must weigh them as the step does. */
    @Test
    void everyWeightMovesAtItsOwnRate() {
        try (PointerScope scope = new PointerScope()) {
            Tensor moving = variable(W);
            Tensor frozen = variable(0.4);
            Tensor alpha = variable(ALPHA);
            UnrolledStep ahead = new UnrolledStep(
                    Map.of("moving", moving, "frozen", frozen),
                    Map.of("alpha", alpha),
                    name -> name.equals("moving") ? 0.2 : 0,
                    name -> 0,
                    name -> Optional.empty());
            UnrolledStep.Loss training = at -> at.get("moving")
                    .sub(alpha)
                    .square()
                    .add(at.get("frozen").sub(alpha).square())
                    .sum()
                    .mul(new Scalar(0.5));
            UnrolledStep.Loss validation = at -> at.get("moving")
                    .square()
                    .add(at.get("frozen").square())
                    .sum()
                    .mul(new Scalar(0.5));
            double expected = 0.2 * (W - 0.2 * (W - ALPHA));
            assertThat(ahead.exact(training, validation).get("alpha").item_double())
                    .isCloseTo(expected, within(1e-9));
            assertThat(ahead.byFiniteDifference(training, validation)
                            .get("alpha")
                            .item_double())
                    .isCloseTo(expected, within(1e-3));
        }
    }
}
