package dev.weft.data;

import dev.weft.io.InputException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/**
 * The IDX format of the MNIST family, big-endian. Images: int 2051, int count, int rows, int columns, then bytes row by row.
 * Labels: int 2049, int count, then bytes.
 */
final class IdxFiles {
    private static final int IMAGES = 2051;
    private static final int LABELS = 2049;
    private static final int MAX_SIDE = 8192;

    private IdxFiles() {}

    /** The pixels of an image file. */
    static final class Images {
        final int count;
        final int height;
        final int width;
        final byte[] pixels;

        private Images(int count, int height, int width, byte[] pixels) {
            this.count = count;
            this.height = height;
            this.width = width;
            this.pixels = pixels;
        }

        /** The images with rows and columns exchanged. */
        Images transposed() {
            byte[] turned = new byte[pixels.length];
            int size = height * width;
            for (int start = 0; start < pixels.length; start += size) {
                for (int y = 0; y < height; y++) {
                    for (int x = 0; x < width; x++) {
                        turned[start + x * height + y] = pixels[start + y * width + x];
                    }
                }
            }
            return new Images(count, width, height, turned);
        }
    }

    static Images images(DataFile file) {
        return file.read(in -> {
            DataInputStream data = new DataInputStream(in);
            requireMagic(file, data, IMAGES, "images");
            int count = data.readInt();
            int height = data.readInt();
            int width = data.readInt();
            if (count < 1 || height < 1 || width < 1 || height > MAX_SIDE || width > MAX_SIDE) {
                throw new InputException(String.format(
                        Locale.ROOT,
                        "%s: the IDX header must state at least one image of 1 to %d pixels a side, but states %d of %dx%d",
                        file.shown(),
                        MAX_SIDE,
                        count,
                        height,
                        width));
            }
            return new Images(count, height, width, content(file, in, 16, (long) count * height * width));
        });
    }

    static int[] labels(DataFile file) {
        return file.read(in -> {
            DataInputStream data = new DataInputStream(in);
            requireMagic(file, data, LABELS, "labels");
            int count = data.readInt();
            if (count < 1) {
                throw new InputException(String.format(
                        Locale.ROOT,
                        "%s: the IDX header must state at least one label, but states %d",
                        file.shown(),
                        count));
            }
            byte[] bytes = content(file, in, 8, count);
            int[] labels = new int[count];
            for (int i = 0; i < count; i++) {
                labels[i] = bytes[i] & 0xFF;
            }
            return labels;
        });
    }

    private static void requireMagic(DataFile file, DataInputStream in, int magic, String what) throws IOException {
        int found = in.readInt();
        if (found != magic) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s is no IDX file of %s: it must begin with the number %d, but begins with %d",
                    file.shown(),
                    what,
                    magic,
                    found));
        }
    }

    /** Exactly the stated bytes, and then the end. */
    private static byte[] content(DataFile file, InputStream in, int header, long stated) throws IOException {
        if (stated > file.mostContent() - header) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s is cut short or damaged: its header states %d bytes, more than a file of %d bytes can hold. Fetch it again",
                    file.shown(),
                    stated,
                    file.bytes()));
        }
        int length = MemoryLimit.require(file.shown(), stated);
        byte[] content = in.readNBytes(length); // grows as bytes arrive: a false header allocates nothing
        if (content.length < length) {
            throw new EOFException();
        }
        if (in.read() >= 0) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s is damaged: it goes on after the %d bytes that its header states. Fetch it again",
                    file.shown(),
                    stated));
        }
        return content;
    }
}
