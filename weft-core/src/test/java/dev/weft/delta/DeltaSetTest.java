package dev.weft.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import dev.weft.ops.Tensors;
import dev.weft.seed.RandomStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeltaSetTest {
    private final RandomGenerator random = RandomStream.EXPERIMENT.random(5);

    private Tensor tensor(long... shape) {
        int count = 1;
        for (long size : shape) {
            count *= (int) size;
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values, shape);
    }

    private final Map<String, Tensor> base = new LinkedHashMap<>(Map.of("a", tensor(3, 2), "a.b", tensor(4)));

    private DeltaSet products(int rank, double scale) {
        return DeltaSet.of(Fingerprint.of(base), Map.of("a", LowRankDelta.of(tensor(rank, 2), tensor(3, rank), scale)));
    }

    private static float[] dense(DeltaSet set, String name) {
        return Tensors.floats(set.deltas().get(name).dense());
    }

    // What has changed

    @Test
    void theDifferenceAddedToTheBaseIsWhatItWasTakenOf() {
        Map<String, Tensor> after = new LinkedHashMap<>(base);
        after.put("a", Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2));
        after.put("own", tensor(2));
        try (DeltaSet delta = DeltaSet.difference(base, after)) {
            assertThat(delta.deltas().keySet()).containsExactlyInAnyOrder("a", "own");
            Map<String, Tensor> changed = delta.addedTo(base);
            assertThat(Tensors.floats(changed.get("a"))).containsExactly(new float[] {1, 2, 3, 4, 5, 6}, within(1e-6f));
            assertThat(Tensors.floats(changed.get("own"))).isEqualTo(Tensors.floats(after.get("own")));
            assertThat(delta.bytes()).isEqualTo(4 * (6 + 2));
        }
    }

    @Test
    void replacementsGiveWhatTheyWereTakenOfBitForBit(@TempDir Path folder) {
        Map<String, Tensor> from = Map.of("x", Tensors.of(new float[] {1, -0.0f}, 2), "same", tensor(3));
        Tensor codes = Tensors.ofLongs(new long[] {Long.MAX_VALUE, 7}, 2);
        Map<String, Tensor> after = new LinkedHashMap<>(from);
        after.put("x", Tensors.of(new float[] {1e-10f, 0}, 2)); // 1 + (1e-10 - 1) is 0 in float32
        after.put("codes", codes);
        Path file = folder.resolve("replaced.safetensors");
        try (DeltaSet set = DeltaSet.replacements(from, after)) {
            assertThat(set.deltas().keySet()).containsExactlyInAnyOrder("x", "codes");
            assertThat(set.bytes()).isEqualTo(2 * 4 + 2 * 8);
            set.write(file);
        }
        try (DeltaSet read = DeltaSet.read(file, from)) {
            Map<String, Tensor> changed = read.addedTo(from);
            assertThat(Tensors.bytes(changed.get("x"))).isEqualTo(Tensors.bytes(after.get("x")));
            assertThat(Tensors.bytes(changed.get("codes"))).isEqualTo(Tensors.bytes(codes));
            assertThat(dense(read, "x")).containsExactly(1e-10f - 1, 0);
            assertThat(read.plus(read).deltas().get("x")).isInstanceOf(DenseDelta.class);
        }
        assertThatThrownBy(() -> DeltaSet.read(file, base))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("with its own base");
        assertThatThrownBy(() -> DeltaSet.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must be read with that base");
    }

    @Test
    void whatIsRefusedHalfwayLeavesNothingInNativeMemory() {
        Map<String, Tensor> after = new LinkedHashMap<>();
        after.put("own", tensor(5));
        after.put("a", tensor(2, 3)); // the base has (3, 2)
        try (DeltaSet dense = DeltaSet.difference(base, Map.of("a", tensor(3, 2)));
                DeltaSet product = products(1, 1)) {
            Map<String, Delta> both = new LinkedHashMap<>(dense.deltas());
            both.put("z", product.deltas().get("a"));
            DeltaSet mixed = DeltaSet.of(dense.base(), both);
            long before = Pointer.totalCount();
            try (PointerScope scope = new PointerScope()) { // what passes goes with it; what is kept stays
                assertThatThrownBy(() -> DeltaSet.difference(base, after)).hasMessageContaining("shape");
                assertThatThrownBy(() -> DeltaSet.replacements(base, after)).hasMessageContaining("shape");
                assertThatThrownBy(() -> mixed.withNoise(1, 1)).hasMessageContaining("dense changes");
            }
            assertThat(Pointer.totalCount())
                    .as("others may have been collected")
                    .isLessThanOrEqualTo(before);
        }
    }

    @Test
    void anotherBaseIsRefused() {
        Map<String, Tensor> other = new LinkedHashMap<>(base);
        other.put("a.b", tensor(4));
        try (DeltaSet delta = products(1, 1)) {
            assertThatThrownBy(() -> delta.addedTo(other))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("with its own base")
                    .hasMessageContaining(Fingerprint.of(other).brief());
            assertThatThrownBy(() -> delta.plus(DeltaSet.of(Fingerprint.of(other), Map.of())))
                    .isInstanceOf(InputException.class);
        }
    }

    @Test
    void theBaseIsNotChangedByAnyOfIt() {
        Fingerprint before = Fingerprint.of(base);
        try (DeltaSet delta = products(2, 0.5)) {
            delta.addedTo(base);
            delta.times(3).plus(delta).minus(delta).clip(0.1).norm();
        }
        assertThat(Fingerprint.of(base)).isEqualTo(before);
    }

    @Test
    void aFingerprintTellsNamesTypesShapesAndBytesApart() {
        Tensor one = Tensors.of(new float[] {1, 2}, 2);
        Fingerprint of = Fingerprint.of(Map.of("x", one));
        assertThat(of).isEqualTo(Fingerprint.of(Map.of("x", Tensors.of(new float[] {1, 2}, 2))));
        assertThat(of).isNotEqualTo(Fingerprint.of(Map.of("y", one)));
        assertThat(of).isNotEqualTo(Fingerprint.of(Map.of("x", Tensors.of(new float[] {1, 2}, 1, 2))));
        assertThat(of).isNotEqualTo(Fingerprint.of(Map.of("x", Tensors.of(new float[] {1, -2}, 2))));
        assertThat(of).isNotEqualTo(Fingerprint.of(Map.of("x", Tensors.ofLongs(new long[] {0x400000003f800000L}, 1))));
    }

    // Arithmetic

    @Test
    void aProductIsItsDenseMatrixInEveryThing() {
        Tensor a = Tensors.of(new float[] {1, 2}, 1, 2);
        Tensor b = Tensors.of(new float[] {3, 4, 5}, 3, 1);
        try (LowRankDelta delta = LowRankDelta.of(a, b, 2)) {
            assertThat(Tensors.floats(delta.dense())).containsExactly(6, 12, 8, 16, 10, 20);
            assertThat(delta.shape()).containsExactly(3L, 2L);
            assertThat(delta.elements()).isEqualTo(5);
            assertThat(delta.squaredNorm()).isCloseTo(36 + 144 + 64 + 256 + 100 + 400, within(1e-9));
            assertThat(Tensors.floats(delta.times(-0.5).dense())).containsExactly(-3, -6, -4, -8, -5, -10);
        }
    }

    @Test
    void theMeanOfProductsIsExactAndNotThatOfTheirFactors() {
        try (DeltaSet one = products(1, 0.5);
                DeltaSet two = products(2, 2);
                DeltaSet mean = DeltaSet.mean(List.of(one, two), List.of(1.0, 3.0))) {
            float[] first = dense(one, "a");
            float[] second = dense(two, "a");
            float[] expected = new float[first.length];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = 0.25f * first[i] + 0.75f * second[i];
            }
            assertThat(dense(mean, "a")).containsExactly(expected, within(1e-6f));
            assertThat(((LowRankDelta) mean.deltas().get("a")).rank()).isEqualTo(3);
        }
    }

    @Test
    void aSetThatLacksAChangeCountsAsZeroInAMean() {
        DeltaSet one = DeltaSet.of(
                Fingerprint.of(base), Map.of("a.b", DenseDelta.of(Tensors.of(new float[] {4, 4, 4, 4}, 4))));
        try (DeltaSet mean = DeltaSet.mean(List.of(one, products(1, 1)), List.of(2.0, 2.0))) {
            assertThat(dense(mean, "a.b")).containsExactly(2, 2, 2, 2);
            assertThat(mean.deltas()).hasSize(2);
        }
    }

    @Test
    void aProductAndADenseChangeSumToADenseOne() {
        try (LowRankDelta product = LowRankDelta.of(tensor(1, 2), tensor(3, 1), 1);
                DenseDelta dense = DenseDelta.of(tensor(3, 2))) {
            assertThat(Tensors.floats(product.plus(dense).dense()))
                    .isEqualTo(Tensors.floats(dense.plus(product).dense()));
            assertThat(product.plus(dense)).isInstanceOf(DenseDelta.class);
            assertThatThrownBy(() -> product.plus(DenseDelta.of(tensor(2, 3)))).hasMessageContaining("same shape");
        }
    }

    @Test
    void clippingShortensTheWholeSetAndLeavesAShortOneAlone() {
        Map<String, Delta> deltas = new LinkedHashMap<>();
        deltas.put("a", DenseDelta.of(Tensors.of(new float[] {3, 0, 0, 0, 0, 0}, 3, 2)));
        deltas.put("a.b", DenseDelta.of(Tensors.of(new float[] {0, 4, 0, 0}, 4)));
        try (DeltaSet set = DeltaSet.of(Fingerprint.of(base), deltas)) {
            assertThat(set.norm()).isEqualTo(5);
            assertThat(dense(set.clip(1), "a.b")[1]).isCloseTo(0.8f, within(1e-6f));
            assertThat(dense(set.clip(5), "a")).isEqualTo(dense(set, "a"));
        }
    }

    @Test
    void noiseHasItsDeviationAndAStreamForEachTensor() {
        int count = 20_000;
        Map<String, Delta> deltas = new LinkedHashMap<>();
        deltas.put("x", DenseDelta.of(Tensors.zeros(count)));
        deltas.put("y", DenseDelta.of(Tensors.zeros(count)));
        try (DeltaSet zero = DeltaSet.of(Fingerprint.of(Map.of()), deltas);
                DeltaSet noisy = zero.withNoise(0.7553, 1)) {
            // There are 20,000 numbers: a twentieth of a deviation is seven standard errors of the standard deviation.
            assertThat(Math.sqrt(noisy.deltas().get("x").squaredNorm() / count)).isCloseTo(0.7553, within(0.7553 / 20));
            assertThat(dense(noisy, "x")).isNotEqualTo(dense(noisy, "y"));
            assertThat(dense(noisy, "x")).isEqualTo(dense(zero.withNoise(0.7553, 1), "x"));
            assertThat(dense(noisy, "x")).isNotEqualTo(dense(zero.withNoise(0.7553, 2), "x"));
        }
        assertThatThrownBy(() -> products(1, 1).withNoise(1, 1)).hasMessageContaining("dense");
    }

    @Test
    void aChangeThatIsNoNumberIsNamed() {
        assertThat(products(1, 1).notFinite()).isEmpty();
        DeltaSet bad = DeltaSet.of(
                Fingerprint.of(base),
                Map.of("a", LowRankDelta.of(Tensors.of(new float[] {1, Float.NaN}, 1, 2), tensor(3, 1), 1)));
        assertThat(bad.notFinite()).contains("a");
    }

    // Files

    @Test
    void aFileHoldsAllOfItAndNothingOfTheBase(@TempDir Path folder) throws Exception {
        Map<String, Delta> deltas = new LinkedHashMap<>();
        deltas.put("a.b", DenseDelta.of(tensor(4)));
        deltas.put("a", LowRankDelta.of(tensor(2, 2), tensor(3, 2), 0.3));
        Path file = folder.resolve("tenant.delta.safetensors");
        try (DeltaSet set = DeltaSet.of(Fingerprint.of(base), deltas)) {
            set.write(file);
            try (DeltaSet read = DeltaSet.read(file)) {
                assertThat(read.base()).isEqualTo(set.base());
                assertThat(read.deltas().keySet()).isEqualTo(set.deltas().keySet());
                set.deltas().keySet().forEach(name -> assertThat(dense(read, name))
                        .isEqualTo(dense(set, name)));
                assertThat(((LowRankDelta) read.deltas().get("a")).scale()).isEqualTo(0.3);
                assertThat(Files.size(file)).isLessThan(set.bytes() + 2_000);
            }
        }
    }

    @Test
    void aFileThatIsNoDeltaSetIsRefused(@TempDir Path folder) {
        Path file = folder.resolve("weights.safetensors");
        dev.weft.io.Safetensors.write(
                file, new LinkedHashMap<>(Map.of("x", dev.weft.weight.StoredTensors.data(tensor(2)))), Map.of());
        assertThatThrownBy(() -> DeltaSet.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("must hold a delta set");
    }
}
