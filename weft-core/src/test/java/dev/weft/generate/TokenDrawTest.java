package dev.weft.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.CheckFailedException;
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

    @Test
    void logitsThatAreNoNumbersNameNoToken() {
        for (float none : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            float[] logits = {0, 1, none, 2};
            for (double temperature : new double[] {0, 1}) {
                TokenDraw draw = new TokenDraw(new GenerationSettings(1, temperature, 0, 3));
                assertThatThrownBy(() -> draw.next(logits))
                        .isInstanceOf(CheckFailedException.class)
                        .hasMessageContaining("that of token 2 is " + none);
            }
        }
        // Never drawn, and legitimate: a token that is masked out.
        TokenDraw draw = new TokenDraw(new GenerationSettings(1, 1, 0, 3));
        for (int i = 0; i < 1000; i++) {
            assertThat(draw.next(new float[] {Float.NEGATIVE_INFINITY, 1, 1})).isNotZero();
        }
    }
}
