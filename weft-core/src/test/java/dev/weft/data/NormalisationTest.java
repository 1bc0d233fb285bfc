package dev.weft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class NormalisationTest {
    @Test
    void equalsTheDirectComputation() {
        InMemoryImages data = TestImages.numbered("train", 50, 2, 3, 5, 7);
        Normalisation normalisation = Normalisation.of(data);
        for (int channel = 0; channel < 3; channel++) {
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < 50; i++) {
                byte[] image = TestImages.pixels(data, i);
                for (int p = 0; p < 35; p++) {
                    double value = (image[channel * 35 + p] & 0xFF) / 255.0;
                    sum += value;
                    squares += value * value;
                }
            }
            double mean = sum / (50 * 35);
            assertThat(normalisation.mean().get(channel)).isCloseTo(mean, within(1e-12));
            assertThat(normalisation.std().get(channel))
                    .isCloseTo(Math.sqrt(squares / (50 * 35) - mean * mean), within(1e-12));
        }
        assertThat(Normalisation.of(data)).isEqualTo(normalisation);
    }

    @Test
    void matchesThePublishedFiguresOfFashionMnist() {
        // 0.2860 and 0.3530 are those of the full training set; the subset is close.
        Normalisation normalisation = Normalisation.of(FashionMnist.embedded().train());
        assertThat(normalisation.mean().get(0)).isCloseTo(0.2860, within(0.005));
        assertThat(normalisation.std().get(0)).isCloseTo(0.3530, within(0.005));
    }

    @Test
    void constantChannelIsNotDividedByZero() {
        byte[] pixels = {51, 51, 51, 51};
        InMemoryImages data = InMemoryImages.of("flat", List.of("a"), 1, 2, 2, pixels, new int[] {0}, List.of("one"));
        assertThat(Normalisation.of(data)).isEqualTo(new Normalisation(List.of(0.2), List.of(1.0)));
    }

    @Test
    void refusesValuesThatCannotNormalise() {
        assertThatThrownBy(() -> new Normalisation(List.of(0.5), List.of(0.0)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Normalisation(List.of(Double.NaN), List.of(1.0)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Normalisation(List.of(0.5), List.of(1.0, 1.0)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
