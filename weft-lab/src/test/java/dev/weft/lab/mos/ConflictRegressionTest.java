package dev.weft.lab.mos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.space.Member;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConflictRegressionTest {
    private final ConflictRegression regression =
            new ConflictRegression(new ConflictRegression.Settings(List.of(3, 6), 300, 6, 2, 128, 0.05, 8));

    @Test
    void eachMemberAloneHasNoError() {
        for (Member member : regression.members()) {
            assertThat(regression.run(MosSharing.STANDARD, List.of(member), 1).mean())
                    .isLessThan(0.01);
        }
    }

    @Test
    void slicesCannotServeBothAndExpertsCan() {
        double standard = regression.run(MosSharing.STANDARD, 1).mean();
        assertThat(standard).isBetween(0.1, 1.0);
        assertThat(regression.run(MosSharing.LAYER_WISE, 1).mean()).isLessThan(0.05 * standard);
        assertThat(regression.run(MosSharing.NEURON_WISE, 1).mean()).isLessThan(0.05 * standard);
    }

    @Test
    void blindRouterFindsWhatSlicesFind() {
        ConflictRegression.Outcome standard = regression.run(MosSharing.STANDARD, 2);
        ConflictRegression.Outcome blind = regression.run(MosSharing.FIXED_INPUT, 2);
        assertThat(blind.mean()).isCloseTo(standard.mean(), within(0.01 * standard.mean()));
        assertThat(blind.parameters()).isGreaterThan(2 * standard.parameters());
    }
}
