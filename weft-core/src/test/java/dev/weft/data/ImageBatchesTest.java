package dev.weft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.io.InputException;
import dev.weft.seed.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // a scope is opened for what it frees, not to be named
class ImageBatchesTest {
    private static final InMemoryImages DATA = TestImages.numbered("train", 23, 5, 3, 4, 3);

    @Test
    void tensorsHoldRawPixelsAndLabels() {
        ImageBatches batches = new ImageBatches(DATA, 4, 9, Augmentation.none());
        try (PointerScope scope = new PointerScope()) {
            Batch batch = batches.batch(2);
            assertThat(batch.inputs().only().shape()).containsExactly(4, 3, 4, 3);
            assertThat(batch.inputs().only().scalar_type().intern()).isEqualTo(ScalarType.Float);
            assertThat(batch.labels().scalar_type().intern()).isEqualTo(ScalarType.Long);
            assertThat(batch.labels().shape()).containsExactly(4);
            float[] images = floats(batch.inputs().only());
            for (int i = 0; i < 4; i++) {
                int index = batch.indices().get(i);
                byte[] pixels = TestImages.pixels(DATA, index);
                for (int p = 0; p < 36; p++) {
                    assertThat(images[i * 36 + p]).isEqualTo(pixels[p] & 0xFF);
                }
                assertThat(longs(batch.labels())[i]).isEqualTo(DATA.label(index));
            }
        }
    }

    @Test
    void closingFreesBothTensors() {
        Batch batch = new ImageBatches(DATA, 4, 9, Augmentation.none()).batch(0);
        batch.close();
        assertThat(batch.inputs().only().isNull()).isTrue();
        assertThat(batch.labels().isNull()).isTrue();
    }

    @Test
    void largeBatchesAreFilledOnAllCoresAlike() {
        InMemoryImages large = TestImages.numbered("train", 20, 5, 3, 150, 200);
        try (PointerScope scope = new PointerScope()) {
            float[] together =
                    floats(new EvaluationBatches(large, 20).batch(0).inputs().only()); // 1.8 million values
            float[] last =
                    floats(new EvaluationBatches(large, 1).batch(19).inputs().only());
            assertThat(Arrays.copyOfRange(together, 19 * 90_000, 20 * 90_000)).isEqualTo(last);
        }
    }

    @Test
    void anEpochIsAPermutationWithoutTheRest() {
        ImageBatches batches = new ImageBatches(DATA, 4, 9, Augmentation.none());
        assertThat(batches.stepsPerEpoch()).isEqualTo(5);
        List<Integer> first = epoch(batches, 0);
        List<Integer> second = epoch(batches, 1);
        assertThat(first).hasSize(20).doesNotHaveDuplicates().isNotEqualTo(second);
        assertThat(batches.epoch(4)).isZero();
        assertThat(batches.epoch(5)).isEqualTo(1);
        assertThat(epoch(batches, 0)).isEqualTo(first); // stepping back, as after a resume
    }

    @Test
    void everyStepIsAFunctionOfSeedAndStep() {
        Augmentation augmentation = new Augmentation(2, true);
        ImageBatches one = new ImageBatches(DATA, 4, 9, augmentation);
        ImageBatches other = new ImageBatches(DATA, 4, 9, augmentation);
        try (PointerScope scope = new PointerScope()) {
            float[][] forward = IntStream.range(0, 12)
                    .mapToObj(s -> floats(one.batch(s).inputs().only()))
                    .toArray(float[][]::new);
            for (int step = 11; step >= 0; step--) {
                assertThat(floats(other.batch(step).inputs().only())).isEqualTo(forward[step]);
            }
            ImageBatches seeded = new ImageBatches(DATA, 4, 10, augmentation);
            assertThat(floats(seeded.batch(0).inputs().only())).isNotEqualTo(forward[0]);
            // The same example is augmented differently in another epoch.
            int[] same = {3};
            assertThat(IntStream.range(0, 6)
                            .mapToObj(e -> Arrays.toString(
                                    floats(one.batch(same, e).inputs().only())))
                            .distinct()
                            .count())
                    .isGreaterThan(3);
        }
    }

    @Test
    void orderIsTheSameInEveryProcessAndRelease() {
        ImageBatches batches = new ImageBatches(DATA, 8, 123, Augmentation.none());
        assertThat(batches.indices(0)).containsExactly(13, 7, 22, 1, 6, 5, 9, 16);
        assertThat(batches.indices(3)).containsExactly(13, 18, 15, 22, 6, 2, 8, 5);
    }

    @Test
    void augmentedBatchEqualsAugmentedImages() {
        Augmentation augmentation = new Augmentation(1, true);
        ImageBatches batches = new ImageBatches(DATA, 4, 9, augmentation);
        try (PointerScope scope = new PointerScope()) {
            float[] images = floats(batches.batch(new int[] {7, 2}, 3).inputs().only());
            byte[] expected = new byte[72];
            augmentation.apply(
                    TestImages.pixels(DATA, 7), 3, 4, 3, RandomStream.AUGMENTATION.bits(9, 3, 7), expected, 0);
            augmentation.apply(
                    TestImages.pixels(DATA, 2), 3, 4, 3, RandomStream.AUGMENTATION.bits(9, 3, 2), expected, 36);
            for (int p = 0; p < 72; p++) {
                assertThat(images[p]).isEqualTo(expected[p] & 0xFF);
            }
        }
    }

    @Test
    void evaluationSeesEveryExampleOnceInOrder() {
        EvaluationBatches batches = new EvaluationBatches(DATA, 10);
        List<Integer> seen = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            for (int number = 0; number < batches.count(); number++) {
                seen.addAll(batches.batch(number).indices());
            }
            assertThat(batches.batch(2).inputs().only().shape()).containsExactly(3, 3, 4, 3);
            assertThat(new EvaluationBatches(DATA, Integer.MAX_VALUE).batch(0).size())
                    .isEqualTo(23);
        }
        assertThat(seen).isEqualTo(IntStream.range(0, 23).boxed().toList());
    }

    @Test
    void refusesBatchesThatTheDataCannotFill() {
        assertThatThrownBy(() -> new ImageBatches(DATA, 24, 0, Augmentation.none()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(
                        "batchSize must be from 1 to the number of training images, 23 in train, but is 24");
        assertThatThrownBy(() -> new ImageBatches(DATA, 0, 0, Augmentation.none()))
                .isInstanceOf(InputException.class);
    }

    private static List<Integer> epoch(ImageBatches batches, int epoch) {
        List<Integer> indices = new ArrayList<>();
        for (long step = epoch * batches.stepsPerEpoch(); step < (epoch + 1) * batches.stepsPerEpoch(); step++) {
            Arrays.stream(batches.indices(step)).forEach(indices::add);
        }
        return indices;
    }

    private static float[] floats(Tensor tensor) {
        float[] values = new float[(int) tensor.numel()];
        new FloatPointer(tensor.data_ptr()).get(values);
        return values;
    }

    private static long[] longs(Tensor tensor) {
        long[] values = new long[(int) tensor.numel()];
        new LongPointer(tensor.data_ptr()).get(values);
        return values;
    }
}
