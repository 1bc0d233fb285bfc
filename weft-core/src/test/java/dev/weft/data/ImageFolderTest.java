package dev.weft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
    @TempDir
    Path folder;

    private void greyPair() throws IOException {
        TestImages.png(folder.resolve("cat/b.png"), TestImages.picture(true, 6, 9, 0));
        TestImages.png(folder.resolve("cat/a.PNG"), TestImages.picture(true, 6, 9, 40));
        TestImages.png(folder.resolve("dog/a.png"), TestImages.picture(true, 6, 9, 80));
    }

    @Test
    void readsGreyImagesOfOneSizeUnchanged() throws IOException {
        greyPair();
        TestImages.write(folder.resolve("dog/notes.txt"), "x");
        TestImages.write(folder.resolve("dog/.hidden"), "x");
        ImageParts parts = DataCatalog.open(folder.toString());
        ImageDataset train = parts.train();
        assertThat(parts.test()).isEmpty();
        assertThat(train.classes()).containsExactly("cat", "dog");
        assertThat(train.channels()).isEqualTo(1);
        assertThat(train.height()).isEqualTo(6);
        assertThat(train.width()).isEqualTo(9);
        assertThat(train.id(0)).isEqualTo("cat/a.PNG");
        assertThat(train.id(2)).isEqualTo("dog/a.png");
        assertThat(train.classCounts()).containsExactly(2, 1);
        byte[] expected = new byte[54];
        for (int y = 0; y < 6; y++) {
            for (int x = 0; x < 9; x++) {
                expected[y * 9 + x] = (byte) (3 * x + 20 * y);
            }
        }
        assertThat(TestImages.pixels(train, 1)).isEqualTo(expected);
        assertThat(DataCatalog.inspect(folder.toString()).notes())
                .containsExactly(
                        folder.resolve("dog/notes.txt") + " is no .png, .jpg, .jpeg, .bmp, .gif file: passed over");
    }

    @Test
    void readsColourPlanesInOrder() throws IOException {
        TestImages.png(folder.resolve("cat/a.png"), TestImages.picture(false, 2, 2, 10));
        TestImages.png(folder.resolve("dog/a.png"), TestImages.picture(false, 2, 2, 0));
        ImageDataset train = DataCatalog.open(folder.toString()).train();
        assertThat(train.channels()).isEqualTo(3);
        // red 10 13 30 33, green 255 - red, blue red / 2
        assertThat(TestImages.pixels(train, 0))
                .containsExactly(10, 13, 30, 33, (byte) 245, (byte) 242, (byte) 225, (byte) 222, 5, 6, 15, 16);
        ImageDataset grey = DataCatalog.open(
                        folder.toString(), FolderOptions.defaults().withColour(Colour.GREY))
                .train();
        // (299 * 10 + 587 * 245 + 114 * 5 + 500) / 1000 = 147
        assertThat(TestImages.pixels(grey, 0)[0]).isEqualTo((byte) 147);
    }

    @Test
    void readsJpegSixteenBitPaletteAndOneBitFiles() throws IOException {
        Path jpeg = TestImages.write(
                folder.resolve("x/flat.jpg"), TestImages.encoded(flat(BufferedImage.TYPE_INT_RGB, 200, 3), "jpg"));
        assertThat(ImageFile.decode(jpeg, 1, 1, 1, Background.WHITE)[0] & 0xFF).isBetween(198, 202);
        Path wide = TestImages.png(folder.resolve("x/wide.png"), flat(BufferedImage.TYPE_USHORT_GRAY, 0x8000, 1));
        assertThat(ImageFile.header(wide).grey()).isTrue();
        assertThat(ImageFile.decode(wide, 1, 1, 1, Background.WHITE)[0] & 0xFF).isEqualTo(128);
        BufferedImage bits = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY);
        bits.getRaster().setSample(1, 0, 0, 1);
        Path binary = TestImages.png(folder.resolve("x/bits.png"), bits);
        assertThat(ImageFile.header(binary).grey()).isTrue();
        assertThat(ImageFile.decode(binary, 1, 1, 2, Background.WHITE)).containsExactly(0, (byte) 255);
        byte[] red = {0, (byte) 200};
        byte[] green = {0, 100};
        BufferedImage palette = new BufferedImage(
                1, 1, BufferedImage.TYPE_BYTE_INDEXED, new IndexColorModel(8, 2, red, green, new byte[2]));
        palette.getRaster().setSample(0, 0, 0, 1);
        Path indexed = TestImages.png(folder.resolve("x/palette.png"), palette);
        assertThat(ImageFile.header(indexed).grey()).isFalse();
        assertThat(ImageFile.decode(indexed, 3, 1, 1, Background.WHITE)).containsExactly((byte) 200, 100, 0);
        Path gif = TestImages.write(folder.resolve("x/named-otherwise.jpg"), TestImages.encoded(bits, "gif"));
        assertThat(ImageFile.decode(gif, 1, 1, 2, Background.WHITE)).containsExactly(0, (byte) 255);
        Path bmp = TestImages.write(
                folder.resolve("x/a.bmp"), TestImages.encoded(TestImages.picture(false, 1, 2, 10), "bmp"));
        assertThat(ImageFile.decode(bmp, 3, 1, 2, Background.WHITE))
                .containsExactly(10, 13, (byte) 245, (byte) 242, 5, 6);
    }

    /** Black, half and fully transparent; what is not seen has another colour than what is. */
    @Test
    void laysTransparentPicturesOnTheBackground() throws IOException {
        BufferedImage icon = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
        icon.setRGB(0, 0, 0xFF000000);
        icon.setRGB(1, 0, 0x80000000);
        icon.setRGB(2, 0, 0x00FF0000);
        Path file = TestImages.png(folder.resolve("x/icon.png"), icon);
        assertThat(ImageFile.header(file).transparent()).isTrue();
        assertThat(ImageFile.decode(file, 1, 1, 3, Background.WHITE)).containsExactly(0, 127, (byte) 255);
        assertThat(ImageFile.decode(file, 1, 1, 3, Background.BLACK)).containsExactly(0, 0, 0);
        assertThat(ImageFile.decode(file, 1, 1, 3, Background.GREY)).containsExactly(0, 64, (byte) 128);
        byte[] none = new byte[2];
        IndexColorModel model = new IndexColorModel(8, 2, none, none, none, new byte[] {(byte) 255, 0});
        BufferedImage palette = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_INDEXED, model);
        palette.getRaster().setSample(1, 0, 0, 1);
        Path indexed = TestImages.png(folder.resolve("x/palette-icon.png"), palette);
        assertThat(ImageFile.decode(indexed, 1, 1, 2, Background.WHITE)).containsExactly(0, (byte) 255);
    }

    /** A grey and a colour PNG whose tRNS chunk names the value that is not seen. */
    @Test
    void laysAColourThatStandsForNothing() throws IOException {
        for (boolean grey : new boolean[] {true, false}) {
            BufferedImage picture = TestImages.picture(grey, 1, 3, 10); // red 10 13 16, or grey
            byte[] png = TestImages.encoded(picture, "png");
            byte[] key = grey ? new byte[] {0, 13} : new byte[] {0, 13, 0, (byte) 242, 0, 6};
            ByteBuffer chunk = ByteBuffer.allocate(png.length + key.length + 12);
            chunk.put(png, 0, 33)
                    .putInt(key.length)
                    .put("tRNS".getBytes(StandardCharsets.US_ASCII))
                    .put(key);
            CRC32 crc = new CRC32();
            crc.update(chunk.array(), 37, 4 + key.length);
            chunk.putInt((int) crc.getValue()).put(png, 33, png.length - 33);
            Path file = TestImages.write(folder.resolve("x/key.png"), chunk.array());
            byte[] planes = ImageFile.decode(file, grey ? 1 : 3, 1, 3, Background.WHITE);
            assertThat(Arrays.copyOf(planes, 3)).containsExactly(10, (byte) 255, 16);
        }
    }

    @Test
    void theDocumentNamesEveryEndingAndBackground() throws IOException {
        String document = Files.readString(Path.of("../docs/data.md"));
        for (String suffix : ImageFile.suffixes().split(", ")) {
            assertThat(document).contains("`" + suffix + "`");
        }
        for (Background background : Background.values()) {
            assertThat(document).contains(background.name().toLowerCase(Locale.ROOT));
        }
        assertThat(document).contains("`" + SplitShares.DEFAULT + "`");
    }

    @Test
    void sumsUpWhatIsPassedOver() throws IOException {
        greyPair();
        for (String name : List.of("cat/1.webp", "cat/2.WEBP", "dog/notes", "dog/more/a.png", "dog/more/deep/b.png")) {
            TestImages.write(folder.resolve(name), "x");
        }
        assertThat(PassedOver.summary(DataCatalog.open(folder.toString()).passedOver()))
                .isEqualTo("5 files passed over: 2 .webp, 1 without an ending, 2 in a folder within a class");
        assertThat(PassedOver.summary(List.of())).isEmpty();
    }

    @Test
    void picturesInNoClassArePassedOverAndSaid() throws IOException {
        greyPair();
        Files.move(
                folder.resolve("cat"),
                Files.createDirectories(folder.resolve("train")).resolve("cat"));
        Files.move(folder.resolve("dog"), folder.resolve("train/dog"));
        TestImages.png(folder.resolve("loose.PNG"), TestImages.picture(true, 6, 9, 1));
        TestImages.png(folder.resolve("train/lost.png"), TestImages.picture(true, 6, 9, 2));
        TestImages.write(folder.resolve("README.md"), "about it");
        assertThat(DataCatalog.inspect(folder.toString()).notes())
                .containsExactly(
                        folder.resolve("loose.PNG") + " is in no class folder: passed over",
                        folder.resolve("train/lost.png") + " is in no class folder: passed over");
    }

    @Test
    void aNameWithALineFeedForgesNoLine() throws IOException {
        greyPair();
        TestImages.png(folder.resolve("dog/a\nPROBLEM forged.png"), TestImages.picture(true, 6, 9, 1));
        TestImages.png(folder.resolve("eel\u001b[2J/a.png"), TestImages.picture(true, 6, 9, 2));
        ImageParts parts = DataCatalog.open(folder.toString());
        assertThat(parts.train().classes()).containsExactly("cat", "dog");
        assertThat(parts.train().size()).isEqualTo(3);
        assertThat(DataCatalog.inspect(folder.toString()).notes())
                .containsExactlyInAnyOrder(
                        folder.resolve("dog")
                                + "/a\\nPROBLEM forged.png has a control character in its name: passed over",
                        folder + "/eel\\u001b[2J has a control character in its name: passed over");
    }

    /** Java cannot make such a name, a shell can. */
    @Test
    void aNameThatIsNotUtf8IsPassedOverAndSaid() throws Exception {
        greyPair();
        String made = "cp cat/b.png \"$(printf 'dog/caf\\351.png')\"";
        assertThat(new ProcessBuilder("sh", "-c", made)
                        .directory(folder.toFile())
                        .start()
                        .waitFor())
                .isZero();
        ImageParts parts = DataCatalog.open(folder.toString());
        assertThat(parts.train().size()).isEqualTo(3);
        assertThat(PassedOver.summary(parts.passedOver()))
                .isEqualTo("1 file passed over: 1 with a name that is not UTF-8");
    }

    @Test
    void blackFiguresOnNothingAreToldApartOnWhiteAndRefusedOnBlack() throws IOException {
        for (int i = 0; i < 8; i++) {
            for (String name : List.of("disc", "square")) {
                BufferedImage icon = new BufferedImage(8, 8, BufferedImage.TYPE_INT_ARGB);
                icon.setRGB(i, name.equals("disc") ? 2 : 5, 0xFF000000);
                TestImages.png(folder.resolve(name + "/" + i + ".png"), icon);
            }
        }
        FolderOptions white = FolderOptions.defaults();
        ImageSplits.of(DataCatalog.open(folder.toString(), white), SplitShares.DEFAULT, 1);
        assertThatThrownBy(() -> ImageSplits.of(
                        DataCatalog.open(folder.toString(), white.withBackground(Background.BLACK)),
                        SplitShares.DEFAULT,
                        1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(
                        "classes disc and square are the same picture, of one colour everywhere (0, 0, 0)")
                .hasMessageContaining("data.background");
    }

    @Test
    void resizesDifferentSizes() throws IOException {
        TestImages.png(folder.resolve("cat/a.png"), TestImages.picture(true, 6, 9, 0));
        TestImages.png(folder.resolve("dog/a.png"), flat(BufferedImage.TYPE_BYTE_GRAY, 77, 1));
        ImageDataset train = DataCatalog.open(folder.toString()).train();
        assertThat(train.height()).isEqualTo(64);
        assertThat(train.width()).isEqualTo(64);
        assertThat(TestImages.pixels(train, 1)).containsOnly(77);
        FolderOptions small = FolderOptions.defaults().withSide(3).withColour(Colour.COLOUR);
        ImageDataset resized = DataCatalog.open(folder.toString(), small).train();
        assertThat(resized.exampleBytes()).isEqualTo(27);
    }

    @Test
    void readsTrainValidationAndTestFolders() throws IOException {
        for (String part : new String[] {"train", "Val", "test"}) {
            TestImages.png(folder.resolve(part + "/cat/a.png"), TestImages.picture(true, 4, 4, part.length()));
            TestImages.png(folder.resolve(part + "/dog/a.png"), TestImages.picture(true, 4, 4, 99));
        }
        ImageParts parts = DataCatalog.open(folder.toString());
        assertThat(parts.train().id(0)).isEqualTo("train/cat/a.png");
        assertThat(parts.validation().orElseThrow().id(1)).isEqualTo("Val/dog/a.png");
        assertThat(parts.test().orElseThrow().size()).isEqualTo(2);
        TestImages.png(folder.resolve("test/cow/a.png"), TestImages.picture(true, 4, 4, 0));
        refused(folder.resolve("test/cow"), "one of the classes of the training folder, [cat, dog]");
    }

    @Test
    void aClassMayBeCalledTrain() throws IOException {
        greyPair();
        TestImages.png(folder.resolve("train/a.png"), TestImages.picture(true, 6, 9, 80));
        assertThat(DataCatalog.open(folder.toString()).train().classes()).containsExactly("cat", "dog", "train");
    }

    @Test
    void trainAndTestFoldersWithoutClassesDoNotBecomeClasses() throws IOException {
        TestImages.png(folder.resolve("test/a.png"), TestImages.picture(true, 6, 9, 80));
        TestImages.png(folder.resolve("val/a.png"), TestImages.picture(true, 6, 9, 80));
        refused(folder, "must hold a folder train beside [test, val]");
        TestImages.png(folder.resolve("train/a.png"), TestImages.picture(true, 6, 9, 80));
        refused(folder.resolve("train"), "at least two class folders, but holds 0");
    }

    @Test
    void refusesMixedColourUnlessAModeIsChosen() throws IOException {
        greyPair();
        Path odd = TestImages.png(folder.resolve("dog/z.png"), TestImages.picture(false, 6, 9, 0));
        refused(odd, "all grey or all in colour", "is in colour (like 1) and 3 are grey");
        ImageDataset colour = DataCatalog.open(
                        folder.toString(), FolderOptions.defaults().withColour(Colour.COLOUR))
                .train();
        assertThat(colour.channels()).isEqualTo(3);
        byte[] planes = TestImages.pixels(colour, 0);
        assertThat(Arrays.copyOf(planes, 54)).isEqualTo(Arrays.copyOfRange(planes, 108, 162));
    }

    @Test
    void refusesOneGreyAmongColour() throws IOException {
        for (String name : new String[] {"cat/a", "cat/b", "dog/a"}) {
            TestImages.png(folder.resolve(name + ".png"), TestImages.picture(false, 4, 4, 0));
        }
        Path odd = TestImages.png(folder.resolve("dog/b.png"), TestImages.picture(true, 4, 4, 0));
        refused(odd, "is grey (like 1) and 3 are in colour");
    }

    @Test
    void refusesEmptyClassAndTooFewClasses() throws IOException {
        greyPair();
        Path empty = Files.createDirectory(folder.resolve("eel"));
        refused(empty, "must hold at least one PNG, JPEG, BMP or GIF image, but holds none");
        Path single = folder.resolve("single");
        TestImages.png(single.resolve("only/a.png"), TestImages.picture(true, 4, 4, 0));
        assertThatThrownBy(() -> DataCatalog.open(single.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("at least two class folders, but holds 1");
    }

    @Test
    void refusesDamagedImages() throws IOException {
        greyPair();
        byte[] png = TestImages.encoded(TestImages.picture(true, 60, 90, 0), "png");
        Path bad = TestImages.write(folder.resolve("dog/bad.png"), Arrays.copyOf(png, png.length / 2));
        refused(bad, "damaged or cut short");
        Files.delete(bad);
        byte[] jpeg = TestImages.encoded(TestImages.picture(true, 60, 90, 0), "jpg");
        Path cut = TestImages.write(folder.resolve("dog/cut.jpg"), Arrays.copyOf(jpeg, jpeg.length - 20));
        refused(cut, "damaged or cut short");
        Files.write(cut, new byte[0]);
        refused(cut, "must be a PNG, JPEG, BMP or GIF image");
        TestImages.write(cut, "text");
        refused(cut, "must be a PNG, JPEG, BMP or GIF image");
    }

    @Test
    void everyTruncationAndBitFlipIsReadOrRefusedByName() throws IOException {
        for (String format : new String[] {"png", "jpg"}) {
            byte[] whole = TestImages.encoded(TestImages.picture(false, 9, 7, 0), format);
            Path file = folder.resolve("x." + format);
            for (int i = 0; i < whole.length; i++) {
                byte[] flipped = whole.clone();
                flipped[i] ^= (byte) (1 << (i % 8));
                readOrRefused(TestImages.write(file, flipped));
                readOrRefused(TestImages.write(file, Arrays.copyOf(whole, i)));
            }
        }
    }

    @Test
    void refusesHeadersThatTheFileCannotJustify() throws IOException {
        greyPair();
        byte[] png = TestImages.encoded(TestImages.picture(true, 6, 9, 0), "png");
        Path bomb = TestImages.write(folder.resolve("dog/bomb.png"), withSize(png, 30_000, 30_000));
        refused(bomb, "at most 64 million pixels, but is 30000x30000");
        Files.write(bomb, withSize(png, 8000, 8000));
        refused(bomb, "more than a file of " + png.length + " bytes can hold");
    }

    @Test
    void decodesOnDemandWhenTheCacheIsTooSmall() throws IOException {
        greyPair();
        ImageDataset held = DataCatalog.open(folder.toString()).train();
        ImageDataset onDemand = ImageFolderReader.open(
                        ImageFolder.list(folder), folder.toString(), FolderOptions.defaults(), 100)
                .train();
        for (int i = 0; i < 3; i++) {
            assertThat(TestImages.pixels(onDemand, i)).isEqualTo(TestImages.pixels(held, i));
            assertThat(onDemand.id(i)).isEqualTo(held.id(i));
        }
        assertThat(onDemand.contentSha256())
                .as("does not depend on what fits in memory")
                .isEqualTo(held.contentSha256());
        String before = onDemand.subset("dogs", List.of(2)).contentSha256();
        TestImages.png(folder.resolve("dog/a.png"), TestImages.picture(true, 40, 40, 7));
        assertThat(onDemand.subset("dogs", List.of(2)).contentSha256()).isNotEqualTo(before);
        Files.delete(folder.resolve("dog/a.png"));
        assertThatThrownBy(() -> TestImages.pixels(onDemand, 2))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(folder.resolve("dog/a.png").toString());
    }

    @Test
    void inspectionListsEveryProblem() throws IOException {
        greyPair();
        Files.createDirectory(folder.resolve("eel"));
        Path text = TestImages.write(folder.resolve("dog/t.png"), "text");
        TestImages.png(folder.resolve("dog/c.png"), TestImages.picture(false, 20, 5, 0));
        DataInspection seen = DataCatalog.inspect(folder.toString());
        assertThat(seen.kind()).isEqualTo("folder of images");
        assertThat(seen.images()).isEqualTo(5);
        assertThat(seen.parts()).singleElement().satisfies(part -> {
            assertThat(part.name()).isEqualTo("train");
            assertThat(part.perClass()).containsExactly(2, 3, 0);
        });
        assertThat(new int[] {seen.minHeight(), seen.minWidth(), seen.maxHeight(), seen.maxWidth()})
                .containsExactly(6, 5, 20, 9);
        assertThat(new int[] {seen.grey(), seen.colour()}).containsExactly(3, 1);
        assertThat(seen.problems()).hasSize(3);
        assertThat(seen.problems().get(1)).contains(text.toString());
        assertThatThrownBy(() -> DataCatalog.open(folder.toString()))
                .hasMessageContaining(folder.resolve("eel").toString());
    }

    private void refused(Path file, String... reasons) {
        assertThatThrownBy(() -> DataCatalog.open(folder.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContainingAll(reasons)
                .message()
                .doesNotContain("\n");
        assertThat(String.join("\n", DataCatalog.inspect(folder.toString()).problems()))
                .contains(reasons);
    }

    private static void readOrRefused(Path file) {
        try {
            assertThat(ImageFile.decode(file, 3, 4, 4, Background.WHITE)).hasSize(48);
        } catch (InputException e) {
            assertThat(e).hasMessageContaining(file.toString());
        }
    }

    private static BufferedImage flat(int type, int value, int bands) {
        BufferedImage image = new BufferedImage(5, 4, type);
        for (int y = 0; y < 4; y++) {
            for (int x = 0; x < 5; x++) {
                for (int band = 0; band < bands; band++) {
                    image.getRaster().setSample(x, y, band, value);
                }
            }
        }
        return image;
    }

    /** A PNG with another size in its header, and the header's checksum mended. */
    private static byte[] withSize(byte[] png, int height, int width) {
        byte[] changed = png.clone();
        ByteBuffer buffer = ByteBuffer.wrap(changed);
        buffer.putInt(16, width).putInt(20, height);
        CRC32 crc = new CRC32();
        crc.update(changed, 12, 17);
        buffer.putInt(29, (int) crc.getValue());
        return changed;
    }
}
