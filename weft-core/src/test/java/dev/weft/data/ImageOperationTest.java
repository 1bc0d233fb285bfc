package dev.weft.data;

import static dev.weft.data.ImageOperation.AUTO_CONTRAST;
import static dev.weft.data.ImageOperation.BRIGHTNESS;
import static dev.weft.data.ImageOperation.COLOR;
import static dev.weft.data.ImageOperation.CONTRAST;
import static dev.weft.data.ImageOperation.EQUALIZE;
import static dev.weft.data.ImageOperation.IDENTITY;
import static dev.weft.data.ImageOperation.INVERT;
import static dev.weft.data.ImageOperation.POSTERIZE;
import static dev.weft.data.ImageOperation.ROTATE;
import static dev.weft.data.ImageOperation.SHARPNESS;
import static dev.weft.data.ImageOperation.SHEAR_X;
import static dev.weft.data.ImageOperation.SHEAR_Y;
import static dev.weft.data.ImageOperation.SOLARIZE;
import static dev.weft.data.ImageOperation.TRANSLATE_X;
import static dev.weft.data.ImageOperation.TRANSLATE_Y;
import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Every expected value was worked out by hand. */
class ImageOperationTest {
    private static final int OUT = 128;
    private static final int[] NINE = {1, 2, 3, 4, 5, 6, 7, 8, 9};

    @Test
    void identityAndInvert() {
        assertThat(grey(3, IDENTITY, 0, NINE)).containsExactly(NINE);
        assertThat(grey(2, INVERT, 0, 0, 1, 200, 255)).containsExactly(255, 254, 55, 0);
    }

    /** Each row moves by one pixel more than the row above. The middle of the first row is half way between two pixels, and the right one is taken. */
    @Test
    void shears() {
        assertThat(grey(3, SHEAR_X, 1, NINE)).containsExactly(2, 3, OUT, 6, OUT, OUT, OUT, OUT, OUT);
        assertThat(grey(3, SHEAR_X, 0.3, NINE))
                .containsExactly(1, 2, 3, 4, 5, 6, 8, 9, OUT); // 0.15, 0.45, 0.75 of a pixel
        assertThat(grey(3, SHEAR_X, -0.3, NINE)).containsExactly(1, 2, 3, 4, 5, 6, OUT, 7, 8);
        assertThat(grey(3, SHEAR_Y, 0.3, NINE)).containsExactly(1, 2, 6, 4, 5, 9, 7, 8, OUT);
    }

    @Test
    void translatesByWholePixels() {
        assertThat(grey(3, TRANSLATE_X, 0.4, NINE)).containsExactly(OUT, 1, 2, OUT, 4, 5, OUT, 7, 8);
        assertThat(grey(3, TRANSLATE_X, -0.4, NINE)).containsExactly(2, 3, OUT, 5, 6, OUT, 8, 9, OUT);
        assertThat(grey(3, TRANSLATE_X, 0.3, NINE)).containsExactly(NINE); // 0.9 pixels are none
        assertThat(grey(3, TRANSLATE_Y, 0.4, NINE)).containsExactly(OUT, OUT, OUT, 1, 2, 3, 4, 5, 6);
    }

    @Test
    void turnsAgainstTheClock() {
        assertThat(grey(3, ROTATE, 90, NINE)).containsExactly(3, 6, 9, 2, 5, 8, 1, 4, 7);
        assertThat(grey(3, ROTATE, -90, NINE)).containsExactly(7, 4, 1, 8, 5, 2, 9, 6, 3);
        assertThat(grey(3, ROTATE, 0, NINE)).containsExactly(NINE);
        assertThat(grey(3, ROTATE, 35, NINE)).containsExactly(2, 3, 6, 1, 5, 9, 4, 7, 8);
    }

    @Test
    void brightensFromBlack() {
        assertThat(grey(2, BRIGHTNESS, 0.5, 0, 11, 100, 200)).containsExactly(0, 16, 150, 255);
        assertThat(grey(2, BRIGHTNESS, -0.9, 0, 11, 100, 255))
                .containsExactly(0, 1, 9, 25); // 9.99.. loses its fraction
    }

    /** Grey of (100, 50, 200) is (29900 + 29350 + 22800 + 500) / 1000 = 82. */
    @Test
    void colourGoesFromTheGreyOfEachPixel() {
        assertThat(colour(COLOR, -0.5, 100, 50, 200)).containsExactly(91, 66, 141);
        assertThat(colour(COLOR, 0.5, 100, 50, 200)).containsExactly(109, 34, 255);
        assertThat(grey(2, COLOR, -0.9, 0, 11, 100, 200)).containsExactly(0, 11, 100, 200);
    }

