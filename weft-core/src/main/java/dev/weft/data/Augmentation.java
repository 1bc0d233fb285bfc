package dev.weft.data;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import dev.weft.seed.Mix;
import java.util.Arrays;

/**
 * What happens to a training image before it becomes a tensor: pad every side with {@code cropPadding} zero pixels and cut the
 * original size out at a random place, then mirror left to right in half of the cases. One draw per (seed, epoch, example).
 *
 * @param cropPadding pixels of padding per side; 0 leaves the place alone
 * @param horizontalFlip whether to mirror; wrong for digits, letters and whatever else has a side
 */
public record Augmentation(
        @JsonProperty(defaultValue = "0") int cropPadding,
        @JsonProperty(defaultValue = "false") boolean horizontalFlip) {
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
        int from = Math.max(0, shiftX); // the columns of the image that stay inside
        int to = Math.min(width, width + shiftX);
        Arrays.fill(into, offset, offset + channels * height * width, (byte) 0);
        for (int channel = 0; channel < channels; channel++) {
            for (int y = Math.max(0, -shiftY); y < Math.min(height, height - shiftY); y++) {
                int row = (channel * height + y + shiftY) * width;
                int out = offset + (channel * height + y) * width;
                if (mirror) {
                    for (int x = from; x < to; x++) {
                        into[out + width - 1 - (x - shiftX)] = image[row + x];
                    }
                } else if (from < to) {
                    System.arraycopy(image, row + from, into, out + from - shiftX, to - from);
                }
            }
        }
    }
}
