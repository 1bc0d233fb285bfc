package dev.weft.export;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * A decoded image as a model reads it: resized and made grey or coloured, by plain Java arithmetic. Folders of images and exported
 * models share it, so that a picture gives both the same bytes.
 */
public final class ImagePlanes {
    /** What transparent pictures are laid on unless something else is asked for. */
    public static final int WHITE = 255;

    private ImagePlanes() {}

    /** Does what {@link #of(BufferedImage, int, int, int, int)} does, on white. */
    public static byte[] of(BufferedImage image, int channels, int height, int width) {
        return of(image, channels, height, width, WHITE);
    }

    /**
     * The planes of {@code image}, (channels, height, width) row by row, one unsigned byte a sample.
     *
     * @param channels 1 makes colour grey, 3 makes grey three equal planes
     * @param background what a transparent picture is laid on: a grey value from 0 to 255, in every channel
     */
    public static byte[] of(BufferedImage image, int channels, int height, int width, int background) {
        return of(image, channels, Framing.stretched(image.getHeight(), image.getWidth(), height, width), background);
    }

    /**
     * The same of what a framing sees, at the size of its window.
     *
     * @param framing made for this picture's size
     */
    public static byte[] of(BufferedImage image, int channels, Framing framing, int background) {
        Samples samples = new Samples(image, background);
        return framed(channels, image.getWidth(), framing, samples::row);
    }

    /** What a framing sees of an image that is in planes already, at the size of its window. */
    public static byte[] of(byte[] planes, int channels, int height, int width, Framing framing) {
        return framed(channels, width, framing, (y, into) -> {
            for (int channel = 0; channel < channels; channel++) {
                int from = (channel * height + y) * width;
                for (int x = 0; x < width; x++) {
                    into[channel][x] = planes[from + x] & 0xFF;
                }
            }
        });
    }

    /** Fills one whole row of the picture, for each channel. */
    private interface Rows {
        void row(int y, double[][] into);
    }

    private static byte[] framed(int channels, int pictureWidth, Framing framing, Rows rows) {
        Framing.Box box = framing.box();
        Framing.Box window = framing.window();
        Resample across = new Resample(box.width(), framing.width());
        Resample down = new Resample(box.height(), framing.height());
        double[][] narrow = new double[channels][box.height() * window.width()];
        double[][] row = new double[channels][pictureWidth];
        for (int y = 0; y < box.height(); y++) {
            rows.row(box.top() + y, row);
            for (int channel = 0; channel < channels; channel++) {
                for (int x = 0; x < window.width(); x++) {
                    narrow[channel][y * window.width() + x] = across.at(window.left() + x, row[channel], box.left(), 1);
                }
            }
        }
        byte[] planes = new byte[channels * window.height() * window.width()];
        int out = 0;
        for (int channel = 0; channel < channels; channel++) {
            for (int y = 0; y < window.height(); y++) {
                for (int x = 0; x < window.width(); x++) {
                    double value = down.at(window.top() + y, narrow[channel], x, window.width());
                    planes[out++] = (byte) Math.max(0, Math.min(255, (int) (value + 0.5)));
                }
            }
        }
        return planes;
    }

    /**
     * Sample values 0 to 255 of a decoded image. Not {@code BufferedImage.getRGB}: it would apply a gamma curve to grey images.
     */
    private static final class Samples {
        private final Raster raster;
        private final ColorModel colours;
        private final int[][] bands;
        private final int[] alpha; // null where nothing is transparent
        private final boolean premultiplied;
        private final int background;

        private Samples(BufferedImage image, int background) {
            raster = image.getRaster();
            colours = image.getColorModel();
            bands = new int[3][image.getWidth()];
            alpha = colours.hasAlpha() ? new int[image.getWidth()] : null;
            premultiplied = image.isAlphaPremultiplied();
            this.background = background;
        }

        /** Fills one row per wanted channel. */
        private void row(int y, double[][] into) {
            int width = raster.getWidth();
            boolean grey = !(colours instanceof IndexColorModel) && colours.getNumColorComponents() == 1;
            for (int band = 0; band < (grey || colours instanceof IndexColorModel ? 1 : 3); band++) {
                raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, band, bands[band]);
            }
            boolean ownBand = alpha != null && !(colours instanceof IndexColorModel);
            if (ownBand) {
                int last = raster.getNumBands() - 1;
                raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, last, alpha);
            }
            for (int x = 0; x < width; x++) {
                int red;
                int green;
                int blue;
                if (colours instanceof IndexColorModel palette) {
                    int index = bands[0][x];
                    red = palette.getRed(index);
                    green = palette.getGreen(index);
                    blue = palette.getBlue(index);
                } else {
                    red = toByte(bands[0][x], 0);
                    green = grey ? red : toByte(bands[1][x], 1);
                    blue = grey ? red : toByte(bands[2][x], 2);
                }
                if (alpha != null) {
                    int opaque = ownBand
                            ? toByte(alpha[x], raster.getNumBands() - 1)
                            : ((IndexColorModel) colours).getAlpha(bands[0][x]);
                    red = laid(red, opaque);
                    green = laid(green, opaque);
                    blue = laid(blue, opaque);
                }
                if (into.length == 1) {
                    into[0][x] = (299 * red + 587 * green + 114 * blue + 500) / 1000;
                } else {
                    into[0][x] = red;
                    into[1][x] = green;
                    into[2][x] = blue;
                }
            }
        }

        private int laid(int value, int opaque) {
            int own = premultiplied ? 255 * value : opaque * value;
            return Math.min(255, (own + (255 - opaque) * background + 127) / 255);
        }

        private int toByte(int sample, int band) {
            int bits = colours.getComponentSize(band);
            return bits == 8 ? sample : (int) ((sample * 255L + (1L << (bits - 1)) - 1) / ((1L << bits) - 1));
        }
    }
}
