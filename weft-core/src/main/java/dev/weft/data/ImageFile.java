package dev.weft.data;

import dev.weft.io.InputException;
import dev.weft.runtime.ImagePlanes;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
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
 * One PNG or JPEG file. Sample values are taken as stored: colour profiles, gamma, transparency and the orientation tag of cameras
 * are not applied. The header is checked before any pixel is decoded, so that a small file cannot ask for much memory.
 */
public final class ImageFile {
    static final long MAX_PIXELS = 64L << 20;
    private static final List<String> FORMATS = List.of("png", "jpeg");

    private ImageFile() {}

    /** What the header says. */
    record Header(int height, int width, boolean grey) {}

    private interface Use<T> {
        T apply(ImageReader reader, Header header) throws IOException;
    }

    static boolean hasKnownSuffix(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".png") || lower.endsWith(".jpg") || lower.endsWith(".jpeg");
    }

    /** @throws InputException when the file is no image, or too large */
    static Header header(Path file) {
        return read(file, (reader, header) -> header);
    }

    /**
     * The planes of an image, {@code channels * height * width} bytes.
     *
     * @param channels 1 makes colour grey, 3 makes grey three equal planes
     * @throws InputException when the file is no image, too large, damaged or cut short
     */
    public static byte[] decode(Path file, int channels, int height, int width) {
        return read(file, (reader, header) -> {
            String[] damage = new String[1];
            reader.addIIOReadWarningListener((source, warning) -> {
                // The JPEG reader only warns when data ends early, and fills up with grey.
                String lower = warning.toLowerCase(Locale.ROOT);
                if (lower.contains("truncated") || lower.contains("premature end")) {
                    damage[0] = warning;
                }
            });
            BufferedImage image = reader.read(0);
            if (damage[0] != null) {
                throw new IOException(damage[0]);
            }
            return ImagePlanes.of(image, channels, height, width);
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
                throw new InputException(file + " must be a PNG or JPEG image, but is not: mend or remove it");
            }
            try {
                reader.setInput(in, true, true);
                return use.apply(reader, checkedHeader(file, reader));
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

    private static Header checkedHeader(Path file, ImageReader reader) throws IOException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if ((long) width * height > MAX_PIXELS) {
            throw new InputException(String.format(
                    Locale.ROOT,
                    "%s must have at most %d million pixels, but is %dx%d: make it smaller",
                    file,
                    MAX_PIXELS >> 20,
                    height,
                    width));
        }
        Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
        if (!types.hasNext()) {
            throw new InputException(file + " must be grey or RGB, but has another colour model (CMYK?): convert it");
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
        return new Header(height, width, isGrey(file, colours));
    }

    private static boolean isGrey(Path file, ColorModel colours) {
        if (colours instanceof IndexColorModel palette) {
            for (int i = 0; i < palette.getMapSize(); i++) {
                if (palette.getRed(i) != palette.getGreen(i) || palette.getRed(i) != palette.getBlue(i)) {
                    return false;
                }
            }
            return true;
        }
        int components = colours.getNumColorComponents();
        if (!(colours instanceof ComponentColorModel) || components != 1 && components != 3) {
            throw new InputException(String.format(
                    Locale.ROOT, "%s must be grey or RGB, but has %d colour components: convert it", file, components));
        }
        return components == 1;
    }
}
