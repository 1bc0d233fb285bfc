package dev.weft.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.criterion.Losses;
import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import dev.weft.sample.norm.TauSchedule;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Exact checks 1, 2, 5 and 8 of PA&amp;DA's specification. */
class ImportanceDistributionTest {
    private static final double[] NORMS = {0, 0, 3, 1, 0};

    @Test
    void withoutTrustAllAreExactlyAlike() {
        assertThat(ImportanceDistribution.distribution(NORMS, 0, 0)).containsOnly(1.0 / 5);
        assertThat(ImportanceDistribution.distribution(new double[] {1e-30, 7, 1e30}, 0, 0))
                .containsOnly(1.0 / 3);
    }

    @Test
    void trustBlendsNormsWithUniform() {
        assertThat(ImportanceDistribution.distribution(NORMS, 1, 0)).containsExactly(0, 0, 0.75, 0.25, 0);
        assertThat(ImportanceDistribution.distribution(NORMS, 0.5, 0))
                .containsExactly(new double[] {0.1, 0.1, 0.475, 0.225, 0.1}, within(1e-15));
    }

    @Test
    void withoutAnyNormAllAreAlikeWhateverTheTrust() {
        assertThat(ImportanceDistribution.distribution(new double[4], 1, 0)).containsOnly(0.25);
    }

    @Test
    void floorKeepsAPartOfTheUniformProbability() {
        assertThat(ImportanceDistribution.distribution(NORMS, 1, 0.25))
                .containsExactly(new double[] {0.05, 0.05, 0.6125, 0.2375, 0.05}, within(1e-15));
    }

    @Test
    void drawsAreAsOftenAsLikelyAndNeverImpossible() {
        double[] p = {0, 0.5, 0, 0.3, 0.2, 0};
        int[] counts = new int[6];
        for (int drawn : ImportanceDistribution.draws(p, 10_000, new SplittableRandom(4))) {
            counts[drawn]++;
        }
        for (int i = 0; i < p.length; i++) {
            double sigma = Math.sqrt(10_000 * p[i] * (1 - p[i]));
            assertThat((double) counts[i]).isCloseTo(10_000 * p[i], within(3 * sigma + 1e-9));
        }
    }

    @Test
    void manyExamplesOfLittleProbabilityAreAllReached() {
        double[] p = new double[50_000];
        java.util.Arrays.fill(p, 1.0 / 50_000);
        long distinct = java.util.Arrays.stream(ImportanceDistribution.draws(p, 50_000, new SplittableRandom(2)))
                .distinct()
                .count();
        assertThat((double) distinct).isCloseTo(50_000 * (1 - Math.exp(-1)), within(500.0));
        assertThat(ImportanceDistribution.effectiveSize(p)).isCloseTo(50_000, within(1e-3));
        assertThat(ImportanceDistribution.entropy(p)).isCloseTo(Math.log(50_000), within(1e-9));
    }

    @Test
    void logitGradientsAreThoseOfAutograd() {
        try (PointerScope scope = new PointerScope()) {
            SplittableRandom random = new SplittableRandom(3);
            float[] values = new float[6 * 4];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (4 * random.nextDouble() - 2);
            }
            Tensor labels = Tensor.create(new long[] {0, 1, 2, 3, 1, 1}, 6);
            for (double smoothing : new double[] {0, 0.1}) {
                Tensor logits = Tensors.of(values, 6, 4);
                logits.set_requires_grad(true);
                Losses.labelsOfEach(logits, labels, smoothing).sum().backward();
                float[] found = ImportanceDistribution.logitGradients(logits, labels, smoothing);
                for (int i = 0; i < found.length; i++) {
                    assertThat((double) found[i])
                            .isCloseTo(logits.grad().select(0, i).norm().item_double(), within(1e-6));
                }
            }
        }
    }

    @Test
    void logitGradientsOfKnownLogits() {
        try (PointerScope scope = new PointerScope()) {
            Tensor labels = Tensor.create(new long[] {7}, 1);
            assertThat((double) ImportanceDistribution.logitGradients(torch.zeros(1, 10), labels, 0)[0])
                    .isCloseTo(0.948683, within(1e-6));
            float[] sure = new float[10];
            sure[7] = 200;
            assertThat(ImportanceDistribution.logitGradients(Tensors.of(sure, 1, 10), labels, 0))
                    .containsExactly(0f);
            sure[7] = 0;
            sure[2] = 200;
            assertThat((double) ImportanceDistribution.logitGradients(Tensors.of(sure, 1, 10), labels, 0)[0])
                    .isCloseTo(Math.sqrt(2), within(1e-6));
        }
    }

    @Test
    void tauRisesAsItsScheduleSays() {
        assertThat(new TauSchedule.Linear().at(0, 250)).isZero();
        assertThat(new TauSchedule.Linear().at(249, 250)).isEqualTo(0.996);
        assertThat(new TauSchedule.Constant(0.3).at(0, 10)).isEqualTo(0.3);
        assertThat(new TauSchedule.Cosine().at(5, 10)).isCloseTo(0.5, within(1e-15));
        assertThat(new TauSchedule.Cosine().at(1, 10)).isLessThan(0.1);
        TauSchedule step = new TauSchedule.Step(3, 0.8);
        assertThat(step.at(2, 10)).isZero();
        assertThat(step.at(3, 10)).isEqualTo(0.8);
        assertThatThrownBy(() -> new TauSchedule.Constant(1.1)).isInstanceOf(InputException.class);
    }
}
