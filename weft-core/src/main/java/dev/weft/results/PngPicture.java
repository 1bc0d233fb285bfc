package dev.weft.results;

import dev.weft.data.ImageDataset;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;

/** An example as a PNG file in base64, small enough for a page that has many. */
final class PngPicture {
    private static final int MOST_PIXELS = 64; // of a side

    private PngPicture() {}

    static String of(ImageDataset images, int example) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            ImageIO.write(small(picture(images, example)), "png", file);
        } catch (IOException e) {
            throw new UncheckedIOException("a picture in memory cannot be written", e);
        }
        return Base64.getEncoder().encodeToString(file.toByteArray());
    }

    /** Planes of colours as pixels; one plane is grey. */
    private static BufferedImage picture(ImageDataset images, int example) {
        byte[] planes = new byte[images.exampleBytes()];
        images.pixels(example, planes, 0);
        int width = images.width();
        int height = images.height();
        boolean grey = images.channels() == 1;
        BufferedImage picture =
                new BufferedImage(width, height, grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
        int plane = width * height;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int at = y * width + x;
                if (grey) {
                    picture.getRaster().setSample(x, y, 0, planes[at] & 0xFF);
                } else {
                    picture.setRGB(
                            x,
                            y,
                            (planes[at] & 0xFF) << 16
                                    | (planes[plane + at] & 0xFF) << 8
                                    | planes[2 * plane + at] & 0xFF);
                }
            }
        }
        return picture;
    }

    private static BufferedImage small(BufferedImage picture) {
        int longest = Math.max(picture.getWidth(), picture.getHeight());
        if (longest <= MOST_PIXELS) {
            return picture;
        }
        int width = Math.max(1, picture.getWidth() * MOST_PIXELS / longest);
        int height = Math.max(1, picture.getHeight() * MOST_PIXELS / longest);
        BufferedImage small = new BufferedImage(width, height, picture.getType());
        Graphics2D graphics = small.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(picture.getScaledInstance(width, height, java.awt.Image.SCALE_AREA_AVERAGING), 0, 0, null);
        graphics.dispose();
        return small;
    }
}
