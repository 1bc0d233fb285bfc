package dev.weft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFolderTest {
    @TempDir
    Path folder;

    @Test
    void readsImageRecordsAndInfersTheirSide() throws IOException {
        for (int side : RecordFiles.SIDES) {
            Path here = folder.resolve("side" + side);
            TestImages.write(here.resolve("classes.txt"), "glass\npaper\n");
            byte[] train = TestImages.records(side, label(1), label(0), label(1));
            TestImages.write(here.resolve("train.bin.gz"), TestImages.gzip(train));
            TestImages.write(here.resolve("val.bin.gz"), TestImages.gzip(TestImages.records(side, label(0))));
            TestImages.write(here.resolve("test.bin"), TestImages.records(side, label(1), label(0)));
            ImageParts parts = DataCatalog.open(here.toString());
            assertThat(parts.train().classes()).containsExactly("glass", "paper");
            assertThat(parts.train().channels()).isEqualTo(3);
            assertThat(parts.train().height()).isEqualTo(side);
            assertThat(parts.train().size()).isEqualTo(3);
            assertThat(parts.validation().orElseThrow().id(0)).isEqualTo("val/00000");
            assertThat(parts.test().orElseThrow().classCounts()).containsExactly(1, 1);
            assertThat(TestImages.pixels(parts.train(), 1)).isEqualTo(TestImages.bytes(3 * side * side, 1));
        }
    }

    @Test
    void readsCifar10BatchesInOrder() throws IOException {
        TestImages.write(folder.resolve("data_batch_1.bin"), TestImages.records(32, label(3), label(0)));
        TestImages.write(folder.resolve("data_batch_2.bin"), TestImages.records(32, label(2)));
        TestImages.write(folder.resolve("test_batch.bin"), TestImages.records(32, label(1)));
        ImageParts parts = DataCatalog.open(folder.toString());
        assertThat(parts.train().size()).isEqualTo(3);
        assertThat(parts.train().label(2)).isEqualTo(2);
        assertThat(TestImages.pixels(parts.train(), 2)).isEqualTo(TestImages.bytes(3072, 0));
        assertThat(parts.train().classes()).containsExactly("0", "1", "2", "3");
        TestImages.write(folder.resolve("batches.meta.txt"), "airplane\nautomobile\nbird\ncat\n\n");
        assertThat(DataCatalog.open(folder.toString()).train().classes())
                .containsExactly("airplane", "automobile", "bird", "cat");
    }

    @Test
    void readsTheFineLabelOfCifar100() throws IOException {
        TestImages.write(folder.resolve("train.bin"), TestImages.records(32, new int[] {7, 1}, new int[] {7, 0}));
        TestImages.write(folder.resolve("test.bin"), TestImages.records(32, new int[] {0, 1}));
        TestImages.write(folder.resolve("fine_label_names.txt"), "apple\nbear\n");
        ImageParts parts = DataCatalog.open(folder.toString());
        assertThat(parts.train().label(0)).isEqualTo(1);
        assertThat(parts.train().classes()).containsExactly("apple", "bear");
        assertThat(TestImages.pixels(parts.train(), 1)).isEqualTo(TestImages.bytes(3072, 1));
        assertThat(DataCatalog.inspect(folder.toString()).kind()).isEqualTo("CIFAR-100 binary files");
    }

    @Test
    void refusesLengthsThatAreNoWholeNumberOfRecords() throws IOException {
        TestImages.write(folder.resolve("classes.txt"), "a\nb\n");
        byte[] records = TestImages.records(32, label(1), label(0));
        Path train = TestImages.write(folder.resolve("train.bin"), Arrays.copyOf(records, records.length - 1));
        refused(train, "no whole number of records");
        Files.write(train, records);
        Path test = TestImages.write(folder.resolve("test.bin"), Arrays.copyOf(records, 3000));
        refused(test, "3000 bytes, which is no whole number of records of 3073 bytes");
        Files.write(test, new byte[0]);
        refused(test, "is empty");
        Files.delete(test);
        Path zipped = TestImages.write(folder.resolve("test.bin.gz"), Arrays.copyOf(TestImages.gzip(records), 500));
        refused(zipped, "is cut short");
    }

    @Test
    void refusesLabelsThatClassesDoNotReach() throws IOException {
        TestImages.write(folder.resolve("classes.txt"), "a\nb\n");
        Path train = TestImages.write(folder.resolve("train.bin"), TestImages.records(32, label(1), label(2)));
        refused(train, "labels must be below the number of classes, 2, but record 1 (from 0) has label 2");
    }

    @Test
    void refusesMissingTrainingFile() throws IOException {
        TestImages.write(folder.resolve("test.bin"), TestImages.records(32, label(1)));
        refused(folder, "must hold train.bin");
    }

    private void refused(Path file, String reason) {
        assertThatThrownBy(() -> DataCatalog.open(folder.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(reason);
    }

    private static int[] label(int label) {
        return new int[] {label};
    }
}
