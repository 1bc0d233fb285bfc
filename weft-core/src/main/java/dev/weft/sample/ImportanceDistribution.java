package dev.weft.sample;

import dev.weft.ops.Tensors;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Distributions proportional to norms of gradients, which make a reweighted gradient's variance smallest (Lu et al., "PA&amp;DA: Jointly
 * Sampling PAth and DAta for Consistent NAS", 2023). All in double precision: probabilities of a long list lie near float32's resolution.
 */
public final class ImportanceDistribution {
    private ImportanceDistribution() {}

    /**
     * {@code tau · norm / Σ norm + (1 - tau) / n}; uniform where all norms are 0, for there is nothing to go by. A part
     * {@code floor} of the outcome is given back to all alike.
     *
     * @param floor of the uniform probability that every entry keeps, from 0
     */
    public static double[] distribution(double[] norms, double tau, double floor) {
        double sum = Arrays.stream(norms).sum();
        double uniform = 1.0 / norms.length;
        return Arrays.stream(norms)
                .map(norm ->
                        sum > 0 && sum < Double.POSITIVE_INFINITY ? tau * norm / sum + (1 - tau) * uniform : uniform)
                .map(p -> (1 - floor) * p + floor * uniform)
                .toArray();
    }

    /** The place of one draw from probabilities that need not sum to exactly 1; never one whose probability is 0. */
    public static int draw(double[] probabilities, RandomGenerator random) {
        return draws(probabilities, 1, random)[0];
    }

    /** Draws with replacement, by bisection of the running sums. */
    public static int[] draws(double[] probabilities, int count, RandomGenerator random) {
        double[] sums = new double[probabilities.length];
        double sum = 0;
        int last = 0; // that can be drawn
        for (int i = 0; i < sums.length; i++) {
            sum += probabilities[i];
            sums[i] = sum;
            last = probabilities[i] > 0 ? i : last;
        }
        int[] drawn = new int[count];
        for (int k = 0; k < count; k++) {
            double at = random.nextDouble() * sum;
            int low = 0;
            int high = last;
            while (low < high) { // the first place whose sum is over it
                int middle = (low + high) >>> 1;
                if (sums[middle] > at) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            drawn[k] = low;
        }
        return drawn;
    }

    /** {@code 1 / Σ p²}: how many equally likely entries would vary as much. */
    public static double effectiveSize(double[] probabilities) {
        return 1 / Arrays.stream(probabilities).map(p -> p * p).sum();
    }

    /** The entropy in nats; log n where all are equally likely. */
    public static double entropy(double[] probabilities) {
        return -Arrays.stream(probabilities)
                .filter(p -> p > 0)
                .map(p -> p * Math.log(p))
                .sum();
    }

    /**
     * {@code ‖softmax(z) - target‖₂} of each example: the exact norm of the gradient of its cross-entropy with respect to its logits.
     *
     * @param logits (B, classes)
     * @param labels (B)
     * @param smoothing the part of the target that is spread over all classes
     */
    public static float[] logitGradients(Tensor logits, Tensor labels, double smoothing) {
        return Tensors.floats(Tensors.withoutGradients(() -> {
            long classes = logits.size(-1);
            Tensor target = torch.one_hot(labels, classes)
                    .to(ScalarType.Float)
                    .mul(new Scalar(1 - smoothing))
                    .add(new Scalar(smoothing / classes));
            return logits.detach()
                    .to(ScalarType.Float)
                    .softmax(-1)
                    .sub(target)
                    .square()
                    .sum(1)
                    .sqrt();
        }));
    }
}
