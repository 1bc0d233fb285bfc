package dev.weft.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ResampleTest {
    private static double[] resize(int to, double... values) {
        Resample resample = new Resample(values.length, to);
        double[] out = new double[to];
        for (int i = 0; i < to; i++) {
            out[i] = resample.at(i, values, 0, 1);
        }
        return out;
    }

    @Test
    void equalLengthIsExact() {
        assertThat(resize(5, 3, 250, 0, 17, 99)).containsExactly(3, 250, 0, 17, 99);
    }

    @Test
    void enlargesByLinearInterpolation() {
        assertThat(resize(4, 0, 100)).containsExactly(new double[] {0, 25, 75, 100}, within(1e-12));
    }

    @Test
    void shrinkingLetsEveryPixelCount() {
        // Half the length: weights 1 3 3 1 over 8, cut off at the edges.
        assertThat(resize(2, 8, 0, 0, 0)[0]).isCloseTo(8 * 3 / 7.0, within(1e-12));
        assertThat(resize(1, 4, 4, 4, 4, 4, 4, 4)[0]).isCloseTo(4, within(1e-12));
        for (int at = 0; at < 12; at++) {
            double[] spike = new double[12];
            spike[at] = 1;
            assertThat(java.util.stream.DoubleStream.of(resize(3, spike)).sum()).isGreaterThan(0.1);
        }
    }
}
