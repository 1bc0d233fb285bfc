package dev.weft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.io.Yaml;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RandomErasingTest {
    private static final int SIDE = 60;

    /** What changed lies in one rectangle of an area and a shape as asked for; of its values one in 256 is as it was. */
    @Test
    void erasesOneRectangleInAQuarterOfTheImages() {
        RandomErasing erasing = new RandomErasing(0.25, 0.02, 1 / 3.0, 0.3);
        SplittableRandom random = new SplittableRandom(1);
        int images = 4_000;
        int erased = 0;
        double areas = 0;
        double values = 0;
        for (int i = 0; i < images; i++) {
            Planes image = new Planes(new byte[2 * SIDE * SIDE], 2, SIDE, SIDE);
            erasing.apply(image, random);
            int top = SIDE;
            int left = SIDE;
            int bottom = -1;
            int right = -1;
            double sum = 0;
            for (int place = 0; place < image.places(); place++) {
                if (image.at(0, place) + image.at(1, place) > 0) {
                    top = Math.min(top, place / SIDE);
                    bottom = Math.max(bottom, place / SIDE);
                    left = Math.min(left, place % SIDE);
                    right = Math.max(right, place % SIDE);
                    sum += image.at(0, place) + image.at(1, place);
                }
            }
            if (bottom >= 0) {
                erased++;
                int height = bottom - top + 1;
                int width = right - left + 1;
                double area = (double) height * width;
                assertThat(area / image.places()).isBetween(0.018, 0.345);
                assertThat((double) height / width).isBetween(0.25, 4.0); // whole pixels of 0.3 to 3.3
                areas += area / image.places();
                values += sum / (2 * area);
            }
        }
        assertThat((double) erased / images).isCloseTo(0.25, Offset.offset(0.03)); // standard deviation 0.007
        assertThat(areas / erased).isCloseTo((0.02 + 1 / 3.0) / 2, Offset.offset(0.015)); // 0.0029
        assertThat(values / erased).isCloseTo(127.5, Offset.offset(1.5));
    }

    @Test
    void isTheLastThingThatHappensToAnImage() {
        Augmentation erasing = Yaml.parse("{erasing: {probability: 1}}", "test", Augmentation.class);
        assertThat(erasing.erasing()).isEqualTo(new RandomErasing(1, 0.02, 1 / 3.0, 0.3));
        ImageDataset data = TestImages.numbered("train", 5, 2, 3, 8, 8);
        byte[] plain = TestImages.pixels(data, 2);
        byte[] one = new byte[plain.length];
        byte[] other = new byte[plain.length];
        erasing.read(data, 2, 7, one, 0);
        erasing.read(data, 2, 7, other, 0);
        assertThat(one).isEqualTo(other).isNotEqualTo(plain);
        erasing.read(data, 2, 8, other, 0);
        assertThat(other).isNotEqualTo(one);
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> new RandomErasing(0, 0.02, 0.3, 0.3))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("probability=0.0");
        assertThatThrownBy(() -> new RandomErasing(1, 0.5, 0.3, 0.3))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("smallest=0.5, largest=0.3");
    }
}
