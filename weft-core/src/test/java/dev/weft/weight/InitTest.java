package dev.weft.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class InitTest {
    private static final List<Integer> SHAPE = List.of(64, 32, 3, 5); // 30,720 values

    private static float[] draw(Init init) {
        return init.values(SHAPE, new SplittableRandom(11));
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double std(float[] values) {
        double mean = mean(values);
        double sum = 0;
        for (float value : values) {
            sum += (value - mean) * (value - mean);
        }
        return Math.sqrt(sum / values.length);
    }

    private static float largest(float[] values) {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    @Test
    void constantsFillTheShape() {
        assertThat(draw(Init.zeros())).hasSize(30_720).containsOnly(0);
        assertThat(draw(Init.ones())).hasSize(30_720).containsOnly(1);
    }

    @Test
    void heNormalHasTheDeviationOfItsFanOut() {
        double expected = Math.sqrt(2.0 / (64 * 15));
        float[] dense = draw(Init.heFanOut(1));
        assertThat(mean(dense)).isCloseTo(0, within(expected * 0.025)); // over 4 standard errors
        assertThat(std(dense)).isCloseTo(expected, within(expected * 0.02));
        assertThat(largest(dense)).isBetween((float) (3.3 * expected), (float) (6 * expected));
        assertThat(std(draw(Init.heFanOut(64)))).isCloseTo(8 * expected, within(8 * expected * 0.02));
    }

    @Test
    void uniformReachesTheBoundOfItsFanIn() {
        float bound = (float) (1 / Math.sqrt(32 * 15));
        float[] values = draw(Init.uniformFanIn());
        assertThat(largest(values)).isBetween(bound * 0.999f, bound);
        assertThat(mean(values)).isCloseTo(0, within(bound * 0.015));
        assertThat(std(values)).isCloseTo(bound / Math.sqrt(3), within(bound * 0.01));
    }

    @Test
    void truncatedNormalStaysWithinTwoDeviations() {
        float[] values = draw(Init.truncatedNormal(0.02));
        assertThat(largest(values)).isBetween(0.0395f, 0.04f);
        assertThat(mean(values)).isCloseTo(0, within(0.0005));
        assertThat(std(values)).isCloseTo(0.02 * 0.8796, within(0.0003)); // of a normal cut at 2
    }

    @Test
    void sameGeneratorSameValues() {
        for (Init init : List.of(Init.heFanOut(2), Init.uniformFanIn(), Init.truncatedNormal(1))) {
            assertThat(draw(init)).isEqualTo(draw(init));
        }
    }
}
