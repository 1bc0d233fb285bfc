package dev.weft.data;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.stream.ImageInputStream;

/**
 * What the markers of a JPEG say, up to its first scan. Colour is decided as libjpeg does: a JFIF marker means YCbCr; else Adobe's
 * marker says; else three components numbered R, G, B are RGB, and any others YCbCr; four are CMYK. Colour profiles are not looked at, so
 * that one that is damaged, cut or of another colour does no harm.
 */
record JpegHeader(int height, int width, Colours colours, int orientation) {
    /** How the components become red, green and blue. */
    enum Colours {
        GREY(1),
        RGB(3),
        YCC(3),
        CMYK(4),
        /** Four inks, stored as 255 less their amount, as Adobe's programs do. */
        INVERTED_CMYK(4),
        /** The three inks, stored as those of Adobe, turned into Y, Cb and Cr; black as it is. */
        INVERTED_YCCK(4);

        final int components;

        Colours(int components) {
            this.components = components;
        }
    }

    static final int START_OF_IMAGE = 0xD8;
    static final int END_OF_IMAGE = 0xD9;
    static final int START_OF_SCAN = 0xDA;
    private static final int TEMPORARY = 0x01;
    private static final int RESTART_0 = 0xD0;

    /** Whether a marker stands alone, without a length and content. */
    static boolean isBare(int marker) {
        return marker == TEMPORARY || marker >= RESTART_0 && marker <= END_OF_IMAGE;
    }

    /** Whether a marker begins a frame: it has the size and the components. */
    static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    /** Whether a marker is for programs (APP0 to APP15) or people (COM), and not needed to decode. */
    static boolean isNote(int marker) {
        return marker >= 0xE0 && marker <= 0xEF || marker == 0xFE;
    }

    /**
     * Reads the markers from the beginning.
     *
     * @throws IOException when they are damaged, or of a kind of JPEG that is not read
     */
    static JpegHeader read(ImageInputStream in) throws IOException {
        boolean jfif = false;
        int adobe = -1;
        int orientation = 1;
        in.seek(2);
        while (true) {
            int marker = marker(in);
            if (isBare(marker)) {
                continue;
            }
            if (marker == START_OF_SCAN || marker < 0) {
                throw new IOException("it has no frame header before its first scan");
            }
            long from = in.getStreamPosition();
            int length = in.readUnsignedShort();
            if (length < 2) {
                throw new IOException("a marker has no length");
            }
            if (isFrame(marker)) {
                return frame(in, marker, length, jfif, adobe, orientation);
            }
            if (marker == 0xE0 && starts(in, "JFIF\0", length)) {
                jfif = true;
            } else if (marker == 0xEE && starts(in, "Adobe", length) && length >= 14) {
                in.seek(from + 13);
                adobe = in.readUnsignedByte();
            } else if (marker == 0xE1 && starts(in, "Exif\0\0", length)) {
                byte[] tiff = new byte[length - 8];
                in.readFully(tiff);
                orientation = Orientation.ofExif(tiff);
            }
            in.seek(from + length);
        }
    }

    private static boolean starts(ImageInputStream in, String name, int length) throws IOException {
        byte[] expected = name.getBytes(StandardCharsets.ISO_8859_1);
        if (length < 2 + expected.length) {
            return false;
        }
        byte[] found = new byte[expected.length];
        in.readFully(found);
        return Arrays.equals(found, expected);
    }

    /** The next marker; bytes that are none before it are skipped, as libjpeg does. -1 at the end. */
    private static int marker(ImageInputStream in) throws IOException {
        int before = in.read();
        while (before >= 0) {
            int next = in.read();
            if (before == 0xFF && next != 0xFF && next != 0) {
                return next;
            }
            before = next;
        }
        return -1;
    }

    private static JpegHeader frame(
            ImageInputStream in, int marker, int length, boolean jfif, int adobe, int orientation) throws IOException {
        if (marker > 0xC2) {
            throw new IOException(
                    marker == 0xC3
                            ? "it is lossless JPEG, which is not read: convert it"
                            : "it is JPEG with arithmetic coding or in a hierarchy, which is not read: convert it");
        }
        int bits = in.readUnsignedByte();
        if (bits != 8) {
            throw new IOException("it is JPEG of " + bits + " bits a sample, and only 8 are read: convert it");
        }
        int height = in.readUnsignedShort();
        int width = in.readUnsignedShort();
        int components = in.readUnsignedByte();
        if (height == 0 || width == 0 || length != 8 + 3 * components) {
            throw new EOFException("its frame header is damaged");
        }
        int[] ids = new int[components];
        for (int i = 0; i < components; i++) {
            ids[i] = in.readUnsignedByte();
            in.readUnsignedShort(); // sampling and table
        }
        return new JpegHeader(height, width, colours(ids, jfif, adobe), orientation);
    }

    private static Colours colours(int[] ids, boolean jfif, int adobe) throws IOException {
        switch (ids.length) {
            case 1:
                return Colours.GREY;
            case 3:
                if (jfif) {
                    return Colours.YCC;
                }
                if (adobe >= 0) {
                    return adobe == 0 ? Colours.RGB : Colours.YCC;
                }
                return Arrays.equals(ids, new int[] {'R', 'G', 'B'}) ? Colours.RGB : Colours.YCC;
            case 4:
                if (adobe < 0) {
                    return Colours.CMYK;
                }
                return adobe == 0 ? Colours.INVERTED_CMYK : Colours.INVERTED_YCCK;
            default:
                throw new IOException(
                        "it has " + ids.length + " colour components, and 1, 3 or 4 are read: convert it");
        }
    }
}
