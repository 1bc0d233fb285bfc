package dev.weft.export;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * What an exported model reads, as its file says it. The model itself normalises and resizes: it is given pixel values at
 * {@code size}, nothing else. The rest is for readers.
 *
 * @param channels 1 for grey, 3 for colour
 * @param size height and width of the images to give
 * @param mean per channel on the scale 0 to 1, subtracted by the model
 * @param std per channel on the scale 0 to 1, divided by in the model
 * @param resolution height and width that the model resizes to
 * @param background the grey value, 0 to 255, that transparent pictures were laid on for training, and are to be laid on here
 * @param centreCrop the part of the shorter side that is seen, where pictures keep their shape and their centre is cut out; empty where
 *     they are stretched
 */
public record ExportedInput(
        int channels,
        int size,
        List<Double> mean,
        List<Double> std,
        int resolution,
        int background,
        OptionalDouble centreCrop) {
    private static final String PREFIX = "weft.image.";
    private static final String PIXELS = "pixel values 0..255, float32 (batch, channels, height, width)";

    public ExportedInput {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (background < 0 || background > 255) {
            throw new InvalidInputException(
                    "The background of an exported model must be from 0 to 255, but is " + background + ".");
        }
        if (centreCrop.isPresent() && !(centreCrop.getAsDouble() >= 0.1 && centreCrop.getAsDouble() <= 1)) {
            throw new InvalidInputException("The centre crop of an exported model must be from 0.1 to 1, but is "
                    + centreCrop.getAsDouble() + ".");
        }
        if (channels < 1 || channels > 1024 || size < 1 || size > 1 << 14 || resolution < 1 || resolution > size) {
            throw new InvalidInputException(
                    "The images of an exported model must have sizes between 1 and 16384, but got channels=" + channels
                            + ", size=" + size + ", resolution=" + resolution + ".");
        }
    }

    static ExportedInput of(Label label) {
        return new ExportedInput(
                label.integer(PREFIX + "channels"),
                label.integer(PREFIX + "size"),
                label.numbers(PREFIX + "mean"),
                label.numbers(PREFIX + "std"),
                label.integer(PREFIX + "resolution"),
                label.integer(PREFIX + "background", ImagePlanes.WHITE),
                label.number(PREFIX + "centreCrop"));
    }

    /** What the metadata of a file says of it. */
    public Map<String, String> label() {
        Map<String, String> label = new LinkedHashMap<>();
        label.put(PREFIX + "channels", Integer.toString(channels));
        label.put(PREFIX + "size", Integer.toString(size));
        label.put(PREFIX + "mean", text(mean));
        label.put(PREFIX + "std", text(std));
        label.put(PREFIX + "resolution", Integer.toString(resolution));
        label.put(PREFIX + "background", Integer.toString(background));
        centreCrop.ifPresent(part -> label.put(PREFIX + "centreCrop", Double.toString(part)));
        label.put(PREFIX + "pixels", PIXELS);
        return label;
    }

    private static String text(List<Double> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    /** The number of pixel values of one image. */
    public int pixelsPerImage() {
        return Math.multiplyExact(channels, Math.multiplyExact(size, size));
    }
}
