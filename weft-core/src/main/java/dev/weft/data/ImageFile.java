package dev.weft.data;

import dev.weft.export.Framing;
import dev.weft.export.ImagePlanes;
import dev.weft.io.InputException;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DirectColorModel;
import java.awt.image.IndexColorModel;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.FileImageInputStream;

/**
 * One image file. What it is is decided by its content, not by its name. A picture is turned upright as its Exif orientation says, and one
 * that is transparent is laid on a background; colour profiles and gamma are not applied. The header is checked before any pixel is
 * decoded, so that a small file cannot ask for much memory.
 */
public final class ImageFile {
    static final long MAX_PIXELS = 64L << 20;
    private static final int IDAT = 0x49444154;
    private static final int EXIF = 0x65584966;
    private static final int MAX_EXIF_BYTES = 1 << 20;
    private static final List<String> FORMATS = List.of("png", "jpeg", "bmp", "gif");
    private static final List<String> SUFFIXES = List.of(".png", ".jpg", ".jpeg", ".bmp", ".gif");

    private ImageFile() {}

    /**
     * What the header says of the upright picture.
     *
     * @param turned whether it is stored otherwise than upright
     */
    record Header(int height, int width, boolean grey, boolean transparent, boolean turned) {}

    /** What is known before the reader looks: the header of a JPEG, which is null of others, and how the picture lies. */
    private record Opened(JpegHeader jpeg, int orientation) {
        static Opened of(ImageReader reader, FileImageInputStream in) throws IOException {
            switch (reader.getFormatName().toLowerCase(Locale.ROOT)) {
                case "jpeg":
                    JpegHeader jpeg = JpegHeader.read(in);
                    return new Opened(jpeg, jpeg.orientation());
                case "png":
                    return new Opened(null, pngOrientation(in));
                default:
                    return new Opened(null, 1);
            }
        }
    }

    private interface Use<T> {
        T apply(ImageReader reader, Opened opened) throws IOException;
    }

    /** Whether a file is taken for an image, by the ending of its name. */
    static boolean hasKnownSuffix(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return SUFFIXES.stream().anyMatch(lower::endsWith);
    }

    /** The endings of {@link #hasKnownSuffix}, for messages. */
    static String suffixes() {
        return String.join(", ", SUFFIXES);
    }

    /** @throws InputException when the file is no image, or too large */
    static Header header(Path file) {
        return read(file, (reader, opened) -> {
            Header stored = opened.jpeg() == null ? checkedHeader(file, reader) : checkedHeader(file, opened.jpeg());
            boolean lying = Orientation.isLyingDown(opened.orientation());
            return new Header(
                    lying ? stored.width() : stored.height(),
                    lying ? stored.height() : stored.width(),
                    stored.grey(),
                    stored.transparent(),
                    opened.orientation() != 1);
        });
    }

    /**
     * The planes of an image, {@code channels * height * width} bytes.
     *
     * @param channels 1 makes colour grey, 3 makes grey three equal planes
     * @param background what a transparent picture is laid on
     * @throws InputException when the file is no image, too large, damaged or cut short
     */
    public static byte[] decode(Path file, int channels, int height, int width, Background background) {
        return decode(file, channels, (h, w) -> Framing.stretched(h, w, height, width), background);
    }

    /** The same of what a framing sees, which is made for the size of the upright picture. */
    static byte[] decode(Path file, int channels, Framer framer, Background background) {
        BufferedImage picture = picture(file);
        Framing framing = framer.of(picture.getHeight(), picture.getWidth());
        return ImagePlanes.of(picture, channels, framing, background.value());
    }

    /** Says what is seen of a picture of some size. */
    @FunctionalInterface
    interface Framer {
        Framing of(int height, int width);
    }

    /**
     * The upright picture, not laid on anything yet.
     *
     * @throws InputException as {@link #decode}
     */
    public static BufferedImage picture(Path file) {
        return read(file, (reader, opened) -> {
            BufferedImage stored;
            if (opened.jpeg() == null) {
                checkedHeader(file, reader);
                stored = reader.read(0); // of an animation the first picture
            } else {
                checkedHeader(file, opened.jpeg());
                stored = JpegDecoder.decode(Files.readAllBytes(file), opened.jpeg());
            }
            return Orientation.upright(stored, opened.orientation());
        });
    }

