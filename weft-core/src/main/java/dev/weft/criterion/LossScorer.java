package dev.weft.criterion;

import dev.weft.data.Batch;
import dev.weft.metric.Metric;
import dev.weft.ops.Bundle;
import dev.weft.space.Member;
import java.util.LinkedHashMap;
import java.util.Map;

/** The mean of {@code -log p} of the right class over all predictions, in nats, and the perplexity that it amounts to. */
public final class LossScorer implements Scorer {
    private double sum;
    private long predictions;

    @Override
    public void add(Batch batch, Bundle outputs) {
        long count = batch.labels().numel();
        sum += count * Labels.HARD.of(Scene.of(batch, Member.PLAIN, outputs)).item_double();
        predictions += count;
    }

    @Override
    public Map<Metric, Double> values() {
        Map<Metric, Double> values = new LinkedHashMap<>();
        values.put(Metric.LOSS, sum / predictions);
        values.put(Metric.PERPLEXITY, Math.exp(sum / predictions));
        return values;
    }
}