    /** The mean of 0, 10, 20 and 40 is 17.5, rounded 18. */
    @Test
    void contrastGoesFromTheMeanGrey() {
        assertThat(grey(2, CONTRAST, -0.5, 0, 10, 20, 40)).containsExactly(9, 14, 19, 29);
        assertThat(grey(2, CONTRAST, 0.5, 0, 10, 20, 40)).containsExactly(0, 6, 21, 51);
        assertThat(colour(CONTRAST, -0.5, 100, 50, 200)).containsExactly(91, 66, 141); // one pixel: its own grey
    }

    /** Smooth in the middle: (1 + 2 + 3 + 4 + 5 · 50 + 6 + 7 + 8 + 9) / 13 = 22.3, so 22. */
    @Test
    void sharpensTheInside() {
        int[] spike = {1, 2, 3, 4, 50, 6, 7, 8, 9};
        assertThat(grey(3, SHARPNESS, -0.5, spike)).containsExactly(1, 2, 3, 4, 36, 6, 7, 8, 9);
        assertThat(grey(3, SHARPNESS, 0.5, spike)).containsExactly(1, 2, 3, 4, 64, 6, 7, 8, 9);
    }

    @Test
    void posterizesAndSolarizes() {
        assertThat(grey(2, POSTERIZE, 4, 15, 16, 200, 255)).containsExactly(0, 16, 192, 240);
        assertThat(grey(2, POSTERIZE, 8, 15, 16, 200, 255)).containsExactly(15, 16, 200, 255);
        assertThat(grey(2, SOLARIZE, 128, 0, 127, 128, 255)).containsExactly(0, 127, 127, 0);
    }

    @Test
    void autoContrastStretchesEachChannel() {
        assertThat(grey(2, AUTO_CONTRAST, 0, 50, 60, 100, 150)).containsExactly(0, 25, 127, 255);
        assertThat(grey(2, AUTO_CONTRAST, 0, 50, 50, 50, 50)).containsExactly(50, 50, 50, 50);
        Planes two = planes(2, 2, 1, 10, 20, 100, 200);
        AUTO_CONTRAST.apply(two, 0);
        assertThat(values(two)).containsExactly(0, 255, 0, 255);
    }

    /**
     * 1,020 pixels, half of them 100 and half 200: step (1020 - 510) / 255 = 2, so 100 becomes 1 / 2 = 0 and 200 becomes 511 / 2 = 255.
     */
    @Test
    void equalizeSpreadsWhatIsThere() {
        byte[] bytes = new byte[1020];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i < 510 ? 100 : 200);
        }
        EQUALIZE.apply(new Planes(bytes, 1, 1, 1020), 0);
        assertThat(bytes[0]).isZero();
        assertThat(bytes[1019] & 0xFF).isEqualTo(255);
        assertThat(grey(2, EQUALIZE, 0, 1, 2, 3, 4)).containsExactly(1, 2, 3, 4); // too few pixels to spread
        byte[] flat = new byte[1020];
        EQUALIZE.apply(new Planes(flat, 1, 1, 1020), 0);
        assertThat(flat).containsOnly(0);
    }

    /** The magnitudes are 9 of 30 for one policy and 8 of 9 for the other. */
    @Test
    void strengthsAreTorchvisions() {
        assertThat(SHEAR_X.strength(9 / 30.0)).isCloseTo(0.09, Offset.offset(1e-12));
        assertThat(TRANSLATE_Y.strength(9 / 30.0)).isCloseTo(0.3 * 150 / 331, Offset.offset(1e-12));
        assertThat(ROTATE.strength(9 / 30.0)).isCloseTo(9, Offset.offset(1e-12));
        assertThat(BRIGHTNESS.strength(9 / 30.0)).isCloseTo(0.27, Offset.offset(1e-12));
        assertThat(POSTERIZE.strength(9 / 30.0)).isEqualTo(7); // 8 - round(1.2)
        assertThat(SOLARIZE.strength(9 / 30.0)).isCloseTo(178.5, Offset.offset(1e-12));
        assertThat(POSTERIZE.strength(8 / 9.0)).isEqualTo(4); // 8 - round(3.56)
        assertThat(SOLARIZE.strength(5 / 9.0)).isCloseTo(255 * 4 / 9.0, Offset.offset(1e-9));
        assertThat(INVERT.isSigned() || POSTERIZE.isSigned() || SOLARIZE.isSigned())
                .isFalse();
        assertThat(ROTATE.isSigned() && COLOR.isSigned()).isTrue();
    }

    private static int[] grey(int width, ImageOperation operation, double strength, int... values) {
        Planes image = planes(1, values.length / width, width, values);
        operation.apply(image, strength);
        return values(image);
    }

    private static int[] colour(ImageOperation operation, double strength, int red, int green, int blue) {
        Planes image = planes(3, 1, 1, red, green, blue);
        operation.apply(image, strength);
        return values(image);
    }

    private static Planes planes(int channels, int height, int width, int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return new Planes(bytes, channels, height, width);
    }

    private static int[] values(Planes image) {
        int[] values = new int[image.bytes().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = image.bytes()[i] & 0xFF;
        }
        return values;
    }
}
