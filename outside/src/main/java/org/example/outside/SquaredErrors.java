package org.example.outside;

import dev.weft.criterion.Scorer;
import dev.weft.data.Batch;
import dev.weft.metric.Metric;
import dev.weft.ops.Bundle;
import java.util.Map;

// tag::scorer[]
/** The root of the mean squared error over all examples. */
final class SquaredErrors implements Scorer {
    private double sum;
    private long count;

    @Override
    public void add(Batch batch, Bundle outputs) {
        sum += outputs.only().sub(batch.targets().only()).square().sum().item_double();
        count += batch.targets().only().numel();
    }

    @Override
    public Map<Metric, Double> values() {
        return Map.of(Particles.RMSE, Math.sqrt(sum / count));
    }
}
// end::scorer[]
