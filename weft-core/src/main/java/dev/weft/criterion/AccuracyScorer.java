package dev.weft.criterion;

import dev.weft.data.Batch;
import dev.weft.metric.Metric;
import dev.weft.ops.Bundle;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;

/** The part of all predictions, 0 to 1, in which the first class of logits (…, classes) is that of the labels. */
public final class AccuracyScorer implements Scorer {
    private long right;
    private long predictions;

    @Override
    public void add(Batch batch, Bundle outputs) {
        right += outputs.only()
                .argmax(new LongOptional(-1), false)
                .eq(batch.labels())
                .sum()
                .item_long();
        predictions += batch.labels().numel();
    }

    @Override
    public Map<Metric, Double> values() {
        return Map.of(Metric.ACCURACY, (double) right / predictions);
    }
}
