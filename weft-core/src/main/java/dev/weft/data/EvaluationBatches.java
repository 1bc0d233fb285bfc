package dev.weft.data;

import dev.weft.io.InputException;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * All examples of a data set once, in order and unchanged. A batch is smaller where the examples end, and where the next one has
 * another number of predictions. Thread-safe.
 */
public final class EvaluationBatches {
    private final Dataset data;
    /** The places where each batch begins, and at the end where the last one ends. */
    private final int[] bounds;

    public EvaluationBatches(Dataset data, int batchSize) {
        if (batchSize < 1) {
            throw new InputException("batchSize must be at least 1, but is " + batchSize);
        }
        data.requireFits(Math.min(batchSize, Math.max(1, data.size())));
        this.data = data;
        IntStream.Builder found = IntStream.builder();
        for (int i = 0, from = 0; i < data.size(); i++) {
            if (i == 0 || i - from == batchSize || data.predictions(i) != data.predictions(i - 1)) {
                from = i;
                found.add(i);
            }
        }
        this.bounds = found.add(data.size()).build().toArray();
    }

    public Dataset data() {
        return data;
    }

    /** The number of batches. */
    public int count() {
        return bounds.length - 1;
    }

    /** One batch; its tensors belong to the caller's scope. */
    public Batch batch(int number) {
        Objects.checkIndex(number, count());
        return data.batch(IntStream.range(bounds[number], bounds[number + 1]).toArray());
    }
}
