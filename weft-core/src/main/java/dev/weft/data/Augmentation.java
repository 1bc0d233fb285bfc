package dev.weft.data;

import dev.weft.io.InputException;

/**
 * What happens to a training image before it becomes a tensor: pad every side with {@code cropPadding} zero pixels and cut the
 * original size out at a random place, then mirror left to right in half of the cases. One draw per (seed, epoch, example).
 *
 * @param cropPadding pixels of padding per side; 0 leaves the place alone
 * @param horizontalFlip whether to mirror; wrong for digits, letters and whatever else has a side
 */
public record Augmentation(int cropPadding, boolean horizontalFlip) {
    private static final int MAX_PADDING = 1024;

    public Augmentation {
        if (cropPadding < 0 || cropPadding > MAX_PADDING) {
            throw new InputException("cropPadding must be from 0 to " + MAX_PADDING + " pixels, but is " + cropPadding);
        }
    }

    public static Augmentation none() {
        return new Augmentation(0, false);
    }

    public boolean isNone() {
        return cropPadding == 0 && !horizontalFlip;
    }

    /**
     * Writes the augmented image to {@code into} at {@code offset}.
     *
     * @param image the planes of one image, {@code channels * height * width} bytes
     * @param key decides crop and mirroring: callers make it of seed, epoch and example
     */
    void apply(byte[] image, int channels, int height, int width, long key, byte[] into, int offset) {
        int shiftY = Mix.below(2 * cropPadding + 1, Mix.bits(key, 1)) - cropPadding;
        int shiftX = Mix.below(2 * cropPadding + 1, Mix.bits(key, 2)) - cropPadding;
        boolean mirror = horizontalFlip && Mix.bits(key, 3) < 0;
        moved(image, channels, height, width, shiftY, shiftX, mirror, into, offset);
    }

    /** Pixel (y, x) of the result is pixel (y + shiftY, x + shiftX) of the image, zero outside; then mirrored. */
    static void moved(
            byte[] image,
            int channels,
            int height,
            int width,
            int shiftY,
            int shiftX,
            boolean mirror,
            byte[] into,
            int offset) {
        int out = offset;
        for (int channel = 0; channel < channels; channel++) {
            for (int y = 0; y < height; y++) {
                int sourceY = y + shiftY;
                boolean rowInside = sourceY >= 0 && sourceY < height;
                int row = (channel * height + sourceY) * width;
                for (int x = 0; x < width; x++) {
                    int sourceX = (mirror ? width - 1 - x : x) + shiftX;
                    into[out++] = rowInside && sourceX >= 0 && sourceX < width ? image[row + sourceX] : 0;
                }
            }
        }
    }
}
