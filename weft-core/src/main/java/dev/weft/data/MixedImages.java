package dev.weft.data;

import dev.weft.seed.RandomStream;

/** Batches of images that are mixed with each other: a function of seed and step, as those that they are made of. */
public final class MixedImages implements Batches {
    private final Batches images;
    private final Mixing mixing;
    private final long seed;

    /** @param images batches of (B, C, H, W) with a class for each image */
    public MixedImages(Batches images, Mixing mixing, long seed) {
        this.images = images;
        this.mixing = mixing;
        this.seed = seed;
    }

    @Override
    public long stepsPerEpoch() {
        return images.stepsPerEpoch();
    }

    @Override
    public Batch batch(long step) {
        return mixing.mix(images.batch(step), RandomStream.AUGMENTATION.random(seed, step));
    }
}
