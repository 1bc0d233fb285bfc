package dev.weft.nn;

import dev.weft.ops.NormOps;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * Recalibration of batch norm (Yu and Huang, universally slimmable networks, 2019): normalises by the batch and averages the
 * batches' means and unbiased variances with equal weight. Run evaluation passes of one member with it, on batches of equal
 * size and without gradients, then take {@link #statistics}. No weight changes.
 */
public final class Calibration implements NormStatistics {
    /** Running averages of one layer, and over how many batches. */
    private static final class Average {
        final Tensor mean;
        final Tensor variance;
        int batches;

        Average(Tensor x) {
            mean = NormOps.statistic(x);
            variance = NormOps.statistic(x);
        }
    }

    private final Map<String, Average> averages = new LinkedHashMap<>();

    @Override
    public Tensor normalise(String name, Tensor x, Tensor weight, Tensor bias, double epsilon) {
        Average average = averages.computeIfAbsent(name, n -> new Average(x));
        average.batches++;
        return NormOps.batchNormOfBatch(
                x, average.mean, average.variance, weight, bias, 1.0 / average.batches, epsilon);
    }

    /** What was gathered; the caller closes it. */
    public MemberStatistics statistics() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        averages.forEach((name, average) -> MemberStatistics.put(tensors, name, average.mean, average.variance));
        return new MemberStatistics(tensors);
    }
}
