package dev.weft.data;

import java.util.function.Supplier;

/**
 * Batches of images of which a list says what stands where, so that an example may come several times in an epoch, or never. An epoch
 * is one permutation of the places of that list. Unlike other batches, these depend on the list as it is when a step asks.
 */
public final class ResampledImages implements Batches {
    private final ImageBatches images;
    private final Supplier<int[]> examples;

    /** @param examples the example at each place, as many places as the data set has examples */
    public ResampledImages(ImageBatches images, Supplier<int[]> examples) {
        this.images = images;
        this.examples = examples;
    }

    @Override
    public long stepsPerEpoch() {
        return images.stepsPerEpoch();
    }

    @Override
    public Batch batch(long step) {
        return images.batch(step, examples.get());
    }
}
