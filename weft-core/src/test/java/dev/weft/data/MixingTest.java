package dev.weft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MixingTest {
    private PointerScope scope;

    @BeforeEach
    void open() {
        scope = new PointerScope();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void mixupAddsThePartnersFromTheEnd() {
        Batch mixed = Mixing.mixup(batch(2, 2, 10, 20, 30, 40, 110, 120, 130, 140), 0.75);
        assertThat(Tensors.floats(mixed.inputs().only())).containsExactly(35, 45, 55, 65, 85, 95, 105, 115);
        Batch.Mixture mixture = mixed.mixture().orElseThrow();
        assertThat(mixture.share()).isEqualTo(0.75);
        assertThat(longs(mixed.labels())).containsExactly(0, 1);
        assertThat(longs(mixture.partners())).containsExactly(1, 0);
        assertThat(mixed.indices()).containsExactly(0, 1);
    }

    @Test
    void cutmixPutsARectangleOfThePartnerIn() {
        Batch plain = batch(2, 3, 1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16);
        Batch mixed = Mixing.cutmix(plain, 0, 1, 1, 2);
        assertThat(Tensors.floats(mixed.inputs().only())).containsExactly(1, 12, 13, 4, 5, 6, 11, 2, 3, 14, 15, 16);
        assertThat(mixed.mixture().orElseThrow().share()).isCloseTo(4 / 6.0, Offset.offset(1e-12));
        assertThat(Tensors.floats(plain.inputs().only())).startsWith(1, 2, 3); // not changed
        assertThat(Mixing.cutmix(plain, 1, 1, 0, 2)).isSameAs(plain);
    }

    /** The share is what is left of the image: counted in what each batch holds. */
    @Test
    void sharesOfCutmixAreThoseOfThePixels() {
        Mixing mixing = new Mixing(0, 1, 1, 0.5);
        SplittableRandom random = new SplittableRandom(1);
        float[] two = new float[2 * 35];
        java.util.Arrays.fill(two, 35, 70, 1);
        Set<Double> shares = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            Batch mixed = mixing.mix(batch(5, 7, two), random);
            double ones = 0;
            for (int p = 35; p < 70; p++) {
                ones += Tensors.floats(mixed.inputs().only())[p];
            }
            double share = mixed.mixture().map(Batch.Mixture::share).orElse(1.0);
            assertThat(share).isCloseTo(ones / 35, Offset.offset(1e-9));
            shares.add(share);
        }
        assertThat(shares).hasSizeGreaterThan(10);
    }

    /** The mean of Beta(α, α) is a half and its variance is 1 / (4 (2 α + 1)). */
    @Test
    void sharesAreOfABetaDistribution() {
        SplittableRandom random = new SplittableRandom(2);
        for (double alpha : new double[] {0.01, 0.2, 0.8, 1, 2}) {
            double sum = 0;
            double squares = 0;
            int draws = 40_000;
            for (int i = 0; i < draws; i++) {
                double share = Mixing.beta(alpha, random);
                assertThat(share).isBetween(0.0, 1.0);
                sum += share;
                squares += (share - 0.5) * (share - 0.5);
            }
            assertThat(sum / draws).as("α " + alpha).isCloseTo(0.5, Offset.offset(0.012));
            assertThat(squares / draws).as("α " + alpha).isCloseTo(1 / (4 * (2 * alpha + 1)), Offset.offset(0.004));
        }
    }

    @Test
    void aStepIsAFunctionOfItsNumber() {
        ImageBatches plain = new ImageBatches(TestImages.numbered("train", 24, 5, 3, 6, 6), 4, 9, Augmentation.none());
        Mixing both = new Mixing(0.8, 1, 0.7, 0.5);
        MixedImages one = new MixedImages(plain, both, 9);
        MixedImages other = new MixedImages(plain, both, 9);
        int mixed = 0;
        int differ = 0;
        for (int step = 59; step >= 0; step--) {
            Batch batch = one.batch(step);
            assertThat(Tensors.floats(batch.inputs().only()))
                    .isEqualTo(Tensors.floats(other.batch(step).inputs().only()));
            assertThat(batch.mixture().map(Batch.Mixture::share))
                    .isEqualTo(other.batch(step).mixture().map(Batch.Mixture::share));
            assertThat(batch.indices()).isEqualTo(plain.batch(step).indices());
            mixed += batch.mixture().isPresent() ? 1 : 0;
            Batch seeded = new MixedImages(plain, both, 10).batch(step);
            differ += seeded.mixture()
                            .map(Batch.Mixture::share)
                            .equals(batch.mixture().map(Batch.Mixture::share))
                    ? 0
                    : 1;
        }
        assertThat(mixed).isBetween(28, 55); // 42 expected of 60
        assertThat(differ).isGreaterThan(35);
        assertThat(one.stepsPerEpoch()).isEqualTo(6);
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> new Mixing(0, 0, 1, 0.5))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("one of them over 0");
        assertThatThrownBy(() -> new Mixing(0.8, 2.5, 1, 0.5)).hasMessageContaining("cutmix=2.5");
        assertThatThrownBy(() -> new Mixing(0.8, 1, 0, 0.5)).hasMessageContaining("probability=0.0");
    }

    /** Two grey images. */
    private static Batch batch(int height, int width, float... values) {
        return new Batch(Tensors.of(values, 2, 1, height, width), Tensors.ofLongs(new long[] {0, 1}, 2), List.of(0, 1));
    }

    private static long[] longs(Tensor tensor) {
        long[] values = new long[(int) tensor.numel()];
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.get(i).item_long();
        }
        return values;
    }
}
