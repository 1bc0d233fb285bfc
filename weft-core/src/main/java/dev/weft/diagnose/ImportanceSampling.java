package dev.weft.diagnose;

import java.util.Arrays;

/**
 * The variance of importance sampling, enumerated (section 3 of the theory behind Lu et al., "PA&amp;DA: Jointly Sampling PAth and DAta for
 * Consistent NAS", 2023). One of N gradients {@code g_i} is drawn with probability {@code p_i} and used as {@code g_i / (N p_i)}: its mean is
 * that of all, whatever p, and
 * <pre>{@code
 * tr Var = (1/N²) Σ ‖g_i‖² / p_i − ‖mean g‖²
 * }</pre>
 * is smallest at p proportional to the norms. For pairs of a member a, drawn with {@code q_a}, and an example i it is
 * {@code (1/(M N)²) Σ ‖g_ai‖² / (q_a p_i) − ‖mean g‖²}. Drawing with p and leaving the weights out estimates another mean; none of this is
 * about that.
 */
public final class ImportanceSampling {
    private ImportanceSampling() {}

    /** Equal probabilities. */
    public static double[] uniform(int count) {
        double[] p = new double[count];
        Arrays.fill(p, 1.0 / count);
        return p;
    }

    /** The probabilities with the smallest variance: proportional to the gradients' norms; uniform where all are zero. */
    public static double[] optimal(double[] norms) {
        double sum = Arrays.stream(norms).sum();
        if (!(sum >= 0 && sum < Double.POSITIVE_INFINITY)
                || Arrays.stream(norms).anyMatch(n -> n < 0)) {
            throw new IllegalArgumentException(
                    "Norms must be finite and not negative, but are " + Arrays.toString(norms));
        }
        return sum == 0
                ? uniform(norms.length)
                : Arrays.stream(norms).map(n -> n / sum).toArray();
    }

    /** {@code (1 − tau) / N + tau p}, PA&amp;DA's blend with equal probabilities. */
    public static double[] blended(double[] p, double tau) {
        return Arrays.stream(p).map(each -> tau * each + (1 - tau) / p.length).toArray();
    }

    /**
     * The optimal probabilities of one index for a fixed distribution of the other: {@code p_i ∝ sqrt(Σ_a ‖g_ai‖² / q_a)}.
     *
     * @param norms {@code norms[a][i]}; transpose them to get q for a fixed p
     * @param q of the rows
     */
    public static double[] optimal(double[][] norms, double[] q) {
        double[] root = new double[norms[0].length];
        for (int i = 0; i < root.length; i++) {
            for (int a = 0; a < q.length; a++) {
                root[i] += part(norms[a][i], q[a]);
            }
            root[i] = Math.sqrt(root[i]);
        }
        return optimal(root);
    }

    /**
     * The trace of the reweighted estimator's covariance; infinite where a gradient that is not zero is never drawn.
     *
     * @param norms of the N gradients
     * @param squaredMean {@code ‖mean g‖²}
     * @param p probabilities, which sum to 1
     */
    public static double variance(double[] norms, double squaredMean, double[] p) {
        return variance(new double[][] {norms}, squaredMean, new double[] {1}, p);
    }

    /**
     * The same over pairs of a row a, drawn with {@code q_a}, and a column i, drawn with {@code p_i}.
     *
     * @param norms {@code norms[a][i]}
     */
    public static double variance(double[][] norms, double squaredMean, double[] q, double[] p) {
        requireDistribution(q, norms.length);
        requireDistribution(p, norms[0].length);
        double sum = 0;
        for (int a = 0; a < q.length; a++) {
            for (int i = 0; i < p.length; i++) {
                sum += part(norms[a][i], q[a] * p[i]);
            }
        }
        double count = (double) q.length * p.length;
        return sum / (count * count) - squaredMean;
    }

    private static double part(double norm, double probability) {
        return norm == 0 ? 0 : norm * norm / probability;
    }

    private static void requireDistribution(double[] p, int count) {
        if (p.length != count
                || Arrays.stream(p).anyMatch(each -> !(each >= 0))
                || Math.abs(Arrays.stream(p).sum() - 1) > 1e-9) {
            throw new IllegalArgumentException("Probabilities must be " + count
                    + " numbers that are not negative and sum to 1, but are " + Arrays.toString(p));
        }
    }
}
