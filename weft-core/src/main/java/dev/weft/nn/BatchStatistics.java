package dev.weft.nn;

import dev.weft.ops.NormOps;
import org.bytedeco.pytorch.Tensor;

/** Training: the statistics of the batch itself, remembered nowhere. */
public final class BatchStatistics implements NormStatistics {
    public static final BatchStatistics INSTANCE = new BatchStatistics();

    private BatchStatistics() {}

    @Override
    public Tensor normalise(String name, Tensor x, Tensor weight, Tensor bias, double epsilon) {
        return NormOps.batchNormOfBatch(x, null, null, weight, bias, 0, epsilon);
    }
}
