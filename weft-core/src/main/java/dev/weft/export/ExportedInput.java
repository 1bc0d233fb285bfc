package dev.weft.export;

import dev.weft.io.InputException;
import java.util.List;

/**
 * What an exported model reads, as its file says it. The model itself normalises and resizes: it is given pixel values at
 * {@code size}, nothing else. The rest is for readers.
 *
 * @param channels 1 for grey, 3 for colour
 * @param size height and width of the images to give
 * @param mean per channel on the scale 0 to 1, subtracted by the model
 * @param std per channel on the scale 0 to 1, divided by in the model
 * @param resolution height and width that the model resizes to
 * @param pixels the scale and the layout, in words
 */
public record ExportedInput(
        int channels, int size, List<Double> mean, List<Double> std, int resolution, String pixels) {
    static final String PIXELS = "pixel values 0..255, float32 (batch, channels, height, width)";

    public ExportedInput {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (channels < 1 || channels > 1024 || size < 1 || size > 1 << 14 || resolution < 1 || resolution > size) {
            throw new InputException(
                    "The images of an exported model must have sizes between 1 and 16384, but got channels=" + channels
                            + ", size=" + size + ", resolution=" + resolution + ".");
        }
    }

    /** The number of pixel values of one image. */
    public int pixelsPerImage() {
        return Math.multiplyExact(channels, Math.multiplyExact(size, size));
    }
}
