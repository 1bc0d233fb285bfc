package dev.weft.data;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * One image in planes, which operations change in place: (channels, height, width), row by row, one unsigned byte a sample.
 *
 * @param bytes of all planes
 */
record Planes(byte[] bytes, int channels, int height, int width) {
    /** What lies outside an image that was moved: the middle grey of AutoAugment's own code. */
    private static final byte OUTSIDE = (byte) 128;

    int at(int channel, int place) {
        return bytes[channel * height * width + place] & 0xFF;
    }

    void set(int channel, int place, int value) {
        bytes[channel * height * width + place] = (byte) value;
    }

    /** The number of places of a plane. */
    int places() {
        return height * width;
    }

    /** Replaces each sample of a channel by what a table says of its value. */
    void map(int channel, IntUnaryOperator value) {
        byte[] table = new byte[256];
        for (int i = 0; i < 256; i++) {
            table[i] = (byte) value.applyAsInt(i);
        }
        int from = channel * places();
        for (int i = from; i < from + places(); i++) {
            bytes[i] = table[bytes[i] & 0xFF];
        }
    }

    /** The same for every channel. */
    void map(IntUnaryOperator value) {
        for (int channel = 0; channel < channels; channel++) {
            map(channel, value);
        }
    }

    /** How often each value is in a channel. */
    int[] histogram(int channel) {
        int[] counts = new int[256];
        for (int place = 0; place < places(); place++) {
            counts[at(channel, place)]++;
        }
        return counts;
    }

    /** The brightness of a place: 0.299 red + 0.587 green + 0.114 blue, rounded. */
    int grey(int place) {
        return channels == 1
                ? at(0, place)
                : (299 * at(0, place) + 587 * at(1, place) + 114 * at(2, place) + 500) / 1000;
    }

    /**
     * Moves pixels to the nearest places: what is at (x, y) comes from {@code (xx x + xy y + x0, yx x + yy y + y0)}, where x and y are
     * measured from the corner to the middle of a pixel, so that the first one's is 0.5.
     */
    void move(double xx, double xy, double x0, double yx, double yy, double y0) {
        byte[] old = bytes.clone();
        Arrays.fill(bytes, OUTSIDE);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int fromX = (int) Math.floor(xx * (x + 0.5) + xy * (y + 0.5) + x0);
                int fromY = (int) Math.floor(yx * (x + 0.5) + yy * (y + 0.5) + y0);
                if (fromX >= 0 && fromX < width && fromY >= 0 && fromY < height) {
                    for (int channel = 0; channel < channels; channel++) {
                        int plane = channel * places();
                        bytes[plane + y * width + x] = old[plane + fromY * width + fromX];
                    }
                }
            }
        }
    }

    /** {@code other + factor (value - other)}, cut to 0 to 255, without its fraction. */
    static int blend(int other, int value, double factor) {
        return (int) Math.max(0, Math.min(255, other + factor * (value - other)));
    }
}
