package dev.weft.data;

import dev.weft.export.Framing;
import dev.weft.export.Framing.Box;
import dev.weft.export.ImagePlanes;
import dev.weft.io.InputException;
import dev.weft.seed.Mix;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Labelled images in memory or on disk, all of one size, bytes 0 to 255. Implementations are immutable and may be read from
 * many threads at once.
 */
public interface ImageDataset extends Dataset {
    @Override
    default String noun() {
        return "images";
    }

    /** Class names; a label is an index into this list. */
    List<String> classes();

    /** 1 for grey, 3 for red, green, blue. */
    int channels();

    int height();

    int width();

    /** The class of an example, 0-based. */
    int label(int index);

    /**
     * An id that stays with the example, for instance {@code train/00042} (the place in an IDX file) or the path of an image file
     * relative to its folder. Unique within a data set and between the parts of one source.
     */
    @Override
    String id(int index);

    /**
     * Writes the pixels of one example, {@code channels * height * width} bytes: one plane per channel, row by row from the top.
     *
     * @throws InputException when an image that is decoded on demand cannot be read any more
     */
    void pixels(int index, byte[] into, int offset);

    /** Chooses a part of a picture of some size. */
    @FunctionalInterface
    interface Crop {
        Box of(int height, int width);
    }

    /**
     * Writes a part of one example, resized to the size of all: as {@link #pixels}, cut out of the picture before it is resized where the
     * source has pictures of any size.
     *
     * @throws InputException as {@link #pixels}
     */
    default void crop(int index, Crop crop, byte[] into, int offset) {
        byte[] whole = new byte[exampleBytes()];
        pixels(index, whole, 0);
        Framing framing = Framing.stretched(crop.of(height(), width()), height(), width());
        byte[] planes = ImagePlanes.of(whole, channels(), height(), width(), framing);
        System.arraycopy(planes, 0, into, offset, planes.length);
    }

    /** The bytes of one example. */
    default int exampleBytes() {
        return channels() * height() * width();
    }

    /** How many examples each class has, in the order of {@link #classes}. */
    default List<Integer> classCounts() {
        int[] counts = new int[classes().size()];
        for (int i = 0; i < size(); i++) {
            counts[label(i)]++;
        }
        return Arrays.stream(counts).boxed().toList();
    }

    /** One class for each image. */
    @Override
    default int predictions(int index) {
        return 1;
    }

    /** SHA-256 of the lines {@code id TAB label}, in order. */
    @Override
    default String idsSha256() {
        return Sha256.ofLines(size(), index -> id(index) + "\t" + label(index));
    }

    /**
     * Bytes that differ when an example's image does, for fingerprints: its pixels, or in a folder of image files
     * the file's size.
     *
     * @throws InputException when the file cannot be read any more
     */
    default byte[] content(int index) {
        byte[] pixels = new byte[exampleBytes()];
        pixels(index, pixels, 0);
        return pixels;
    }

    /** SHA-256 of the {@link #content} of every example, in order. */
    @Override
    default String contentSha256() {
        return Sha256.ofImages(this);
    }

    /** The examples at these indices, in this order: a view, nothing is copied. */
    default ImageDataset subset(String name, List<Integer> indices) {
        return new ImageSubset(name, this, indices);
    }

    @Override
    default Batch batch(int[] indices) {
        return Batch.of(this, indices, (place, into, offset) -> pixels(indices[place], into, offset));
    }

    @Override
    default Halves halves(double part, long seed) {
        List<Integer> order =
                Arrays.stream(Mix.permutation(size(), seed)).boxed().toList();
        int first = size() - (int) Math.round(part * size());
        if (first < 1 || first == size()) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s must have an example or more on either side of a part of %s, but has %d in all.",
                    name(),
                    part,
                    size()));
        }
        return new Halves(
                subset(name(), order.subList(0, first).stream().sorted().toList()),
                subset(
                        name() + "/validation",
                        order.subList(first, size()).stream().sorted().toList()));
    }

    @Override
    default Batches batches(int batchSize, long seed) {
        return new ImageBatches(this, batchSize, seed, Augmentation.none());
    }

    @Override
    default void requireFits(int batchSize) {
        if ((long) batchSize * exampleBytes() > Integer.MAX_VALUE / Float.BYTES) { // a buffer counts bytes in an int
            throw new InputException(String.format(
                    Locale.ROOT,
                    "batchSize %d of %dx%d images is over 2 GiB: choose a smaller one",
                    batchSize,
                    height(),
                    width()));
        }
    }
}
