package dev.weft.data;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes a JPEG with the JDK's reader as far as its components, and makes colours of them as {@link JpegHeader} decided. The reader is
 * given the file without its APP and COM markers, and with three components named R, G, B: so it checks no profile, guesses no
 * colour model, and hands the components out as they are.
 */
final class JpegDecoder {
    private static final int HALF = 1 << 15;
    private static final int[] RED_OF_CR = new int[256];
    private static final int[] GREEN_OF_CR = new int[256];
    private static final int[] GREEN_OF_CB = new int[256];
    private static final int[] BLUE_OF_CB = new int[256];

    static {
        // The fixed-point tables of libjpeg (jdcolor.c), so that the bytes are its bytes.
        for (int i = 0; i < 256; i++) {
            int x = i - 128;
            RED_OF_CR[i] = fixed(1.40200) * x + HALF >> 16;
            BLUE_OF_CB[i] = fixed(1.77200) * x + HALF >> 16;
            GREEN_OF_CR[i] = -fixed(0.71414) * x;
            GREEN_OF_CB[i] = -fixed(0.34414) * x + HALF;
        }
    }

    private JpegDecoder() {}

    /**
     * Grey or RGB, not turned yet.
     *
     * @throws IOException when the data is damaged or ends early
     */
    static BufferedImage decode(byte[] file, JpegHeader header) throws IOException {
        String[] damage = new String[1];
        ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
        Raster raster;
        try (MemoryCacheImageInputStream in =
                new MemoryCacheImageInputStream(new ByteArrayInputStream(stripped(file, header)))) {
            reader.setInput(in, true, true);
            reader.addIIOReadWarningListener((source, warning) -> {
                // The reader only warns when data ends early, and fills up with grey.
                String lower = warning.toLowerCase(Locale.ROOT);
                if (lower.contains("truncated") || lower.contains("premature end")) {
                    damage[0] = warning;
                }
            });
            raster = reader.readRaster(0, null);
        } finally {
            reader.dispose();
        }
        if (damage[0] != null) {
            throw new IOException(damage[0]);
        }
        return coloured(raster, header.colours());
    }

    /** The file as {@link JpegDecoder} describes it, up to its end marker. */
    private static byte[] stripped(byte[] original, JpegHeader header) throws IOException {
        byte[] file = original.clone();
        int[] ids = new int[3];
        ByteArrayOutputStream out = new ByteArrayOutputStream(file.length);
        int at = 0;
        while (at < file.length) {
            int found = at; // before it is no marker: the data of a scan, or dirt
            while (found + 1 < file.length && !isMarker(file, found)) {
                found++;
            }
            int marker = found + 1 < file.length ? file[found + 1] & 0xFF : -1;
            int next = Math.min(file.length, found + 2);
            if (marker >= 0 && !JpegHeader.isBare(marker)) {
                next = Math.min(file.length, next + (next + 2 <= file.length ? u16(file, next) : 2));
            }
            boolean named = JpegHeader.isFrame(marker) || marker == JpegHeader.START_OF_SCAN;
            if (named && header.colours().components == 3) {
                rename(file, found, next, JpegHeader.isFrame(marker), ids);
            }
            out.write(file, at, (JpegHeader.isNote(marker) ? found : next) - at);
            at = marker == JpegHeader.END_OF_IMAGE
                    ? file.length
                    : next; // what follows, as a phone's film, is no part of it
        }
        return out.toByteArray();
    }

    private static boolean isMarker(byte[] file, int at) {
        return file[at] == (byte) 0xFF && file[at + 1] != 0 && file[at + 1] != (byte) 0xFF;
    }

    private static int u16(byte[] file, int at) {
        return (file[at] & 0xFF) << 8 | file[at + 1] & 0xFF;
    }

    /** Names the components of a frame or scan header R, G and B in the order of the frame, whose own names go to {@code ids}. */
    private static void rename(byte[] file, int from, int to, boolean frame, int[] ids) throws IOException {
        int count = from + (frame ? 9 : 4); // after marker and length, a frame has bits, height and width before it
        int stride = frame ? 3 : 2;
        int components = count < to ? file[count] & 0xFF : 0;
        if (components < 1 || components > 3 || count + components * stride >= to) {
            throw new IOException("a frame or scan header is damaged");
        }
        for (int i = 0; i < components; i++) {
            int place = count + 1 + i * stride;
            int id = file[place] & 0xFF;
            if (frame) {
                ids[i] = id;
            }
            file[place] = (byte) "RGB".charAt(frame ? i : indexOf(ids, id));
        }
    }

    private static int indexOf(int[] ids, int id) throws IOException {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == id) {
                return i;
            }
        }
        throw new IOException("a scan names a component that the frame does not have");
    }

    private static BufferedImage coloured(Raster raster, JpegHeader.Colours colours) throws IOException {
        int width = raster.getWidth();
        int height = raster.getHeight();
        int bands = raster.getNumBands();
        if (bands != colours.components) {
            throw new IOException("its components are not those of its frame header");
        }
        if (colours == JpegHeader.Colours.GREY) {
            BufferedImage grey = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
            grey.setData(raster);
            return grey;
        }
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int[] pixels = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
        int[] row = new int[width * bands];
        for (int y = 0; y < height; y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                pixels[y * width + x] = rgb(row, x * bands, colours);
            }
        }
        return image;
    }

    private static int rgb(int[] sample, int at, JpegHeader.Colours colours) {
        int first = sample[at];
        int second = sample[at + 1];
        int third = sample[at + 2];
        switch (colours) {
            case RGB:
                return packed(first, second, third);
            case YCC:
                return ofYcc(first, second, third);
            case CMYK:
                return ofInks(255 - first, 255 - second, 255 - third, 255 - sample[at + 3]);
            case INVERTED_CMYK:
                return ofInks(first, second, third, sample[at + 3]);
            default: // YCCK: what Y, Cb and Cr give is 255 less the stored ink
                int stored = ofYcc(first, second, third);
                return ofInks(255 - (stored >> 16), 255 - (stored >> 8 & 0xFF), 255 - (stored & 0xFF), sample[at + 3]);
        }
    }

    private static int ofYcc(int y, int cb, int cr) {
        return packed(
                limited(y + RED_OF_CR[cr]),
                limited(y + (GREEN_OF_CB[cb] + GREEN_OF_CR[cr] >> 16)),
                limited(y + BLUE_OF_CB[cb]));
    }

    /** What is left of white light, as every ink takes its share of it: no profile is known, and none is assumed. */
    private static int ofInks(int cyanLeft, int magentaLeft, int yellowLeft, int blackLeft) {
        return packed(share(cyanLeft, blackLeft), share(magentaLeft, blackLeft), share(yellowLeft, blackLeft));
    }

    private static int share(int value, int of) {
        return (value * of + 127) / 255;
    }

    private static int packed(int red, int green, int blue) {
        return red << 16 | green << 8 | blue;
    }

    private static int limited(int value) {
        return Math.max(0, Math.min(255, value));
    }

    private static int fixed(double factor) {
        return (int) (factor * (1 << 16) + 0.5);
    }
}
