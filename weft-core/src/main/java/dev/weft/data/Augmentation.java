package dev.weft.data;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import dev.weft.seed.Mix;
import dev.weft.seed.RandomStream;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * What happens to a training image before it becomes a tensor. A crop: either pad every side with {@code cropPadding} zero pixels and cut
 * the original size out at a random place, or a {@link RandomResizedCrop}. Then mirror left to right in half of the cases, and change the
 * look as the {@link AugmentationPolicy} says, and erase a part. One draw per (seed, epoch, example).
 *
 * @param cropPadding pixels of padding per side; 0 leaves the place alone
 * @param horizontalFlip whether to mirror; wrong for digits, letters and whatever else has a side
 * @param randomResizedCrop a crop of any size in place of the padding; absent for none
 * @param policy operations such as turning, shearing and changes of colour; absent for none
 * @param erasing a rectangle of noise, at last; absent for none
 */
public record Augmentation(
        @JsonProperty(defaultValue = "0") int cropPadding,
        @JsonProperty(defaultValue = "false") boolean horizontalFlip,
        @JsonInclude(JsonInclude.Include.NON_NULL) RandomResizedCrop randomResizedCrop,
        @JsonInclude(JsonInclude.Include.NON_NULL) AugmentationPolicy policy,
        @JsonInclude(JsonInclude.Include.NON_NULL) RandomErasing erasing) {
    private static final int MAX_PADDING = 1024;
    private static final long CROP = 4; // after the draws of apply
    private static final long POLICY = 5;
    private static final long ERASING = 6;

    public Augmentation {
        if (cropPadding < 0 || cropPadding > MAX_PADDING) {
            throw new InputException("cropPadding must be from 0 to " + MAX_PADDING + " pixels, but is " + cropPadding);
        }
        if (cropPadding > 0 && randomResizedCrop != null) {
            throw new InputException("augmentation must have cropPadding or randomResizedCrop, not both, but got"
                    + " cropPadding=" + cropPadding + " beside " + randomResizedCrop);
        }
    }

    /** A crop of a padded image, and mirroring. */
    public Augmentation(int cropPadding, boolean horizontalFlip) {
        this(cropPadding, horizontalFlip, null, null, null);
    }

    public static Augmentation none() {
        return new Augmentation(0, false);
    }

    public boolean isNone() {
        return equals(none());
    }

    /**
     * Writes an augmented example to {@code into} at {@code offset}.
     *
     * @param key decides everything that is drawn: callers make it of seed, epoch and example
     */
    void read(ImageDataset data, int index, long key, byte[] into, int offset) {
        if (isNone()) {
            data.pixels(index, into, offset);
            return;
        }
        byte[] image = new byte[data.exampleBytes()];
        if (randomResizedCrop == null) {
            data.pixels(index, image, 0);
        } else {
            RandomGenerator random = RandomStream.AUGMENTATION.random(key, CROP);
            data.crop(index, (height, width) -> randomResizedCrop.draw(height, width, random), image, 0);
        }
        Planes moved = new Planes(new byte[image.length], data.channels(), data.height(), data.width());
        apply(image, data.channels(), data.height(), data.width(), key, moved.bytes(), 0);
        if (policy != null) {
            policy.apply(moved, RandomStream.AUGMENTATION.random(key, POLICY));
        }
        if (erasing != null) {
            erasing.apply(moved, RandomStream.AUGMENTATION.random(key, ERASING));
        }
        System.arraycopy(moved.bytes(), 0, into, offset, image.length);
    }

    /**
     * Moves and mirrors: writes the result to {@code into} at {@code offset}.
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
