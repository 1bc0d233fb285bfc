package dev.weft.criterion;

import dev.weft.data.Batch;
import dev.weft.metric.Metric;
import dev.weft.ops.Bundle;
import java.util.Map;

/** Measures a member on held-out examples, batch by batch, by the metrics of its input. */
public interface Scorer {
    /**
     * Takes the outputs of a batch into account.
     *
     * @param outputs by the names of the input's ports, all of them finite; not kept
     */
    void add(Batch batch, Bundle outputs);

    /** The value of each metric over all batches so far, in the order of the input's metrics. */
    Map<Metric, Double> values();
}
