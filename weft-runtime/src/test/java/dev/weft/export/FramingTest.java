package dev.weft.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.export.Framing.Box;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class FramingTest {
    /** What torchvision's Resize(256) and CenterCrop(224) see of these sizes. */
    @Test
    void theCentreOfAPictureThatKeepsItsShape() {
        assertThat(Framing.centred(400, 600, 224, 0.875))
                .isEqualTo(new Framing(new Box(0, 0, 400, 600), 256, 384, new Box(16, 80, 224, 224)));
        assertThat(Framing.centred(500, 333, 224, 0.875))
                .isEqualTo(new Framing(new Box(0, 0, 500, 333), 384, 256, new Box(80, 16, 224, 224)));
        assertThat(Framing.centred(375, 500, 224, 0.875))
                .isEqualTo(new Framing(new Box(0, 0, 375, 500), 256, 341, new Box(16, 58, 224, 224))); // 58.5, to even
        assertThat(Framing.centred(50, 50, 224, 1).window()).isEqualTo(new Box(0, 0, 224, 224));
    }

    @Test
    void aCropWithoutResizingIsTheVeryPixels() {
        byte[] planes = planes(4, 6);
        Framing framing = Framing.of(4, 6, 2, OptionalDouble.of(0.5)); // shorter side 4, as it is
        assertThat(ImagePlanes.of(planes, 2, 4, 6, framing)).containsExactly(12, 13, 22, 23, 112, 113, 122, 123);
    }

    @Test
    void stretchingIsUnlikeKeepingTheShape() {
        byte[] planes = planes(4, 6);
        assertThat(ImagePlanes.of(planes, 2, 4, 6, Framing.of(4, 6, 4, OptionalDouble.empty())))
                .isNotEqualTo(ImagePlanes.of(planes, 2, 4, 6, Framing.of(4, 6, 4, OptionalDouble.of(1))));
    }

    @Test
    void aBoxSeesNothingOutsideItself() {
        byte[] planes = new byte[100];
        java.util.Arrays.fill(planes, (byte) 200);
        for (int y = 3; y < 7; y++) {
            for (int x = 2; x < 5; x++) {
                planes[10 * y + x] = 50;
            }
        }
        for (int side : new int[] {1, 2, 5, 9}) {
            Framing framing = Framing.stretched(new Box(3, 2, 4, 3), side, side);
            assertThat(ImagePlanes.of(planes, 1, 10, 10, framing))
                    .hasSize(side * side)
                    .containsOnly(50);
        }
    }

    /** Enlarging twice by linear interpolation, by hand: 40 and 80 give 40, 50, 70, 80. */
    @Test
    void enlargesABoxLinearly() {
        byte[] planes = {0, 40, 80, 0};
        assertThat(ImagePlanes.of(planes, 1, 1, 4, Framing.stretched(new Box(0, 1, 1, 2), 1, 4)))
                .containsExactly(40, 50, 70, 80);
    }

    @Test
    void aWindowOutsideIsRefused() {
        assertThatThrownBy(() -> new Framing(new Box(0, 0, 4, 4), 4, 4, new Box(1, 0, 4, 4)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Box(0, -1, 4, 4)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Two planes whose value at (y, x) is 10 y + x, and 100 more. */
    private static byte[] planes(int height, int width) {
        byte[] planes = new byte[2 * height * width];
        for (int i = 0; i < height * width; i++) {
            planes[i] = (byte) (10 * (i / width) + i % width);
            planes[height * width + i] = (byte) (100 + planes[i]);
        }
        return planes;
    }
}
