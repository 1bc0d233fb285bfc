package dev.weft.weight.blend;

import java.util.random.RandomGenerator;

/**
 * A draw {@code z} of Gamma({@code c}, 1) and how it moves with {@code c}: as logarithms, because for {@code c} near 0 almost every
 * {@code z} is smaller than the smallest double, and their ratios still matter.
 *
 * <p>The slope is the implicit reparameterisation gradient (Figurnov et al. 2018), {@code dz/dc = -(∂P(c, z)/∂c) / p(z)} at a fixed
 * quantile, with {@code P} the distribution function and {@code p} the density. With the series
 * {@code P = z^c e^-z Σ_k z^k / Γ(c + k + 1)} everything but a ratio cancels:
 *
 * <pre>
 *   d log z / dc = -Σ_k r_k (log z - ψ(c + k + 1)),   r_0 = 1 / c,   r_k = r_(k-1) z / (c + k)
 * </pre>
 *
 * Terms of both signs cancel only where {@code z} is far out in the upper tail, and cost there about as many digits as the draw is
 * rare.
 *
 * @param log the logarithm of the draw; may be under -1e12
 * @param slope {@code d log z / dc}, above 0
 */
record GammaDraw(double log, double slope) {
    /** The concentration from which on the series would take hundreds of terms, and a normal distribution's gradient is as good. */
    private static final double LARGE = 1e4;

    /** Marsaglia and Tsang 2000, with {@code z = z' · u^(1/c)}, {@code z'} of {@code c + 1}, for {@code c} under 1. */
    static GammaDraw of(double concentration, RandomGenerator random) {
        if (!(concentration > 0 && concentration < Double.POSITIVE_INFINITY)) {
            return new GammaDraw(Double.NaN, Double.NaN); // of logits that are not finite: shows, and does not loop
        }
        double log = concentration < 1
                ? logAboveOne(concentration + 1, random) + StrictMath.log(uniform(random)) / concentration
                : logAboveOne(concentration, random);
        return new GammaDraw(log, slope(concentration, log));
    }

    /** Uniform in (0, 1), without 0, whose logarithm is infinite. */
    static double uniform(RandomGenerator random) {
        double uniform;
        do {
            uniform = random.nextDouble();
        } while (uniform == 0);
        return uniform;
    }

    private static double logAboveOne(double concentration, RandomGenerator random) {
        double d = concentration - 1.0 / 3;
        while (true) {
            double normal = random.nextGaussian();
            double root = 1 + normal / Math.sqrt(9 * d);
            if (root > 0) {
                double cube = root * root * root;
                double accept = 0.5 * normal * normal + d * (1 - cube + StrictMath.log(cube));
                if (StrictMath.log(uniform(random)) < accept) {
                    return StrictMath.log(d) + StrictMath.log(cube);
                }
            }
        }
    }

    static double slope(double concentration, double log) {
        double z = StrictMath.exp(log);
        if (concentration > LARGE) {
            return 0.5 * (1 / concentration + 1 / z); // z = c + sqrt(c) n at a fixed n
        }
        double ratio = 1 / concentration;
        double ratios = 0;
        double digamma = digamma(concentration + 1);
        double sum = 0;
        for (double next = concentration + 1; ratio > 1e-20 * ratios; next++) {
            sum -= ratio * (log - digamma);
            ratios += ratio;
            ratio *= z / next;
            digamma += 1 / next;
        }
        return sum;
    }

    /** {@code ψ(x)} for {@code x >= 1}: recurrence up to 10, then the asymptotic series. */
    private static double digamma(double x) {
        double shift = 0;
        while (x < 10) {
            shift += 1 / x;
            x++;
        }
        double s = 1 / (x * x);
        double series = s * (1.0 / 12 - s * (1.0 / 120 - s * (1.0 / 252 - s * (1.0 / 240 - s / 132))));
        return StrictMath.log(x) - 0.5 / x - series - shift;
    }
}
