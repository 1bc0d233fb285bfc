package dev.weft.data;

import dev.weft.seed.Mix;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;

/** Small data for tests: everything is a function of the arguments. */
final class TestImages {
    private TestImages() {}

    /** Images whose bytes differ everywhere, with labels 0, 1, .., classes - 1, 0, .. */
    static InMemoryImages numbered(String part, int count, int classes, int channels, int height, int width) {
        byte[] pixels = bytes(count * channels * height * width, 7);
        int[] labels = IntStream.range(0, count).map(i -> i % classes).toArray();
        List<String> names =
                IntStream.range(0, classes).mapToObj(c -> "class" + c).toList();
        return new InMemoryImages(part, names, channels, height, width, pixels, labels, InMemoryImages.numbered(part));
    }

    static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) Mix.bits(seed, i);
        }
        return bytes;
    }

    static byte[] pixels(ImageDataset data, int index) {
        byte[] pixels = new byte[data.exampleBytes()];
        data.pixels(index, pixels, 0);
        return pixels;
    }

    static byte[] idxImages(int count, int height, int width, byte[] pixels) {
        return ByteBuffer.allocate(16 + pixels.length)
                .putInt(2051)
                .putInt(count)
                .putInt(height)
                .putInt(width)
                .put(pixels)
                .array();
    }

    static byte[] idxLabels(int... labels) {
        ByteBuffer buffer = ByteBuffer.allocate(8 + labels.length).putInt(2049).putInt(labels.length);
        for (int label : labels) {
            buffer.put((byte) label);
        }
        return buffer.array();
    }

    /** Records of label bytes and pixels, one label array per record. */
    static byte[] records(int side, int[]... labels) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int r = 0; r < labels.length; r++) {
            for (int label : labels[r]) {
                out.write(label);
            }
            out.writeBytes(bytes(3 * side * side, r));
        }
        return out.toByteArray();
    }

    static byte[] gzip(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zipped = new GZIPOutputStream(out)) {
            zipped.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static Path write(Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    static Path write(Path file, String text) throws IOException {
        return write(file, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    /** A grey picture with the value {@code 3 x + 20 y + start} at (y, x), or the same in red with green and blue derived. */
    static BufferedImage picture(boolean grey, int height, int width, int start) {
        BufferedImage image =
                new BufferedImage(width, height, grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int value = (3 * x + 20 * y + start) & 0xFF;
                image.getRaster().setSample(x, y, 0, value);
                if (!grey) {
                    image.getRaster().setSample(x, y, 1, 255 - value);
                    image.getRaster().setSample(x, y, 2, value / 2);
                }
            }
        }
        return image;
    }

    static byte[] encoded(BufferedImage image, String format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, out)) {
                throw new IllegalArgumentException("no writer for " + format);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static Path png(Path file, BufferedImage image) throws IOException {
        return write(file, encoded(image, "png"));
    }
}