    private static <T> T read(Path file, Use<T> use) {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + " must be an image file, but is not there or no file");
        }
        try (FileImageInputStream in = new FileImageInputStream(new File(file.toString()))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            ImageReader reader = readers.hasNext() ? readers.next() : null;
            if (reader == null || !FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
                throw new InputException(
                        file + " must be a PNG, JPEG, BMP or GIF image, but is not: mend or remove it");
            }
            try {
                Opened opened = Opened.of(reader, in);
                in.seek(0);
                reader.setInput(in, true, true);
                return use.apply(reader, opened);
            } finally {
                reader.dispose();
            }
        } catch (InputException e) {
            throw e;
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            // Readers throw all of these on damaged files; memory runs out only for one false length field, allocated
            // at once.
            throw new InputException(
                    String.format(
                            Locale.ROOT,
                            "%s cannot be read as an image, it is damaged or cut short (%s): mend or remove it",
                            file,
                            e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
                    e);
        }
    }

    /** The orientation that the eXIf chunk before the pixels says. */
    private static int pngOrientation(FileImageInputStream in) throws IOException {
        in.seek(8); // after the signature
        while (in.getStreamPosition() + 8 <= in.length()) {
            long length = in.readUnsignedInt();
            int type = in.readInt();
            if (type == IDAT) {
                return 1;
            }
            if (type == EXIF && length <= MAX_EXIF_BYTES && in.getStreamPosition() + length <= in.length()) {
                byte[] tiff = new byte[(int) length];
                in.readFully(tiff);
                return Orientation.ofExif(tiff);
            }
            in.seek(in.getStreamPosition() + length + 4); // and its checksum
        }
        return 1;
    }

    private static void requireSize(Path file, int height, int width) {
        if ((long) width * height > MAX_PIXELS) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s must have at most %d million pixels, but is %dx%d: make it smaller",
                    file,
                    MAX_PIXELS >> 20,
                    height,
                    width));
        }
    }

    private static Header checkedHeader(Path file, JpegHeader jpeg) {
        requireSize(file, jpeg.height(), jpeg.width());
        return new Header(jpeg.height(), jpeg.width(), jpeg.colours() == JpegHeader.Colours.GREY, false, false);
    }

    private static Header checkedHeader(Path file, ImageReader reader) throws IOException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        requireSize(file, height, width);
        Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
        if (!types.hasNext()) {
            throw new InputException(file + " must be grey or RGB, but has another colour model: convert it");
        }
        ColorModel colours = types.next().getColorModel();
        long pixelBytes = (long) width * height * colours.getPixelSize() / 8;
        boolean png = reader.getFormatName().equalsIgnoreCase("png");
        if (png && pixelBytes > Files.size(file) * DataFile.MOST_EXPANSION) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s is damaged: its header states %dx%d pixels, more than a file of %d bytes can hold",
                    file,
                    height,
                    width,
                    Files.size(file)));
        }
        return new Header(height, width, isGrey(file, colours), colours.hasAlpha(), false);
    }

    private static boolean isGrey(Path file, ColorModel colours) {
        if (colours instanceof IndexColorModel palette) {
            for (int i = 0; i < palette.getMapSize(); i++) {
                boolean seen = palette.getAlpha(i) > 0;
                if (seen && (palette.getRed(i) != palette.getGreen(i) || palette.getRed(i) != palette.getBlue(i))) {
                    return false;
                }
            }
            return true;
        }
        int components = colours.getNumColorComponents();
        boolean known = colours instanceof ComponentColorModel || colours instanceof DirectColorModel;
        if (!known || components != 1 && components != 3) {
            throw new InputException(String.format(
                    Locale.ROOT, "%s must be grey or RGB, but has %d colour components: convert it", file, components));
        }
        return components == 1;
    }
}
