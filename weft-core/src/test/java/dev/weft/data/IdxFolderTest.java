package dev.weft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxFolderTest {
    private static final byte[] PIXELS = TestImages.bytes(3 * 2 * 4, 1);

    @TempDir
    Path folder;

    private Path images;
    private Path labels;

    @BeforeEach
    void threeImages() throws IOException {
        images = TestImages.write(folder.resolve("train-images-idx3-ubyte"), TestImages.idxImages(3, 2, 4, PIXELS));
        labels = TestImages.write(folder.resolve("train-labels-idx1-ubyte"), TestImages.idxLabels(0, 2, 1));
    }

    @Test
    void readsPlainAndGzip() throws IOException {
        TestImages.write(
                folder.resolve("t10k-images-idx3-ubyte.gz"),
                TestImages.gzip(TestImages.idxImages(1, 2, 4, Arrays.copyOf(PIXELS, 8))));
        TestImages.write(folder.resolve("t10k-labels-idx1-ubyte.gz"), TestImages.gzip(TestImages.idxLabels(3)));
        ImageParts parts = DataCatalog.open(folder.toString());
        assertThat(parts.train().size()).isEqualTo(3);
        assertThat(parts.train().height()).isEqualTo(2);
        assertThat(parts.train().width()).isEqualTo(4);
        assertThat(parts.train().label(1)).isEqualTo(2);
        assertThat(TestImages.pixels(parts.train(), 1)).isEqualTo(Arrays.copyOfRange(PIXELS, 8, 16));
        assertThat(parts.train().id(1)).isEqualTo("train/00001");
        assertThat(parts.test().orElseThrow().id(0)).isEqualTo("test/00000");
        assertThat(parts.train().classes()).containsExactly("0", "1", "2", "3");
    }

    /** Images of 2x4 that are stored with rows and columns exchanged, and labels from 1: read upright, as letters. */
    @Test
    void readsEmnistUnderItsPublishedNames() throws IOException {
        for (String set : new String[] {"letters", "balanced", "byclass", "bymerge", "digits", "mnist"}) {
            Path emnist = folder.resolve(set);
            String start = "emnist-" + set + "-";
            TestImages.write(
                    emnist.resolve(start + "train-images-idx3-ubyte"), TestImages.idxImages(3, 4, 2, new byte[] {
                        1, 5, 2, 6, 3, 7, 4, 8, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0
                    }));
            TestImages.write(emnist.resolve(start + "train-labels-idx1-ubyte"), TestImages.idxLabels(1, 3, 2));
            TestImages.write(
                    emnist.resolve(start + "test-images-idx3-ubyte.gz"),
                    TestImages.gzip(TestImages.idxImages(1, 4, 2, new byte[8])));
            TestImages.write(
                    emnist.resolve(start + "test-labels-idx1-ubyte.gz"), TestImages.gzip(TestImages.idxLabels(2)));
            ImageParts parts = DataCatalog.open(emnist.toString());
            assertThat(parts.train().height()).isEqualTo(2);
            assertThat(TestImages.pixels(parts.train(), 0)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
            assertThat(parts.train().classes()).containsExactly("1", "2", "3");
            assertThat(parts.train().label(1)).isEqualTo(2);
            assertThat(parts.test().orElseThrow().label(0)).isEqualTo(1);
            TestImages.write(emnist.resolve(start + "mapping.txt"), "1 65 97\n2 66 98\n3 67 99\n");
            assertThat(DataCatalog.open(emnist.toString()).train().classes()).containsExactly("A", "B", "C");
        }
        TestImages.write(
                folder.resolve("letters/emnist-digits-test-images-idx3-ubyte"),
                TestImages.idxImages(1, 4, 2, new byte[8]));
        assertThatThrownBy(() -> DataCatalog.open(folder.resolve("letters").toString()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must hold one set of IDX files, but holds 2: emnist-digits-train")
                .hasMessageContaining("emnist-letters-train");
    }

    @Test
    void labelsMayBeginAtOne() throws IOException {
        TestImages.write(labels, TestImages.idxLabels(1, 3, 2));
        ImageDataset train = DataCatalog.open(folder.toString()).train();
        assertThat(train.classes()).containsExactly("1", "2", "3");
        assertThat(train.label(0)).isZero();
        TestImages.write(folder.resolve("classes.txt"), "cat\ndog\nfox\n");
        assertThat(DataCatalog.open(folder.toString()).train().label(0)).isZero();
        TestImages.write(folder.resolve("classes.txt"), "none\ncat\ndog\nfox\n");
        assertThat(DataCatalog.open(folder.toString()).train().label(0)).isEqualTo(1);
    }

    @Test
    void namesClassesFromTheirFileAndChecksLabelsAgainstIt() throws IOException {
        TestImages.write(folder.resolve("classes.txt"), "cat\ndog\nfox\n");
        assertThat(DataCatalog.open(folder.toString()).train().classes()).containsExactly("cat", "dog", "fox");
        TestImages.write(folder.resolve("classes.txt"), "cat\ndog\n");
        refused(labels, "labels must be below the number of classes, 2, but label 1 (from 0) is 2");
        TestImages.write(folder.resolve("classes.txt"), "cat\ncat\ndog\n");
        refused(folder.resolve("classes.txt"), "must not name a class twice");
        TestImages.write(folder.resolve("classes.txt"), "\n");
        refused(folder.resolve("classes.txt"), "one class name a line, but is empty");
    }

    @Test
    void refusesWrongMagic() throws IOException {
        Files.write(images, TestImages.idxLabels(0, 2, 1));
        refused(images, "no IDX file of images: it must begin with the number 2051, but begins with 2049");
    }

    @Test
    void refusesTruncatedPlainFile() throws IOException {
        Files.write(images, Arrays.copyOf(Files.readAllBytes(images), 30));
        refused(images, "its header states 24 bytes, more than a file of 30 bytes can hold");
        Files.write(images, new byte[7]);
        refused(images, "is no IDX file");
        Files.write(images, new byte[0]);
        refused(images, "is cut short");
    }

    @Test
    void refusesTruncatedAndDamagedGzip() throws IOException {
        byte[] zipped = TestImages.gzip(Files.readAllBytes(images));
        Files.delete(images);
        Path file = TestImages.write(
                folder.resolve("train-images-idx3-ubyte.gz"), Arrays.copyOf(zipped, zipped.length - 9));
        refused(file, "is cut short");
        zipped[zipped.length - 5] ^= 1; // the checksum
        Files.write(file, zipped);
        refused(file, "not a sound gzip file");
        Files.write(file, "not gzip at all".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        refused(file, "not a sound gzip file");
    }

    @Test
    void refusesHeadersThatTheFileCannotJustify() throws IOException {
        byte[] huge = header(Integer.MAX_VALUE, 8192, 8192);
        Files.write(images, huge);
        refused(images, "more than a file of 16 bytes can hold");
        Files.write(images, header(-1, 28, 28));
        refused(images, "at least one image");
        Files.write(images, header(3, 0, 28));
        refused(images, "at least one image");
        Files.write(images, header(3, Integer.MAX_VALUE, 1));
        refused(images, "1 to 8192 pixels a side");
        Files.delete(images);
        Path zipped = TestImages.write(folder.resolve("train-images-idx3-ubyte.gz"), TestImages.gzip(huge));
        refused(zipped, "can hold");
    }

    @Test
    void stopsReadingWhereTheHeaderEnds() throws IOException {
        Files.delete(images);
        byte[] bomb = Arrays.copyOf(TestImages.idxImages(3, 2, 4, PIXELS), 50_000_000);
        Path zipped = TestImages.write(folder.resolve("train-images-idx3-ubyte.gz"), TestImages.gzip(bomb));
        refused(zipped, "goes on after the 24 bytes that its header states");
    }

    @Test
    void refusesMissingLabelsAndUnequalCounts() throws IOException {
        Files.write(labels, TestImages.idxLabels(0, 1));
        refused(images, "one label per image");
        Files.delete(labels);
        refused(images, "train-labels-idx1-ubyte");
    }

    @Test
    void refusesPartsOfDifferentSize() throws IOException {
        Path test = TestImages.write(
                folder.resolve("test-images-idx3-ubyte"), TestImages.idxImages(1, 4, 2, Arrays.copyOf(PIXELS, 8)));
        TestImages.write(folder.resolve("test-labels-idx1-ubyte"), TestImages.idxLabels(0));
        refused(test, "one image size");
    }

    private void refused(Path file, String reason) {
        assertThatThrownBy(() -> DataCatalog.open(folder.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(reason)
                .message()
                .doesNotContain("\n");
        assertThat(DataCatalog.inspect(folder.toString()).problems())
                .singleElement()
                .asString()
                .contains(reason);
    }

    private static byte[] header(int count, int height, int width) {
        return ByteBuffer.allocate(16)
                .putInt(2051)
                .putInt(count)
                .putInt(height)
                .putInt(width)
                .array();
    }
}
