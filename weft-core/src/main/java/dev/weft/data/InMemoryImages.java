package dev.weft.data;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntFunction;

/** Images held as one byte array. */
public final class InMemoryImages implements ImageDataset {
    private final String name;
    private final List<String> classes;
    private final int channels;
    private final int height;
    private final int width;
    private final byte[] pixels;
    private final int[] labels;
    private final IntFunction<String> ids;

    /**
     * Images from arrays, which are copied.
     *
     * @param channels 1 or 3
     * @param pixels {@code labels.length * channels * height * width} bytes: example by example, plane by plane, row by row
     * @param labels one class per example, an index into {@code classes}
     * @param ids one per example, all different
     */
    public static InMemoryImages of(
            String name,
            List<String> classes,
            int channels,
            int height,
            int width,
            byte[] pixels,
            int[] labels,
            List<String> ids) {
        List<String> copy = List.copyOf(ids);
        if (copy.size() != labels.length) {
            throw new IllegalArgumentException(labels.length + " labels need as many ids, not " + copy.size());
        }
        if (new HashSet<>(copy).size() < copy.size()) {
            throw new IllegalArgumentException("ids must all differ");
        }
        return new InMemoryImages(name, classes, channels, height, width, pixels.clone(), labels.clone(), copy::get);
    }

    /** Keeps the arrays: for readers that have just filled them. */
    InMemoryImages(
            String name,
            List<String> classes,
            int channels,
            int height,
            int width,
            byte[] pixels,
            int[] labels,
            IntFunction<String> ids) {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("channels must be 1 or 3, not " + channels);
        }
        if ((long) labels.length * channels * height * width != pixels.length) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%d images of %dx%dx%d do not have %d bytes",
                    labels.length,
                    channels,
                    height,
                    width,
                    pixels.length));
        }
        for (int label : labels) {
            if (label < 0 || label >= classes.size()) {
                throw new IllegalArgumentException("label " + label + " is none of " + classes.size() + " classes");
            }
        }
        this.name = name;
        this.classes = List.copyOf(classes);
        this.channels = channels;
        this.height = height;
        this.width = width;
        this.pixels = pixels;
        this.labels = labels;
        this.ids = ids;
    }

    /** Ids for examples that have nothing but a place in a file: {@code train/00042}. */
    static IntFunction<String> numbered(String part) {
        return index -> {
            String digits = Integer.toString(index);
            return part + "/" + "0".repeat(Math.max(0, 5 - digits.length())) + digits;
        };
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public int channels() {
        return channels;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public int label(int index) {
        return labels[index];
    }

    @Override
    public String id(int index) {
        Objects.checkIndex(index, labels.length);
        return ids.apply(index);
    }

    @Override
    public void pixels(int index, byte[] into, int offset) {
        int length = exampleBytes();
        System.arraycopy(pixels, index * length, into, offset, length);
    }
}
