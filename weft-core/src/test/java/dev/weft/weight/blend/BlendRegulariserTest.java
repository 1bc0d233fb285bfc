package dev.weft.weight.blend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class BlendRegulariserTest {
    private static final List<BlendRegulariser> REGULARISERS = List.of(
            new BlendRegulariser.None(),
            new BlendRegulariser.Kl(0.5),
            new BlendRegulariser.Norm(2),
            new BlendRegulariser.Entropy(3));
    private static final double[] FIRST = {0.7, -1.2, 0.3};
    private static final double[] SECOND = {2, -0.5};

    @Test
    void everyKindIsTestedAndHasAName() {
        assertThat(REGULARISERS).extracting(Object::getClass).containsExactlyInAnyOrder((Class[])
                BlendRegulariser.class.getPermittedSubclasses());
        assertThat(BlendRegulariser.class.getAnnotation(JsonSubTypes.class).value())
                .extracting(JsonSubTypes.Type::value)
                .containsExactlyInAnyOrder((Class[]) BlendRegulariser.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @FieldSource("REGULARISERS")
    void roundTripsAsJson(BlendRegulariser regulariser) {
        assertThat(Json.parse(Json.write(regulariser), "regulariser", BlendRegulariser.class))
                .isEqualTo(regulariser);
    }

    @ParameterizedTest
    @FieldSource("REGULARISERS")
    void penaltyIsTheSumOverChoicesAndZeroOfNone(BlendRegulariser regulariser) {
        assertThat(penalty(regulariser, FIRST, SECOND))
                .isCloseTo(penalty(regulariser, FIRST) + penalty(regulariser, SECOND), within(1e-12));
        assertThat(penalty(regulariser)).isZero();
    }

    @ParameterizedTest
    @FieldSource("REGULARISERS")
    void gradientEqualsFiniteDifferences(BlendRegulariser regulariser) {
        if (regulariser instanceof BlendRegulariser.None) {
            try (PointerScope scope = new PointerScope()) {
                assertThat(regulariser.penalty(List.of(leaf(FIRST))).requires_grad())
                        .isFalse();
            }
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor logits = leaf(FIRST);
            regulariser.penalty(List.of(logits, leaf(SECOND))).backward();
            for (int i = 0; i < FIRST.length; i++) {
                double[] up = FIRST.clone();
                double[] down = FIRST.clone();
                up[i] += 1e-5;
                down[i] -= 1e-5;
                double expected = (penalty(regulariser, up) - penalty(regulariser, down)) / 2e-5;
                assertThat(expected).isNotZero();
                assertThat(logits.grad().narrow(0, i, 1).item_double()).isCloseTo(expected, within(1e-8));
            }
        }
    }

    @ParameterizedTest
    @FieldSource("REGULARISERS")
    void extremesAreFinite(BlendRegulariser regulariser) {
        for (double[] alpha : new double[][] {{0, 0}, {-20, 20, 0}, {-20, -20}, {20, 20, 20}, {0.4}, {-80, 80}}) {
            try (PointerScope scope = new PointerScope()) {
                Tensor logits = Tensor.create(alpha).to(torch.ScalarType.Float).set_requires_grad(true);
                Tensor penalty = regulariser.penalty(List.of(logits));
                assertThat(penalty.shape()).isEmpty();
                assertThat(penalty.item_double()).isFinite();
                if (penalty.requires_grad()) {
                    penalty.backward();
                    assertThat(logits.grad().isfinite().all().item_bool()).isTrue();
                }
            }
        }
    }

    @Test
    void klIsZeroAtUniformAndTheClosedFormElsewhere() {
        assertThat(penalty(new BlendRegulariser.Kl(0.5), new double[4])).isCloseTo(0, within(1e-12));
        // Dir(2, 1) has density 2x: the integral of 2x log(2x) over 0..1 is log 2 - 1/2.
        assertThat(penalty(new BlendRegulariser.Kl(0.5), new double[] {1, 0}))
                .isCloseTo(0.5 * (Math.log(2) - 0.5), within(1e-12));
        // Dir(2, 2, 1) against Dir(1, 1, 1): log(4! / 2!) + 2 (psi(2) - psi(5)), psi(5) - psi(2) = 1/2 + 1/3 + 1/4.
        assertThat(penalty(new BlendRegulariser.Kl(1), new double[] {1, 1, 0}))
                .isCloseTo(Math.log(12) - 2 * (1 / 2.0 + 1 / 3.0 + 1 / 4.0), within(1e-12));
    }

    /** The definition, integrated over the simplex of two options in the logit of x, where the ends are smooth. */
    @Test
    void klEqualsNumericIntegration() {
        for (double[] alpha : new double[][] {{0.7, -1.2}, {-0.4, -0.4}, {3, 1.5}}) {
            double a = alpha[0] > 0 ? alpha[0] + 1 : Math.exp(alpha[0]);
            double b = alpha[1] > 0 ? alpha[1] + 1 : Math.exp(alpha[1]);
            double step = 1e-3;
            double mass = 0;
            double logarithms = 0;
            for (double t = -120; t < 120; t += step) {
                double logX = -Math.log1p(Math.exp(-t));
                double logY = -Math.log1p(Math.exp(t));
                double density = (a - 1) * logX + (b - 1) * logY;
                double weight = Math.exp(density + logX + logY) * step; // dx = x (1 - x) dt
                mass += weight;
                logarithms += weight * density;
            }
            double expected = logarithms / mass - Math.log(mass);
            assertThat(expected).isGreaterThan(0.01);
            assertThat(penalty(new BlendRegulariser.Kl(1), alpha)).isCloseTo(expected, within(1e-6));
        }
    }

    @Test
    void normIsNotSquared() {
        assertThat(penalty(new BlendRegulariser.Norm(2), new double[] {3, -4}, new double[] {0, 12, 5}))
                .isCloseTo(2 * (5 + 13), within(1e-12));
    }

    @Test
    void entropyIsThatOfTheSoftmaxInNats() {
        assertThat(penalty(new BlendRegulariser.Entropy(3), new double[4])).isCloseTo(3 * Math.log(4), within(1e-12));
        double expected = -0.25 * Math.log(0.25) - 0.75 * Math.log(0.75);
        assertThat(penalty(new BlendRegulariser.Entropy(1), new double[] {5, 5 + Math.log(3)}))
                .isCloseTo(expected, within(1e-12));
    }

    @Test
    void scalesBelowZeroAreRefused() {
        for (double scale : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new BlendRegulariser.Kl(scale))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("scale >= 0")
                    .hasMessageContaining("scale=" + scale);
            assertThatThrownBy(() -> new BlendRegulariser.Norm(scale)).isInstanceOf(InputException.class);
            assertThatThrownBy(() -> new BlendRegulariser.Entropy(scale)).isInstanceOf(InputException.class);
        }
    }

    private static double penalty(BlendRegulariser regulariser, double[]... alphas) {
        try (PointerScope scope = new PointerScope()) {
            return regulariser
                    .penalty(java.util.Arrays.stream(alphas)
                            .map(BlendRegulariserTest::leaf)
                            .toList())
                    .item_double();
        }
    }

    private static Tensor leaf(double[] values) {
        return Tensor.create(values).set_requires_grad(true);
    }
}
