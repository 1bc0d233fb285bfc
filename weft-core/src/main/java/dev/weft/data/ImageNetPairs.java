package dev.weft.data;

import static dev.weft.data.ImageOperation.AUTO_CONTRAST;
import static dev.weft.data.ImageOperation.COLOR;
import static dev.weft.data.ImageOperation.CONTRAST;
import static dev.weft.data.ImageOperation.EQUALIZE;
import static dev.weft.data.ImageOperation.INVERT;
import static dev.weft.data.ImageOperation.POSTERIZE;
import static dev.weft.data.ImageOperation.ROTATE;
import static dev.weft.data.ImageOperation.SHARPNESS;
import static dev.weft.data.ImageOperation.SHEAR_X;
import static dev.weft.data.ImageOperation.SOLARIZE;

import java.util.List;

/** The policy that AutoAugment found for ImageNet. */
final class ImageNetPairs {
    private static final int HIGHEST = 9;

    /** One operation of a pair: how likely it is applied, and its magnitude from 0 to 9. */
    record Part(ImageOperation operation, double probability, int magnitude) {
        double level() {
            return (double) magnitude / HIGHEST;
        }
    }

    /** The pairs, in the order of the published table, which has some pairs twice. */
    static final List<List<Part>> ALL = List.of(
            pair(POSTERIZE, 0.4, 8, ROTATE, 0.6, 9),
            pair(SOLARIZE, 0.6, 5, AUTO_CONTRAST, 0.6, 5),
            pair(EQUALIZE, 0.8, 8, EQUALIZE, 0.6, 3),
            pair(POSTERIZE, 0.6, 7, POSTERIZE, 0.6, 6),
            pair(EQUALIZE, 0.4, 7, SOLARIZE, 0.2, 4),
            pair(EQUALIZE, 0.4, 4, ROTATE, 0.8, 8),
            pair(SOLARIZE, 0.6, 3, EQUALIZE, 0.6, 7),
            pair(POSTERIZE, 0.8, 5, EQUALIZE, 1.0, 2),
            pair(ROTATE, 0.2, 3, SOLARIZE, 0.6, 8),
            pair(EQUALIZE, 0.6, 8, POSTERIZE, 0.4, 6),
            pair(ROTATE, 0.8, 8, COLOR, 0.4, 0),
            pair(ROTATE, 0.4, 9, EQUALIZE, 0.6, 2),
            pair(EQUALIZE, 0.0, 7, EQUALIZE, 0.8, 8),
            pair(INVERT, 0.6, 4, EQUALIZE, 1.0, 8),
            pair(COLOR, 0.6, 4, CONTRAST, 1.0, 8),
            pair(ROTATE, 0.8, 8, COLOR, 1.0, 2),
            pair(COLOR, 0.8, 8, SOLARIZE, 0.8, 7),
            pair(SHARPNESS, 0.4, 7, INVERT, 0.6, 8),
            pair(SHEAR_X, 0.6, 5, EQUALIZE, 1.0, 9),
            pair(COLOR, 0.4, 0, EQUALIZE, 0.6, 3),
            pair(EQUALIZE, 0.4, 7, SOLARIZE, 0.2, 4),
            pair(SOLARIZE, 0.6, 5, AUTO_CONTRAST, 0.6, 5),
            pair(INVERT, 0.6, 4, EQUALIZE, 1.0, 8),
            pair(COLOR, 0.6, 4, CONTRAST, 1.0, 8),
            pair(EQUALIZE, 0.8, 8, EQUALIZE, 0.6, 3));

    private ImageNetPairs() {}

    private static List<Part> pair(ImageOperation one, double p, int m, ImageOperation two, double q, int n) {
        return List.of(new Part(one, p, m), new Part(two, q, n));
    }
}
