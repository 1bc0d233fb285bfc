package dev.weft.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ProportionTest {
    /** Two of the examples that Newcombe (Statistics in Medicine 17, 1998, table I, method 3) works out. */
    @Test
    void intervalIsWilsons() {
        Proportion newcombe = new Proportion(15 / 148.0, 148);
        assertThat(newcombe.low()).isCloseTo(0.0624, within(5e-5));
        assertThat(newcombe.high()).isCloseTo(0.1605, within(5e-5));
        Proportion twenty = new Proportion(1 / 20.0, 20);
        assertThat(twenty.low()).isCloseTo(0.0089, within(5e-5));
        assertThat(twenty.high()).isCloseTo(0.2361, within(5e-5));
    }

    @Test
    void twoHundredAndFiftyPicturesAreSixPoints() {
        Proportion half = new Proportion(0.5, 250);
        assertThat(half.high() - half.low()).isCloseTo(0.123, within(1e-3));
    }

    @Test
    void endsStayWithinZeroAndOne() {
        assertThat(new Proportion(0, 20).low()).isEqualTo(0);
        assertThat(new Proportion(0, 20).high()).isCloseTo(0.1611, within(5e-5));
        assertThat(new Proportion(1, 20).high()).isEqualTo(1);
        assertThat(new Proportion(1, 20).low()).isCloseTo(0.8389, within(5e-5));
    }

    @Test
    void refusesWhatIsNoShare() {
        assertThatThrownBy(() -> new Proportion(1.5, 10)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Proportion(Double.NaN, 10)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Proportion(0.5, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
