package dev.weft.data;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.export.Framing.Box;
import dev.weft.io.InputException;
import java.util.random.RandomGenerator;

/**
 * A part of a training picture, of a drawn size and shape at a drawn place, which is brought to the size of the data set (Szegedy et al.
 * 2015, "Going Deeper with Convolutions", section 6, by the rules of torchvision). Where the data is a folder of pictures, it is cut out of the picture as
 * the file has it, before any resizing.
 *
 * @param smallest part of the picture's area; 0.08 is usual
 * @param largest part of the picture's area
 * @param narrowest width divided by height
 * @param widest width divided by height
 */
public record RandomResizedCrop(
        @JsonProperty(defaultValue = "0.08") double smallest,
        @JsonProperty(defaultValue = "1.0") double largest,
        @JsonProperty(defaultValue = "0.75") double narrowest,
        @JsonProperty(defaultValue = "1.3333333333333333") double widest) {
    private static final int TRIES = 10;

    public RandomResizedCrop {
        if (!(smallest > 0 && smallest <= largest && largest <= 1)) {
            throw new InputException("randomResizedCrop must have 0 < smallest <= largest <= 1, but got smallest="
                    + smallest + ", largest=" + largest + ".");
        }
        if (!(narrowest > 0 && narrowest <= widest && Double.isFinite(widest))) {
            throw new InputException("randomResizedCrop must have 0 < narrowest <= widest, but got narrowest="
                    + narrowest + ", widest=" + widest + ".");
        }
    }

    /**
     * A crop of a picture: the area is uniform, the shape uniform on a logarithmic scale, the place uniform. When ten such boxes do not
     * fit, the largest one in the centre whose shape is allowed.
     */
    Box draw(int height, int width, RandomGenerator random) {
        double lowest = StrictMath.log(narrowest);
        double highest = StrictMath.log(widest);
        for (int i = 0; i < TRIES; i++) {
            double area = (double) height * width * (smallest + (largest - smallest) * random.nextDouble());
            double shape = StrictMath.exp(lowest + (highest - lowest) * random.nextDouble());
            int w = (int) Math.rint(Math.sqrt(area * shape));
            int h = (int) Math.rint(Math.sqrt(area / shape));
            if (w > 0 && h > 0 && w <= width && h <= height) {
                return new Box(random.nextInt(height - h + 1), random.nextInt(width - w + 1), h, w);
            }
        }
        double shape = (double) width / height;
        int w = shape > widest ? (int) Math.rint(height * widest) : width;
        int h = shape < narrowest ? (int) Math.rint(width / narrowest) : height;
        return new Box((height - h) / 2, (width - w) / 2, h, w);
    }
}
