package dev.weft.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class TokenDrawTest {
    private static final float[] LOGITS = {1, 3, -2, 3, 2};

    private static double[] frequencies(GenerationSettings settings) {
        TokenDraw draw = new TokenDraw(settings);
        double[] parts = new double[LOGITS.length];
        for (int i = 0; i < 40_000; i++) {
            parts[draw.next(LOGITS)] += 1 / 40_000.0;
        }
        return parts;
    }

    @Test
    void atTemperatureZeroTheFirstOfTheMostLikelyIsTaken() {
        assertThat(frequencies(new GenerationSettings(1, 0, 0, 3))[1]).isCloseTo(1, within(1e-9));
    }

    @Test
    void drawsFollowTheSoftmaxOfLogitsOverTemperature() {
        double[] parts = frequencies(new GenerationSettings(1, 2, 0, 3));
        double sum = 0;
        for (float logit : LOGITS) {
            sum += Math.exp(logit / 2);
        }
        for (int i = 0; i < parts.length; i++) {
            assertThat(parts[i]).isCloseTo(Math.exp(LOGITS[i] / 2) / sum, within(0.015));
        }
    }

    @Test
    void topKLeavesOutAllButTheMostLikely() {
        double[] parts = frequencies(new GenerationSettings(1, 1, 3, 3));
        double sum = 2 * Math.exp(3) + Math.exp(2);
        assertThat(parts[0] + parts[2]).isZero();
        assertThat(parts[1]).isCloseTo(Math.exp(3) / sum, within(0.015));
        assertThat(parts[4]).isCloseTo(Math.exp(2) / sum, within(0.015));
    }
}
