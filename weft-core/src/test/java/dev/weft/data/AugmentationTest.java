package dev.weft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.seed.Mix;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AugmentationTest {
    private static final byte[] IMAGE = {
        1, 2, 3,
        4, 5, 6,
        11, 12, 13,
        14, 15, 16,
    };

    @Test
    void movesWithZeroPadding() {
        assertThat(moved(1, 0, false)).containsExactly(4, 5, 6, 0, 0, 0, 14, 15, 16, 0, 0, 0);
        assertThat(moved(-1, 1, false)).containsExactly(0, 0, 0, 2, 3, 0, 0, 0, 0, 12, 13, 0);
        assertThat(moved(0, -2, false)).containsExactly(0, 0, 1, 0, 0, 4, 0, 0, 11, 0, 0, 14);
        assertThat(moved(5, 5, true)).containsOnly(0);
    }

    @Test
    void mirrorsLeftToRightAfterTheCrop() {
        assertThat(moved(0, 0, true)).containsExactly(3, 2, 1, 6, 5, 4, 13, 12, 11, 16, 15, 14);
        assertThat(moved(0, 1, true)).containsExactly(0, 3, 2, 0, 6, 5, 0, 13, 12, 0, 16, 15);
    }

    @Test
    void noneChangesNothing() {
        byte[] out = new byte[14];
        Augmentation.none().apply(IMAGE, 2, 2, 3, 99, out, 2);
        assertThat(Arrays.copyOfRange(out, 2, 14)).isEqualTo(IMAGE);
    }

    @Test
    void drawsEveryPlaceAndBothSidesEquallyOften() {
        Augmentation augmentation = new Augmentation(1, true);
        Map<String, Integer> seen = new HashMap<>();
        int draws = 18_000;
        for (int key = 0; key < draws; key++) {
            byte[] out = new byte[12];
            augmentation.apply(IMAGE, 2, 2, 3, Mix.bits(3, key), out, 0);
            seen.merge(Arrays.toString(out), 1, Integer::sum);
        }
        assertThat(seen).hasSize(18);
        // 1,000 expected each, standard deviation 31
        assertThat(seen.values()).allSatisfy(count -> assertThat(count).isBetween(850, 1150));
    }

    @Test
    void refusesImpossiblePadding() {
        assertThatThrownBy(() -> new Augmentation(-1, false))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("cropPadding must be from 0 to 1024 pixels, but is -1");
    }

    private static byte[] moved(int shiftY, int shiftX, boolean mirror) {
        byte[] out = new byte[12];
        Augmentation.moved(IMAGE, 2, 2, 3, shiftY, shiftX, mirror, out, 0);
        return out;
    }
}
