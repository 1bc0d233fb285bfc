package dev.weft.data;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** How a camera was held, as Exif says it: a number from 1 (upright) to 8, by which the stored picture is to be turned or mirrored. */
final class Orientation {
    private static final int TAG = 0x0112;
    private static final int SHORT = 3;

    private Orientation() {}

    /** The orientation in Exif data, which begins with its byte order; 1 where it is not said or damaged: the pixels are sound. */
    static int ofExif(byte[] tiff) {
        if (tiff.length < 8 || tiff[0] != tiff[1] || tiff[0] != 'I' && tiff[0] != 'M') {
            return 1;
        }
        ByteBuffer data = ByteBuffer.wrap(tiff).order(tiff[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = data.getInt(4);
        if (directory < 8 || directory > tiff.length - 2) {
            return 1;
        }
        int entries = Math.min(data.getShort(directory) & 0xFFFF, (tiff.length - directory - 2) / 12);
        for (int i = 0; i < entries; i++) {
            int entry = directory + 2 + 12 * i;
            if ((data.getShort(entry) & 0xFFFF) == TAG && data.getShort(entry + 2) == SHORT) {
                int value = data.getShort(entry + 8);
                return value >= 1 && value <= 8 ? value : 1;
            }
        }
        return 1;
    }

    /** Whether height and width change places. */
    static boolean isLyingDown(int orientation) {
        return orientation >= 5;
    }

    /** The picture upright. */
    static BufferedImage upright(BufferedImage image, int orientation) {
        if (orientation == 1) {
            return image;
        }
        int width = image.getWidth();
        int height = image.getHeight();
        boolean lying = isLyingDown(orientation);
        WritableRaster turned =
                image.getRaster().createCompatibleWritableRaster(lying ? height : width, lying ? width : height);
        Object pixel = null;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                pixel = image.getRaster().getDataElements(x, y, pixel);
                int right = width - 1 - x;
                int down = height - 1 - y;
                switch (orientation) {
                    case 2 -> turned.setDataElements(right, y, pixel);
                    case 3 -> turned.setDataElements(right, down, pixel);
                    case 4 -> turned.setDataElements(x, down, pixel);
                    case 5 -> turned.setDataElements(y, x, pixel);
                    case 6 -> turned.setDataElements(down, x, pixel);
                    case 7 -> turned.setDataElements(down, right, pixel);
                    case 8 -> turned.setDataElements(y, right, pixel);
                    default -> throw new IllegalArgumentException("no orientation " + orientation);
                }
            }
        }
        return new BufferedImage(image.getColorModel(), turned, image.isAlphaPremultiplied(), null);
    }
}
