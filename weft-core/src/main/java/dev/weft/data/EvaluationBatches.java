package dev.weft.data;

import dev.weft.io.InputException;
import java.util.Objects;
import java.util.stream.IntStream;

/** All examples of a data set once, in order and unchanged; the last batch may be smaller. Thread-safe. */
public final class EvaluationBatches {
    /** A buffer over the tensor counts bytes in an int. */
    private static final int MAX_VALUES = Integer.MAX_VALUE / Float.BYTES;

    private final ImageDataset data;
    private final int batchSize;

    public EvaluationBatches(ImageDataset data, int batchSize) {
        if (batchSize < 1) {
            throw new InputException("batchSize must be at least 1, but is " + batchSize);
        }
        this.data = data;
        this.batchSize = Math.min(batchSize, Math.max(1, data.size()));
        requireFits(data, this.batchSize);
    }

    public ImageDataset data() {
        return data;
    }

    /** The number of batches. */
    public int count() {
        return data.size() / batchSize + (data.size() % batchSize == 0 ? 0 : 1);
    }

    /** One batch; its tensors belong to the caller's scope. */
    public Batch batch(int number) {
        Objects.checkIndex(number, count());
        int from = number * batchSize;
        int[] indices = IntStream.range(from, from + Math.min(batchSize, data.size() - from))
                .toArray();
        return Batch.of(data, indices, data::pixels);
    }

    static void requireFits(ImageDataset data, int batchSize) {
        if ((long) batchSize * data.exampleBytes() > MAX_VALUES) {
            throw new InputException("batchSize %d of %dx%d images is over 2 GiB: choose a smaller one"
                    .formatted(batchSize, data.height(), data.width()));
        }
    }
}
