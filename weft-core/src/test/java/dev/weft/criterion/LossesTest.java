package dev.weft.criterion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.data.Batch;
import dev.weft.ops.Bundle;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Check 5 of the BigNAS specification: soft cross-entropy; and label smoothing. */
class LossesTest {
    private static final int BATCH = 5;
    private static final int CLASSES = 4;

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
    void softCrossEntropyAgainstAOneHotTeacherIsCrossEntropy() {
        Tensor logits = logits(1);
        Tensor labels = labels();
        float[] certain = new float[BATCH * CLASSES];
        for (int i = 0; i < BATCH; i++) {
            certain[i * CLASSES + i % CLASSES] = 1000;
        }
        Tensor soft = Losses.soft(logits, Tensors.of(certain, BATCH, CLASSES));
        assertThat(soft.item_double())
                .isCloseTo(Losses.labels(logits, labels, 0).item_double(), within(1e-6));
    }

    @Test
    void gradientIsSoftmaxMinusTeacherOverTheBatchAndTheTeacherGetsNone() {
        Tensor logits = logits(1).set_requires_grad(true);
        Tensor teacher = logits(2).set_requires_grad(true);
        Losses.soft(logits, teacher).backward();
        Tensor expected =
                logits.detach().softmax(1).sub(teacher.detach().softmax(1)).div(new Scalar(BATCH));
        TensorAssert.assertThat(logits.grad()).isCloseTo(expected, 1e-7);
        assertThat(teacher.grad().defined()).isFalse();
    }

    @Test
    void atTheTeacherTheValueIsItsEntropyAndTheGradientZero() {
        Tensor logits = logits(3).set_requires_grad(true);
        Tensor loss = Losses.soft(logits, logits);
        loss.backward();
        double entropy = 0;
        for (float q : Tensors.floats(logits.detach().softmax(1))) {
            entropy -= q * Math.log(q) / BATCH;
        }
        assertThat(loss.item_double()).isCloseTo(entropy, within(1e-6));
        TensorAssert.assertThat(logits.grad()).isCloseTo(Tensors.zeros(BATCH, CLASSES), 1e-7);
    }

    @Test
    void lossOfABatchIsTheMeanOfItsExamples() {
        Tensor teacher = logits(6);
        Tensor each = Losses.softOfEach(logits(5), teacher);
        assertThat(each.shape()).containsExactly(BATCH);
        assertThat(each.mean().item_double())
                .isCloseTo(Losses.soft(logits(5), teacher).item_double(), within(1e-6));
        Tensor first = Losses.soft(logits(5).narrow(0, 0, 1), teacher.narrow(0, 0, 1));
        assertThat((double) Tensors.floats(each)[0]).isCloseTo(first.item_double(), within(1e-6));
    }

    /** Against the target itself, with smoothing, in double precision. */
    @Test
    void lossOfMixedExamplesIsThatOfTheMixedTarget() {
        Tensor logits = logits(7);
        Tensor partners = labels().flip(0);
        Batch batch = new Batch(
                Bundle.of("input", Tensors.zeros(BATCH)),
                Bundle.of("target", labels()),
                List.of(0, 1, 2, 3, 4),
                Optional.of(new Batch.Mixture(partners, 0.7)));
        double[] logProbabilities = Tensors.doubles(logits.log_softmax(1));
        double[] each = new double[BATCH];
        for (int i = 0; i < BATCH; i++) {
            for (int c = 0; c < CLASSES; c++) {
                double target = 0.1 / CLASSES
                        + 0.9 * 0.7 * (labels().get(i).item_long() == c ? 1 : 0)
                        + 0.9 * 0.3 * (partners.get(i).item_long() == c ? 1 : 0);
                each[i] -= target * logProbabilities[i * CLASSES + c];
            }
        }
        assertThat(new Labels(0.1)
                        .of(Scene.of(batch, Member.PLAIN, Bundle.of("logits", logits)))
                        .item_double())
                .isCloseTo(java.util.Arrays.stream(each).average().orElseThrow(), within(1e-6));
        assertThat(Tensors.doubles(new Labels(0.1).each(Scene.of(batch, Member.PLAIN, Bundle.of("logits", logits)))))
                .containsExactly(each, within(1e-6));
        Batch plain = new Batch(Tensors.zeros(BATCH), labels(), List.of(0, 1, 2, 3, 4));
        assertThat(new Labels(0.1)
                        .of(Scene.of(plain, Member.PLAIN, Bundle.of("logits", logits)))
                        .item_double())
                .isEqualTo(Losses.labels(logits, labels(), 0.1).item_double());
    }

    @Test
    void labelSmoothingMixesTheLabelWithTheUniformDistribution() {
        Tensor logits = logits(4);
        double smoothed = Losses.labels(logits, labels(), 0.1).item_double();
        double hard = Losses.labels(logits, labels(), 0).item_double();
        double uniform = Losses.soft(logits, Tensors.zeros(BATCH, CLASSES)).item_double();
        assertThat(smoothed).isCloseTo(0.9 * hard + 0.1 * uniform, within(1e-6));
        assertThat(Math.abs(smoothed - hard)).isGreaterThan(1e-3);
    }

    /** A batch of texts is its positions: (B, T, classes) as (B·T, classes), in value and gradient. */
    @Test
    void everyPositionOfATextCountsAlike() {
        Tensor rows = logits(5, 6).set_requires_grad(true);
        Tensor texts = logits(5, 6).set_requires_grad(true);
        Tensor labels = Tensors.ofLongs(new long[] {3, 0, 1, 1, 2, 0}, 6);
        Tensor teacher = logits(6, 6);
        Tensor ofRows = Losses.labels(rows, labels, 0.1).add(Losses.soft(rows, teacher));
        Tensor ofTexts = Losses.labels(texts.view(2, 3, CLASSES), labels.view(2, 3), 0.1)
                .add(Losses.soft(texts.view(2, 3, CLASSES), teacher.view(2, 3, CLASSES)));
        assertThat(ofTexts.item_double()).isCloseTo(ofRows.item_double(), within(1e-6));
        ofRows.backward();
        ofTexts.backward();
        TensorAssert.assertThat(texts.grad()).isCloseTo(rows.grad(), 1e-7);
    }

    private static Tensor logits(long seed) {
        return logits(seed, BATCH);
    }

    private static Tensor logits(long seed, int batch) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[batch * CLASSES];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (2 * random.nextGaussian());
        }
        return Tensors.of(values, batch, CLASSES);
    }

    private static Tensor labels() {
        long[] labels = new long[BATCH];
        for (int i = 0; i < BATCH; i++) {
            labels[i] = i % CLASSES;
        }
        return Tensors.keep(Tensor.create(labels, BATCH));
    }
}
