package dev.weft.weight.blend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Draws against the moments of the distribution, slopes against differences of libtorch's incomplete gamma function. */
class GammaDrawTest {
    @Test
    void drawsHaveTheMomentsOfTheirGamma() {
        for (double c : new double[] {0.01, 0.3, 1, 1.5, 21}) {
            SplittableRandom random = new SplittableRandom(17);
            int draws = 40_000;
            double mean = 0;
            double square = 0;
            double log = 0;
            for (int i = 0; i < draws; i++) {
                double drawn = GammaDraw.of(c, random).log();
                mean += Math.exp(drawn) / draws;
                square += Math.exp(2 * drawn) / draws;
                log += drawn / draws;
            }
            // Five standard errors. Moments: c, c(c+1); of the logarithm psi(c) with variance psi'(c).
            double deviation = 5 / Math.sqrt(draws);
            double fourth = c * (c + 1) * (c + 2) * (c + 3);
            assertThat(mean).as("mean of %s", c).isCloseTo(c, within(deviation * Math.sqrt(c)));
            assertThat(square)
                    .as("square of %s", c)
                    .isCloseTo(c * (c + 1), within(deviation * Math.sqrt(fourth - c * c * (c + 1) * (c + 1))));
            try (PointerScope scope = new PointerScope()) {
                Tensor at = Tensor.create(c);
                double variance = at.polygamma(1).item_double();
                assertThat(log)
                        .as("logarithm of %s", c)
                        .isCloseTo(at.digamma().item_double(), within(deviation * Math.sqrt(variance)));
            }
        }
    }

    @Test
    void slopeKeepsTheQuantile() {
        for (double c : new double[] {1e-3, 0.05, 0.5, 1}) {
            for (double z : new double[] {1e-6, 0.01, 0.3, 2, 8}) {
                slopeKeepsTheQuantile(c, z, 1e-6);
            }
        }
        for (double c : new double[] {3.7, 21, 400, 9_000}) {
            for (double deviations : new double[] {-1.8, -1, 0, 0.7, 2, 4}) {
                slopeKeepsTheQuantile(c, c + deviations * Math.sqrt(c), 1e-6);
            }
        }
        slopeKeepsTheQuantile(1, 25, 1e-3); // one draw of 10^11: digits are lost, as many as it is rare
    }

    @Test
    void slopeOfLargeConcentrationsIsThatOfANormal() {
        for (double deviations : new double[] {-2.5, 0, 1, 3}) {
            slopeKeepsTheQuantile(2e4, 2e4 + deviations * Math.sqrt(2e4), 1e-3);
        }
    }

    private static void slopeKeepsTheQuantile(double c, double z, double tolerance) {
        try (PointerScope scope = new PointerScope()) {
            double h = 1e-4 * Math.min(c, Math.sqrt(c));
            // The smaller of the two tails keeps its digits.
            boolean lower = torch.igamma(Tensor.create(c), Tensor.create(z)).item_double() < 0.5;
            double byShape = (tail(c + h, z, lower) - tail(c - h, z, lower)) / (2 * h);
            double r = 1e-4 / Math.sqrt(Math.max(c, 1));
            double byLog = (tail(c, z * (1 + r), lower) - tail(c, z * (1 - r), lower)) / (2 * r);
            double expected = -byShape / byLog;
            assertThat(GammaDraw.slope(c, Math.log(z)))
                    .as("concentration %s, draw %s", c, z)
                    .isPositive()
                    .isCloseTo(expected, within(tolerance * expected));
        }
    }

    private static double tail(double c, double z, boolean lower) {
        Tensor shape = Tensor.create(c);
        Tensor at = Tensor.create(z);
        return (lower ? torch.igamma(shape, at) : torch.igammac(shape, at)).item_double();
    }

    /** Where the draw itself is 0 in a double: {@code P = z^c / Γ(c + 1)}, so {@code log z = (log P + log Γ(c + 1)) / c}. */
    @Test
    void slopeOfVanishingDrawsIsTheClosedForm() {
        double c = 1e-9;
        double log = -3e8;
        double digammaOfOne = -0.5772156649015329;
        assertThat(GammaDraw.slope(c, log)).isCloseTo((digammaOfOne - log) / c, within(1e9));
    }

    @Test
    void concentrationsThatAreNoneDrawNothing() {
        for (double c : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThat(GammaDraw.of(c, new SplittableRandom(1)).log()).isNaN();
        }
    }
}
