package dev.weft.criterion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.data.Batch;
import dev.weft.io.InputException;
import dev.weft.io.Kinds;
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
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Each criterion keeps the contract, and says what its formula says. */
class CriterionTest {
    private static final int SIZE = 4;

    static Tensor random(long seed, long... shape) {
        SplittableRandom random = new SplittableRandom(seed);
        int length = 1;
        for (long dim : shape) {
            length *= (int) dim;
        }
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (2 * random.nextDouble() - 1);
        }
        return Tensors.of(values, shape);
    }

    private static Scene scene(Tensor targets, Optional<Batch.Mixture> mixture) {
        Batch batch = new Batch(
                Bundle.of("input", Tensors.zeros(SIZE)), Bundle.of("target", targets), List.of(0, 1, 2, 3), mixture);
        return Scene.of(batch, Member.PLAIN, Bundle.of("logits", random(1, SIZE, SIZE)))
                .taughtBy(Bundle.of("logits", random(2, SIZE, SIZE)));
    }

    private static Tensor labels() {
        return Tensor.create(new long[] {2, 0, 3, 3}, SIZE);
    }

    private static Scene labelled() {
        return scene(labels(), Optional.empty());
    }

    /** A kind that is added to Weft gets its class here. */
    @Test
    void everyBuiltInKindIsUnderContract() {
        List<CriterionContract> tests = List.of(new SmoothedLabelsTest(), new SquaredErrorTest(), new AffinityTest());
        try (PointerScope scope = new PointerScope()) {
            assertThat(tests.stream().<Class<?>>map(test -> test.criterion().getClass()))
                    .containsExactlyElementsOf(
                            Kinds.builtIn().of(Criterion.class).values());
        }
    }

    @Nested
    class SmoothedLabelsTest implements CriterionContract {
        @Override
        public Criterion criterion() {
            return new Labels(0.1);
        }

        @Override
        public Scene scene() {
            return labelled();
        }
    }

    @Nested
    class LabelsOfMixedExamplesTest implements CriterionContract {
        @Override
        public Criterion criterion() {
            return Labels.HARD;
        }

        @Override
        public Scene scene() {
            return CriterionTest.scene(
                    labels(), Optional.of(new Batch.Mixture(Tensor.create(new long[] {1, 1, 0, 2}, SIZE), 0.7)));
        }
    }

    @Nested
    class TeacherTest implements CriterionContract {
        @Override
        public Criterion criterion() {
            return new Taught(Labels.HARD, new SoftLoss(0, null, 2));
        }

        @Override
        public Scene scene() {
            return labelled();
        }
    }

    @Nested
    class MixtureTest implements CriterionContract {
        @Override
        public Criterion criterion() {
            return new Taught(new Labels(0.1), new SoftLoss(0.3, null, 1));
        }

        @Override
        public Scene scene() {
            return labelled();
        }
    }

    @Nested
    class SquaredErrorTest implements CriterionContract {
        @Override
        public Criterion criterion() {
            return new SquaredError();
        }

        @Override
        public Scene scene() {
            return CriterionTest.scene(random(3, SIZE, SIZE), Optional.empty());
        }
    }

    @Nested
    class SquaredErrorOfATeacherTest implements CriterionContract {
        @Override
        public Criterion criterion() {
            return new SquaredError().ofTeacher(2);
        }

        @Override
        public Scene scene() {
            return CriterionTest.scene(random(3, SIZE, SIZE), Optional.empty());
        }
    }

    @Nested
    class AffinityTest implements CriterionContract {
        @Override
        public Criterion criterion() {
            return new Affinity();
        }

        @Override
        public Scene scene() {
            return labelled();
        }
    }

    @Test
    void aMixtureIsItsPartsByTheirFactors() {
        try (PointerScope scope = new PointerScope()) {
            Scene scene = labelled();
            double labels = Losses.labels(scene.outputs().only(), labels(), 0.1).item_double();
            double soft = Losses.soft(
                            scene.outputs().only(),
                            scene.teacher().orElseThrow().only(),
                            3)
                    .item_double();
            assertThat(new Taught(new Labels(0.1), new SoftLoss(0.25, null, 3))
                            .of(scene)
                            .item_double())
                    .isCloseTo(0.25 * labels + 0.75 * soft, within(1e-6));
            assertThat(new Taught(new Labels(0.1), new SoftLoss(0, 0.5, 3))
                            .of(scene)
                            .item_double())
                    .isCloseTo(labels + 0.5 * soft, within(1e-6));
            Criterion alone = new Taught(new Labels(0.1), new SoftLoss(1, null, 3));
            assertThat(alone.readsTeacher()).isFalse();
            TensorAssert.assertThat(alone.of(scene)).isBitEqualTo(new Labels(0.1).of(scene));
        }
    }

    /** One that nobody can teach serves where its teacher counts for nothing, as it does in training with labels alone. */
    @Test
    void aTeacherThatCountsForNothingIsNotAskedFor() {
        try (PointerScope scope = new PointerScope()) {
            Criterion own = scene -> scene.outputs().only().square().mean(1);
            Criterion alone = new Taught(own, new SoftLoss(1, null, 1));
            Scene scene = labelled();
            TensorAssert.assertThat(alone.each(scene)).isBitEqualTo(own.each(scene));
            TensorAssert.assertThat(alone.of(scene)).isBitEqualTo(own.of(scene));
            TensorAssert.assertThat(alone.of(scene, List.of(1.0, 2.0, 0.0, 1.0)))
                    .isBitEqualTo(own.of(scene, List.of(1.0, 2.0, 0.0, 1.0)));
        }
    }

    @Test
    void squaredErrorIsTheMeanOverTheNumbersOfAnExample() {
        try (PointerScope scope = new PointerScope()) {
            Batch batch = new Batch(Tensors.zeros(2), Tensors.of(new float[] {1, 2, 0, 0}, 2, 2), List.of(0, 1));
            Scene scene =
                    Scene.of(batch, Member.PLAIN, Bundle.of("logits", Tensors.of(new float[] {1, 4, 3, 4}, 2, 2)));
            assertThat(Tensors.doubles(new SquaredError().each(scene))).containsExactly(2, 12.5);
            Scene other = Scene.of(batch, Member.PLAIN, Bundle.of("logits", Tensors.of(new float[] {1, 4}, 2, 1)));
            assertThatThrownBy(() -> new SquaredError().each(other))
                    .isInstanceOf(InputException.class)
                    .hasMessage("Squared error must have targets of the outputs' shape [2, 1], but got [2, 2].");
        }
    }

    @Test
    void squaredErrorOfATeacherIsItsOwnKindAndReadsIt() {
        Criterion taught = new SquaredError().ofTeacher(1);
        assertThat(taught.readsTeacher()).isTrue();
        assertThat(taught).isEqualTo(new SquaredError().ofTeacher(3)).isNotEqualTo(new SquaredError());
    }

    /** A difference that float32 does not have. */
    @Test
    void squaredErrorOfDoublesIsExact() {
        try (PointerScope scope = new PointerScope()) {
            Tensor outputs =
                    Tensors.inDoubles(Tensors.of(new float[] {1, 1}, 1, 2)).add(new Scalar(1e-9));
            Batch batch = new Batch(Tensors.zeros(1), Tensors.of(new float[] {1, 1}, 1, 2), List.of(0));
            Scene scene = Scene.of(batch, Member.PLAIN, Bundle.of("value", outputs));
            assertThat(Tensors.doubles(new SquaredError().each(scene))[0]).isCloseTo(1e-18, within(1e-24));
        }
    }

    /** Check 5 of TinyCLIP: a student equal to its teacher has no gradient, and the mean entropy of rows and columns as its loss. */
    @Test
    void affinityOfAStudentEqualToItsTeacherIsTheEntropy() {
        try (PointerScope scope = new PointerScope()) {
            Scene scene = labelled();
            Tensor teacher = scene.teacher().orElseThrow().only();
            Tensor student = teacher.clone().set_requires_grad(true);
            Tensor loss = new Affinity()
                    .of(Scene.of(scene.batch(), scene.member(), Bundle.of("logits", student))
                            .taughtBy(Bundle.of("logits", teacher)));
            double entropy = 0;
            for (Tensor logits : List.of(teacher, teacher.t())) {
                Tensor shares = logits.softmax(-1);
                entropy -= shares.mul(shares.log()).sum().item_double() / SIZE / 2;
            }
            assertThat(loss.item_double()).isCloseTo(entropy, within(1e-6));
            loss.backward();
            assertThat(student.grad().abs().max().item_double()).isLessThan(1e-6);
            Tensor away = random(1, SIZE, SIZE).set_requires_grad(true);
            new Affinity()
                    .of(Scene.of(scene.batch(), scene.member(), Bundle.of("logits", away))
                            .taughtBy(Bundle.of("logits", teacher)))
                    .backward();
            Tensor rows = away.detach().softmax(-1).sub(teacher.softmax(-1));
            Tensor columns =
                    away.detach().t().softmax(-1).sub(teacher.t().softmax(-1)).t();
            TensorAssert.assertThat(away.grad()).isCloseTo(rows.add(columns).div(new Scalar(2.0 * SIZE)), 1e-6);
        }
    }

    @Test
    void smoothingIsAShare() {
        assertThatThrownBy(() -> new Labels(1)).isInstanceOf(InputException.class);
    }
}
