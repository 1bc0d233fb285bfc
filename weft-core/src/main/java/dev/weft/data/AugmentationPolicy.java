package dev.weft.data;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.weft.io.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Which operations change the look of a training image, and how strongly: drawn anew for every example and epoch. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = AugmentationPolicy.RandAugment.class, name = "rand-augment"),
    @JsonSubTypes.Type(value = AugmentationPolicy.AutoAugment.class, name = "auto-augment"),
    @JsonSubTypes.Type(value = AugmentationPolicy.ColourJitter.class, name = "colour-jitter")
})
public sealed interface AugmentationPolicy {
    /** Changes an image in place. */
    void apply(Planes image, RandomGenerator random);

    private static void apply(ImageOperation operation, double level, Planes image, RandomGenerator random) {
        double strength = operation.strength(level);
        boolean turned = operation.isSigned() && random.nextBoolean();
        operation.apply(image, turned ? -strength : strength);
    }

    /**
     * RandAugment (Cubuk et al. 2020, "RandAugment: Practical Automated Data Augmentation with a Reduced Search Space"): some operations
     * out of fourteen, one after another, each drawn uniformly, all of one magnitude.
     *
     * @param operations how many
     * @param magnitude 0 to 30; the paper's for ImageNet is 9 with ResNet-50
     */
    record RandAugment(
            @JsonProperty(defaultValue = "2") int operations,
            @JsonProperty(defaultValue = "9") int magnitude) implements AugmentationPolicy {
        private static final int HIGHEST = 30;
        private static final List<ImageOperation> FOURTEEN = Arrays.stream(ImageOperation.values())
                .filter(operation -> operation != ImageOperation.INVERT)
                .toList();

        public RandAugment {
            if (operations < 1 || operations > FOURTEEN.size() || magnitude < 0 || magnitude > HIGHEST) {
                throw new InputException("rand-augment must have operations from 1 to " + FOURTEEN.size()
                        + " and a magnitude from 0 to " + HIGHEST + ", but got operations=" + operations
                        + ", magnitude=" + magnitude + ".");
            }
        }

        @Override
        public void apply(Planes image, RandomGenerator random) {
            for (int i = 0; i < operations; i++) {
                ImageOperation operation = FOURTEEN.get(random.nextInt(FOURTEEN.size()));
                AugmentationPolicy.apply(operation, (double) magnitude / HIGHEST, image, random);
            }
        }
    }

    /**
     * AutoAugment (Cubuk et al. 2019, "AutoAugment: Learning Augmentation Strategies from Data", table 9): one of the 25 pairs of operations
     * that were found for ImageNet, drawn uniformly; each of the two is applied with its own probability.
     */
    record AutoAugment() implements AugmentationPolicy {
        @Override
        public void apply(Planes image, RandomGenerator random) {
            for (ImageNetPairs.Part part : ImageNetPairs.ALL.get(random.nextInt(ImageNetPairs.ALL.size()))) {
                if (random.nextDouble() < part.probability()) {
                    AugmentationPolicy.apply(part.operation(), part.level(), image, random);
                }
            }
        }
    }

    /**
     * Brightness, contrast and saturation, each by a factor that is drawn uniformly around 1, one after another in a drawn order. Saturation
     * does nothing to a grey image.
     *
     * @param brightness the factor is from 1 less this to 1 more than this; 0 for none
     * @param contrast as {@code brightness}
     * @param saturation as {@code brightness}
     */
    record ColourJitter(
            @JsonProperty(defaultValue = "0.0") double brightness,
            @JsonProperty(defaultValue = "0.0") double contrast,
            @JsonProperty(defaultValue = "0.0") double saturation)
            implements AugmentationPolicy {
        public ColourJitter {
            if (!(in01(brightness) && in01(contrast) && in01(saturation) && brightness + contrast + saturation > 0)) {
                throw new InputException(
                        "colour-jitter must have brightness, contrast and saturation from 0 to 1, one of"
                                + " them over 0, but got brightness=" + brightness + ", contrast=" + contrast
                                + ", saturation="
                                + saturation + ".");
            }
        }

        private static boolean in01(double value) {
            return value >= 0 && value <= 1;
        }

        @Override
        public void apply(Planes image, RandomGenerator random) {
            Map<ImageOperation, Double> ranges = new LinkedHashMap<>();
            ranges.put(ImageOperation.BRIGHTNESS, brightness);
            ranges.put(ImageOperation.CONTRAST, contrast);
            ranges.put(ImageOperation.COLOR, saturation);
            ranges.values().removeIf(range -> range == 0);
            List<ImageOperation> left = new ArrayList<>(ranges.keySet());
            while (!left.isEmpty()) {
                ImageOperation operation = left.remove(random.nextInt(left.size()));
                operation.apply(image, ranges.get(operation) * (2 * random.nextDouble() - 1));
            }
        }
    }
}
