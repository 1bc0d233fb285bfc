package dev.weft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.export.Framing.Box;
import dev.weft.io.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RandomResizedCropTest {
    private static final RandomResizedCrop USUAL = new RandomResizedCrop(0.08, 1, 0.75, 4 / 3.0);

    @TempDir
    private Path folder;

    @Test
    void cropsHaveAreasAndShapesAsAsked() {
        SplittableRandom random = new SplittableRandom(1);
        RandomResizedCrop crop = new RandomResizedCrop(0.2, 0.5, 0.75, 4 / 3.0);
        double areas = 0;
        double logarithms = 0;
        int highest = 0;
        int draws = 20_000;
        for (int i = 0; i < draws; i++) {
            Box box = crop.draw(400, 500, random);
            double area = box.height() * (double) box.width() / 200_000;
            double shape = (double) box.width() / box.height();
            assertThat(area).isBetween(0.197, 0.503);
            assertThat(shape).isBetween(0.745, 1.342);
            assertThat(box.top() + box.height()).isLessThanOrEqualTo(400);
            assertThat(box.left() + box.width()).isLessThanOrEqualTo(500);
            areas += area;
            logarithms += Math.log(shape);
            highest = Math.max(highest, box.top());
        }
        // Uniform from 0.2 to 0.5 (a deviation of 0.087 each), and from log 3/4 to log 4/3 (0.166 each).
        assertThat(areas / draws).isCloseTo(0.35, Offset.offset(0.003));
        assertThat(logarithms / draws).isCloseTo(0, Offset.offset(0.006));
        assertThat(highest).isGreaterThan(200);
    }

    @Test
    void whereNoneFitsItIsTheLargestInTheCentre() {
        RandomResizedCrop square = new RandomResizedCrop(0.9, 1, 1, 1);
        assertThat(square.draw(10, 100, new SplittableRandom(2))).isEqualTo(new Box(0, 45, 10, 10));
        assertThat(square.draw(100, 10, new SplittableRandom(2))).isEqualTo(new Box(45, 0, 10, 10));
    }

    @Test
    void theWholeImageIsItself() {
        ImageDataset data = TestImages.numbered("train", 5, 2, 3, 4, 3);
        Augmentation whole = new Augmentation(0, false, new RandomResizedCrop(1, 1, 3 / 4.0, 3 / 4.0), null, null);
        byte[] read = new byte[data.exampleBytes() + 1];
        whole.read(data, 3, 77, read, 1);
        assertThat(Arrays.copyOfRange(read, 1, read.length)).isEqualTo(TestImages.pixels(data, 3));
    }

    /** A crop sees pixels of the file that the resized picture has not, whether memory holds the resized pictures or not. */
    @Test
    void cropsOfAFolderAreOfTheFilesAsTheyAre() throws IOException {
        TestImages.png(folder.resolve("cat/a.png"), TestImages.picture(true, 8, 12, 0));
        TestImages.png(folder.resolve("dog/a.png"), TestImages.picture(true, 9, 7, 0));
        FolderOptions options = FolderOptions.defaults().withSide(4).withCentreCrop(0.5);
        ImageFolder list = ImageFolder.list(folder);
        ImageDataset held = ImageFolderReader.open(list, "x", options, 1 << 20).train();
        ImageDataset onDemand = ImageFolderReader.open(list, "x", options, 0).train();
        assertThat(FolderImages.isDecoded(held)).isTrue();
        assertThat(FolderImages.isDecoded(onDemand)).isFalse();
        byte[] cropped = new byte[16];
        held.crop(0, (height, width) -> new Box(height - 4, width - 4, 4, 4), cropped, 0);
        byte[] corner = new byte[16];
        for (int i = 0; i < 16; i++) {
            corner[i] = (byte) (3 * (8 + i % 4) + 20 * (4 + i / 4));
        }
        assertThat(cropped).isEqualTo(corner);
        Augmentation augmentation = new Augmentation(0, true, USUAL, null, null);
        for (int key = 0; key < 20; key++) {
            for (int index = 0; index < 2; index++) {
                byte[] one = new byte[16];
                byte[] other = new byte[16];
                augmentation.read(held, index, key, one, 0);
                augmentation.read(onDemand.subset("part", List.of(1, 0)), 1 - index, key, other, 0);
                assertThat(one).isEqualTo(other);
            }
        }
        // Evaluation: the shorter side of 8 x 12 becomes 8, and the 4 x 4 in the centre begins at (2, 4).
        assertThat(TestImages.pixels(held, 0))
                .isEqualTo(TestImages.pixels(onDemand, 0))
                .startsWith((byte) (3 * 4 + 20 * 2), (byte) (3 * 5 + 20 * 2));
    }

    @Test
    void settingsThatFitNothingAreRefused() {
        assertThatThrownBy(() -> new RandomResizedCrop(0, 1, 1, 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("0 < smallest <= largest <= 1");
        assertThatThrownBy(() -> new RandomResizedCrop(0.1, 1, 2, 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("narrowest=2.0, widest=1.0");
        assertThatThrownBy(() -> new Augmentation(4, true, USUAL, null, null))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("cropPadding or randomResizedCrop, not both");
        assertThatThrownBy(() -> FolderOptions.defaults().withCentreCrop(0.9)).hasMessageContaining("data.imageSize");
        assertThatThrownBy(() -> FolderOptions.defaults().withSide(28).withCentreCrop(1.1))
                .hasMessageContaining("from 0.1 to 1, but is 1.1");
    }
}
