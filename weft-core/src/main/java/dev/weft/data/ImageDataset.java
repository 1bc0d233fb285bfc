package dev.weft.data;

import java.util.Arrays;
import java.util.List;

/**
 * Labelled images in memory or on disk, all of one size, bytes 0 to 255. Implementations are immutable and may be read from
 * many threads at once.
 */
public interface ImageDataset {
    /** For records and messages, for instance {@code fashion-mnist-10k/train}. */
    String name();

    /** Class names; a label is an index into this list. */
    List<String> classes();

    /** 1 for grey, 3 for red, green, blue. */
    int channels();

    int height();

    int width();

    /** The number of examples. */
    int size();

    /** The class of an example, 0-based. */
    int label(int index);

    /**
     * An id that stays with the example, for instance {@code train/00042} (the place in an IDX file) or the path of an image file
     * relative to its folder. Unique within a data set and between the parts of one source.
     */
    String id(int index);

    /**
     * Writes the pixels of one example, {@code channels * height * width} bytes: one plane per channel, row by row from the top.
     *
     * @throws dev.weft.io.InputException when an image that is decoded on demand cannot be read any more
     */
    void pixels(int index, byte[] into, int offset);

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

    /** SHA-256 of the lines {@code id TAB label}, in order: which examples these are, as records of splits say it. */
    default String idsSha256() {
        return Sha256.ofExamples(this);
    }

    /**
     * Bytes that differ when an example's image does, for fingerprints: its pixels, or in a folder of image files
     * the file's size.
     *
     * @throws dev.weft.io.InputException when the file cannot be read any more
     */
    default byte[] content(int index) {
        byte[] pixels = new byte[exampleBytes()];
        pixels(index, pixels, 0);
        return pixels;
    }

    /** SHA-256 of the {@link #content} of every example, in order. */
    default String imagesSha256() {
        return Sha256.ofImages(this);
    }

    /** The examples at these indices, in this order: a view, nothing is copied. */
    default ImageDataset subset(String name, List<Integer> indices) {
        return new ImageSubset(name, this, indices);
    }
}
