package dev.weft.data;

import dev.weft.io.InputException;
import dev.weft.seed.Mix;
import dev.weft.seed.RandomStream;
import java.util.Arrays;
import java.util.Locale;

/**
 * The training batches of images. An epoch is one permutation of all examples cut into full batches; the rest that does not fill a
 * batch is left out of that epoch.
 */
public final class ImageBatches implements Batches {
    private final ImageDataset data;
    private final int batchSize;
    private final long seed;
    private final Augmentation augmentation;
    private volatile Epoch latest;

    /**
     * @throws InputException when the data set does not fill one batch
     */
    public ImageBatches(ImageDataset data, int batchSize, long seed, Augmentation augmentation) {
        if (batchSize < 1 || batchSize > data.size()) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "batchSize must be from 1 to the number of training images, %d in %s, but is %d",
                    data.size(),
                    data.name(),
                    batchSize));
        }
        data.requireFits(batchSize);
        this.data = data;
        this.batchSize = batchSize;
        this.seed = seed;
        this.augmentation = augmentation;
    }

    public ImageDataset data() {
        return data;
    }

    public int batchSize() {
        return batchSize;
    }

    @Override
    public long stepsPerEpoch() {
        return data.size() / batchSize;
    }

    /** The epoch, from 0, that a step belongs to. */
    public long epoch(long step) {
        return step / stepsPerEpoch();
    }

    /** The examples of a step, from 0, as indices into the data set. */
    public int[] indices(long step) {
        if (step < 0) {
            throw new IllegalArgumentException("steps count from 0, not " + step);
        }
        int from = (int) (step % stepsPerEpoch()) * batchSize;
        return Arrays.copyOfRange(order(epoch(step)), from, from + batchSize);
    }

    @Override
    public Batch batch(long step) {
        return batch(indices(step), epoch(step));
    }

    /**
     * The batch of chosen examples, augmented as in this epoch: for samplers that draw examples themselves. Its tensors belong to
     * the caller's scope.
     */
    public Batch batch(int[] indices, long epoch) {
        return batch(indices, indices, epoch);
    }

    /**
     * The batch of the examples that stand at the places which this step would otherwise read. The augmentation goes by place, so that
     * one example at several places is seen in several ways; where every example is at its own place, the batch is {@link #batch(long)}.
     *
     * @param examples which example is at each place, as many as the data set has
     */
    Batch batch(long step, int[] examples) {
        int[] places = indices(step);
        return batch(Arrays.stream(places).map(place -> examples[place]).toArray(), places, epoch(step));
    }

    private Batch batch(int[] indices, int[] views, long epoch) {
        return Batch.of(
                data,
                indices,
                (place, pixels, offset) -> augmentation.read(
                        data,
                        indices[place],
                        RandomStream.AUGMENTATION.bits(seed, epoch, views[place]),
                        pixels,
                        offset));
    }

    private int[] order(long epoch) {
        Epoch known = latest;
        if (known == null || known.number != epoch) {
            known = new Epoch(epoch, Mix.permutation(data.size(), RandomStream.ORDER.bits(seed, epoch)));
            latest = known;
        }
        return known.order;
    }

    /** Kept because the steps of an epoch come one after another. */
    private static final class Epoch {
        private final long number;
        private final int[] order;

        private Epoch(long number, int[] order) {
            this.number = number;
            this.order = order;
        }
    }
}
