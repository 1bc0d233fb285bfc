package dev.weft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Colours of JPEG files against those of libjpeg-turbo (as Pillow 9.4 reads them). The files of {@code ycc} and so on are one flat 8x8 block
 * without APP markers, which the tests put in.
 */
class JpegTest {
    private static final byte[] JFIF = segment(0xE0, bytes("JFIF\0", 1, 1, 0, 0, 1, 0, 1, 0, 0));
    private static final byte[] HALF_A_PROFILE = segment(0xE2, bytes("ICC_PROFILE\0", 1, 2, 1, 2, 3));
    private static final byte[] PROFILE_OF_NOTHING = segment(0xE2, Arrays.copyOf(bytes("ICC_PROFILE\0", 1, 1), 142));

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "ycc,           1 2 3,     JFIF",
        "ycc,           1 2 3,     ''",
        "ycc,           0 1 2,     ''",
        "ycc,           7 8 9,     ''",
        "ycc,           82 71 66,  JFIF",
        "ycc,           82 71 66,  adobe1",
        "ycc,           1 2 3,     JFIF adobe0",
        "ycc,           1 2 3,     adobe1",
        "ycc,           1 2 3,     JFIF half",
        "ycc,           1 2 3,     JFIF half half",
        "ycc,           1 2 3,     nothing",
        "rgb,           82 71 66,  ''",
        "rgb,           1 2 3,     adobe0",
        "rgb,           0 1 2,     adobe0 half"
    })
    void redIsRedWhateverTheMarkers(String name, String ids, String markers) throws IOException {
        Path file = file(name, markers, ids);
        assertThat(ImageFile.header(file).grey()).isFalse();
        assertThat(colour(file)).containsExactly(220, 30, 40);
    }

    @ParameterizedTest
    @CsvSource({"cmyk, '', 207 49 57", "cmyk-inverted, adobe0, 207 49 57", "ycck, adobe2, 207 49 58"})
    void inksBecomeLight(String name, String markers, String expected) throws IOException {
        int[] rgb =
                Arrays.stream(expected.split(" ")).mapToInt(Integer::parseInt).toArray();
        assertThat(colour(file(name, markers, "1 2 3 4"))).containsExactly(rgb);
    }

    @Test
    void ordinaryFilesGiveTheBytesOfTheJdk() throws IOException {
        for (BufferedImage picture :
                new BufferedImage[] {TestImages.picture(false, 37, 53, 9), TestImages.picture(true, 40, 21, 5)}) {
            byte[] jpeg = TestImages.encoded(picture, "jpg");
            equalsTheJdk(jpeg);
        }
        equalsTheJdk(resource("progressive"));
    }

    @Test
    void progressiveFilesGiveTheBytesOfLibjpeg() throws IOException {
        byte[] planes = ImageFile.decode(file("progressive", "", ""), 3, 20, 27, Background.WHITE);
        assertThat(new int[] {planes[0] & 0xFF, planes[540] & 0xFF, planes[1080] & 0xFF})
                .containsExactly(7, 252, 0);
        int middle = 10 * 27 + 13;
        assertThat(new int[] {planes[middle] & 0xFF, planes[540 + middle] & 0xFF, planes[1080 + middle] & 0xFF})
                .containsExactly(136, 118, 200);
    }

    @Test
    void kindsThatAreNotReadAreOneLine() throws IOException {
        byte[] twelve = resource("ycc");
        twelve[frame(twelve) + 4] = 12;
        refused(twelve, "12 bits a sample");
        byte[] lossless = resource("ycc");
        lossless[frame(lossless) + 1] = (byte) 0xC3;
        refused(lossless, "lossless JPEG");
        byte[] arithmetic = resource("ycc");
        arithmetic[frame(arithmetic) + 1] = (byte) 0xC9;
        refused(arithmetic, "arithmetic coding");
    }

    /** As the film that phones append to a picture, whose bytes look like markers here and there. */
    @Test
    void whatFollowsThePictureIsNotRead() throws IOException {
        byte[] film = {
            0, 0, 0, 24, 'f', 't', 'y', 'p', (byte) 0xFF, (byte) 0xC0, 0, 4, 9, 9, (byte) 0xFF, (byte) 0xDA, 0
        };
        Path file = TestImages.write(folder.resolve("moving.jpg"), concat(resource("ycc"), film));
        assertThat(colour(file)).containsExactly(220, 30, 40);
    }

    /** Pixel (y, x) of the upright picture, by what the Exif standard says of row 0 and column 0. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void picturesAreTurnedUpright(int orientation) throws IOException {
        int[][] upright = {{0, 60, 120}, {180, 210, 250}};
        BufferedImage stored = stored(upright, orientation);
        byte[] png = TestImages.encoded(stored, "png");
        byte[] exif = exif(orientation);
        ByteBuffer withExif = ByteBuffer.allocate(png.length + exif.length + 12);
        withExif.put(png, 0, 33)
                .putInt(exif.length)
                .put("eXIf".getBytes(StandardCharsets.US_ASCII))
                .put(exif);
        withExif.putInt(0).put(png, 33, png.length - 33); // the checksum of a chunk that is not needed is not looked at
        Path file = TestImages.write(folder.resolve("a.png"), withExif.array());
        assertThat(ImageFile.header(file)).isEqualTo(new ImageFile.Header(2, 3, true, false, orientation != 1));
        byte[] planes = ImageFile.decode(file, 1, 2, 3, Background.WHITE);
        assertThat(new int[] {planes[0] & 0xFF, planes[1] & 0xFF, planes[2] & 0xFF})
                .containsExactly(upright[0]);
        assertThat(new int[] {planes[3] & 0xFF, planes[4] & 0xFF, planes[5] & 0xFF})
                .containsExactly(upright[1]);

        byte[] jpeg = TestImages.encoded(larger(stored), "jpg");
        byte[] marked = with(jpeg, segment(0xE1, concat(bytes("Exif\0\0"), exif)));
        Path photo = TestImages.write(folder.resolve("a.jpg"), marked);
        assertThat(ImageFile.header(photo).height()).isEqualTo(32);
        byte[] pixels = ImageFile.decode(photo, 1, 32, 48, Background.WHITE);
        for (int i = 0; i < 6; i++) { // the middles of the six blocks
            int middle = (16 * (i / 3) + 8) * 48 + 16 * (i % 3) + 8;
            assertThat(pixels[middle] & 0xFF).isCloseTo(upright[i / 3][i % 3], within(4));
        }
    }

    /** The picture as a camera stores it that is held so: the inverse of the table in Exif 2.32, section 4.6.4. */
    private static BufferedImage stored(int[][] upright, int orientation) {
        boolean lying = orientation >= 5;
        BufferedImage image = new BufferedImage(lying ? 2 : 3, lying ? 3 : 2, BufferedImage.TYPE_BYTE_GRAY);
        for (int row = 0; row < image.getHeight(); row++) {
            for (int column = 0; column < image.getWidth(); column++) {
                int y;
                int x;
                switch (orientation) {
                    case 1 -> {
                        y = row;
                        x = column;
                    }
                    case 2 -> {
                        y = row;
                        x = 2 - column;
                    }
                    case 3 -> {
                        y = 1 - row;
                        x = 2 - column;
                    }
                    case 4 -> {
                        y = 1 - row;
                        x = column;
                    }
                    case 5 -> {
                        y = column;
                        x = row;
                    } // row 0 is the left side, column 0 the top
                    case 6 -> {
                        y = column;
                        x = 2 - row;
                    } // row 0 is the right side, column 0 the top
                    case 7 -> {
                        y = 1 - column;
                        x = 2 - row;
                    } // right side, bottom
                    default -> {
                        y = 1 - column;
                        x = row;
                    } // left side, bottom
                }
                image.getRaster().setSample(column, row, 0, upright[y][x]);
            }
        }
        return image;
    }

    private static BufferedImage larger(BufferedImage image) {
        BufferedImage large =
                new BufferedImage(16 * image.getWidth(), 16 * image.getHeight(), BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < large.getHeight(); y++) {
            for (int x = 0; x < large.getWidth(); x++) {
                large.getRaster().setSample(x, y, 0, image.getRaster().getSample(x / 16, y / 16, 0));
            }
        }
        return large;
    }

    private void equalsTheJdk(byte[] jpeg) throws IOException {
        BufferedImage expected = ImageIO.read(new ByteArrayInputStream(jpeg));
        BufferedImage found = JpegDecoder.decode(
                jpeg, JpegHeader.read(ImageIO.createImageInputStream(new ByteArrayInputStream(jpeg))));
        int[] row = expected.getRaster().getPixels(0, 0, expected.getWidth(), expected.getHeight(), (int[]) null);
        assertThat(found.getRaster().getPixels(0, 0, found.getWidth(), found.getHeight(), (int[]) null))
                .isEqualTo(row);
    }

    private void refused(byte[] jpeg, String reason) throws IOException {
        Path file = TestImages.write(folder.resolve("bad.jpg"), jpeg);
        assertThatThrownBy(() -> ImageFile.header(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(reason);
    }

    private int[] colour(Path file) {
        byte[] planes = ImageFile.decode(file, 3, 1, 1, Background.WHITE);
        return new int[] {planes[0] & 0xFF, planes[1] & 0xFF, planes[2] & 0xFF};
    }

    private Path file(String name, String markers, String ids) throws IOException {
        byte[] jpeg = resource(name);
        if (!ids.isEmpty()) {
            String[] numbers = ids.split(" ");
            int frame = frame(jpeg);
            int scan = frame;
            while (jpeg[scan] != (byte) 0xFF || jpeg[scan + 1] != (byte) 0xDA) {
                scan++;
            }
            for (int i = 0; i < numbers.length; i++) {
                jpeg[frame + 10 + 3 * i] = Byte.parseByte(numbers[i]);
                jpeg[scan + 5 + 2 * i] = Byte.parseByte(numbers[i]);
            }
        }
        String[] names = markers.isEmpty() ? new String[0] : markers.split(" ");
        for (int i = names.length - 1; i >= 0; i--) {
            jpeg = with(
                    jpeg,
                    switch (names[i]) {
                        case "JFIF" -> JFIF;
                        case "half" -> HALF_A_PROFILE;
                        case "nothing" -> PROFILE_OF_NOTHING;
                        default ->
                            segment(
                                    0xEE,
                                    bytes("Adobe", 0, 100, 0, 0, 0, 0, names[i].charAt(names[i].length() - 1) - '0'));
                    });
        }
        return TestImages.write(folder.resolve("made.jpg"), jpeg);
    }

    private static int frame(byte[] jpeg) {
        int at = 0;
        while (jpeg[at] != (byte) 0xFF || jpeg[at + 1] != (byte) 0xC0) {
            at++;
        }
        return at;
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = JpegTest.class.getResourceAsStream("jpeg/" + name + ".jpg")) {
            return in.readAllBytes();
        }
    }

    /** With a segment after the first marker. */
    private static byte[] with(byte[] jpeg, byte[] segment) {
        return concat(Arrays.copyOf(jpeg, 2), segment, Arrays.copyOfRange(jpeg, 2, jpeg.length));
    }

    private static byte[] segment(int marker, byte[] content) {
        int length = content.length + 2;
        return concat(new byte[] {(byte) 0xFF, (byte) marker, (byte) (length >> 8), (byte) length}, content);
    }

    private static byte[] exif(int orientation) {
        return ByteBuffer.allocate(26)
                .put(bytes("MM", 0, 42, 0, 0, 0, 8, 0, 1))
                .putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .array();
    }

    private static byte[] bytes(String text, int... more) {
        byte[] content = Arrays.copyOf(text.getBytes(StandardCharsets.ISO_8859_1), text.length() + more.length);
        for (int i = 0; i < more.length; i++) {
            content[text.length() + i] = (byte) more[i];
        }
        return content;
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(out::writeBytes);
        return out.toByteArray();
    }
}
