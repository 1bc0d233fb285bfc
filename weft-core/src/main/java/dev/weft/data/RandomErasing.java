package dev.weft.data;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.io.InputException;
import java.util.random.RandomGenerator;

/**
 * A rectangle of a training image is replaced by noise: every value in it is drawn uniformly (Zhong et al. 2020, "Random Erasing Data
 * Augmentation"). The last thing that happens to an image.
 *
 * @param probability of an image to lose a rectangle
 * @param smallest part of the image's area
 * @param largest part of the image's area
 * @param narrowest height divided by width; the widest is 1 divided by this
 */
public record RandomErasing(
        @JsonProperty(defaultValue = "0.25") double probability,
        @JsonProperty(defaultValue = "0.02") double smallest,
        @JsonProperty(defaultValue = "0.3333333333333333") double largest,
        @JsonProperty(defaultValue = "0.3") double narrowest) {
    private static final int TRIES = 10;

    public RandomErasing {
        if (!(probability > 0 && probability <= 1)) {
            throw new InputException(
                    "erasing must have a probability over 0 and at most 1, but got probability=" + probability + ".");
        }
        if (!(smallest > 0 && smallest <= largest && largest < 1 && narrowest > 0 && narrowest <= 1)) {
            throw new InputException(
                    "erasing must have 0 < smallest <= largest < 1 and 0 < narrowest <= 1, but got smallest=" + smallest
                            + ", largest=" + largest + ", narrowest=" + narrowest + ".");
        }
    }

    /** Changes an image in place, or leaves it: by chance, or because ten rectangles did not fit. */
    void apply(Planes image, RandomGenerator random) {
        if (random.nextDouble() >= probability) {
            return;
        }
        double bound = -StrictMath.log(narrowest);
        for (int i = 0; i < TRIES; i++) {
            double area = image.places() * (smallest + (largest - smallest) * random.nextDouble());
            double shape = StrictMath.exp(bound * (2 * random.nextDouble() - 1));
            int height = (int) Math.rint(Math.sqrt(area * shape));
            int width = (int) Math.rint(Math.sqrt(area / shape));
            if (height > 0 && width > 0 && height < image.height() && width < image.width()) {
                int top = random.nextInt(image.height() - height + 1);
                int left = random.nextInt(image.width() - width + 1);
                erase(image, top, left, height, width, random);
                return;
            }
        }
    }

    private static void erase(Planes image, int top, int left, int height, int width, RandomGenerator random) {
        for (int channel = 0; channel < image.channels(); channel++) {
            for (int y = top; y < top + height; y++) {
                for (int x = left; x < left + width; x++) {
                    image.set(channel, y * image.width() + x, random.nextInt(256));
                }
            }
        }
    }
}
