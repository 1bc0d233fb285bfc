package dev.weft.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.criterion.Losses;
import dev.weft.criterion.SoftLoss;
import dev.weft.data.Batch;
import dev.weft.io.InputException;
import dev.weft.io.Yaml;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.sample.Sampling;
import dev.weft.space.Member;
import dev.weft.train.TinyTraining;
import dev.weft.train.TrainingListener;
import dev.weft.train.TrainingStep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Labels and a teacher mixed: shares, temperature, roles, and when it begins. */
class DistillationTest {
    private static final double SMOOTHING = 0.1;

    private final List<Tensor> kept = new ArrayList<>();
    private PointerScope scope;
    private Batch batch;
    private TinyTraining.Settings settings;

    @BeforeEach
    void open() {
        scope = new PointerScope();
        batch = TinyTraining.batch(16, 3);
        settings = TinyTraining.settings();
        settings.labelSmoothing = SMOOTHING;
    }

    @AfterEach
    void close() {
        kept.forEach(Tensor::close);
        scope.close();
    }

    /** A copy that outlives the step. */
    private Tensor kept(Tensor tensor) {
        Tensor copy = Tensors.keep(tensor.clone());
        kept.add(copy);
        return copy;
    }

    private static Family family() {
        return Family.of(TinyTraining.boundModel(), 7);
    }

    private Tensor logits(Family family, Member member) {
        return family.forward(batch.inputs().only(), new Pass(member, BatchStatistics.INSTANCE, 0, 0));
    }

    /** The gradients of one step with {@code distillation}. */
    private Map<String, Tensor> gradients(Distillation distillation, Family teacher) {
        settings.distillation = distillation;
        Map<String, Tensor> seen = new LinkedHashMap<>();
        try (Family family = family();
                TrainingStep step = new TrainingStep(
                        family,
                        settings.build(),
                        BatchStatistics.INSTANCE,
                        teacher == null
                                ? null
                                : inputs -> Bundle.of(
                                        "logits",
                                        logits(teacher, teacher.space().largest())),
                        Sampling.of(random -> List.of()),
                        distillation instanceof Distillation.Taught taught ? taught.labelSteps(1) : 0)) {
            step.run(batch, TinyTraining.sandwich(family.space()), 0.05, 1, 0, List.of(new TrainingListener() {
                @Override
                public void gradientsReady(long number, Map<String, Tensor> gradients) {
                    gradients.forEach((name, gradient) -> seen.put(name, kept(gradient)));
                }
            }));
        }
        return seen;
    }

    /** What the losses of the members, one by one, add to the gradients. */
    private Map<String, Tensor> oneByOne(Tensor frozen, BiFunction<Role, Logits, Tensor> loss) {
        try (Family family = family()) {
            Tensor teacher = frozen != null
                    ? frozen
                    : logits(family, family.space().largest()).detach();
            for (TrainingMember draw : TinyTraining.sandwich(family.space())) {
                loss.apply(draw.role(), new Logits(logits(family, draw.member()), teacher))
                        .backward();
            }
            Map<String, Tensor> gradients = new LinkedHashMap<>();
            family.weights().tensors().forEach((name, weight) -> {
                if (weight.grad().defined()) {
                    gradients.put(name, kept(weight.grad()));
                }
            });
            return gradients;
        }
    }

    /** A member's logits and its teacher's. */
    private record Logits(Tensor own, Tensor teacher) {}

    private Tensor labels(Logits logits) {
        return Losses.labels(logits.own(), batch.labels(), SMOOTHING);
    }

    private static void assertClose(Map<String, Tensor> actual, Map<String, Tensor> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        actual.forEach((name, g) -> TensorAssert.assertThat(g).as(name).isCloseTo(expected.get(name), 2e-5));
    }

    private static void assertBitEqual(Map<String, Tensor> actual, Map<String, Tensor> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        actual.forEach((name, g) -> TensorAssert.assertThat(g).as(name).isBitEqualTo(expected.get(name)));
    }

    private static Map<String, Tensor> sum(double a, Map<String, Tensor> first, double b, Map<String, Tensor> second) {
        Map<String, Tensor> sum = new LinkedHashMap<>();
        first.forEach((name, g) ->
                sum.put(name, g.mul(new Scalar(a)).add(second.get(name).mul(new Scalar(b)))));
        return sum;
    }

    @ParameterizedTest
    @CsvSource({"0.25, 1", "0.6, 3"})
    void gradientOfAShareIsTheWeightedSum(double share, double temperature) {
        try (Family other = Family.of(TinyTraining.boundModel(), 77)) {
            Map<String, Tensor> mixed =
                    gradients(new Distillation.Teacher("f", "m", share, null, temperature, 0, null), other);
            Map<String, Tensor> ofLabels = gradients(new Distillation.None(), null);
            Map<String, Tensor> ofTeacher =
                    gradients(new Distillation.Teacher("f", "m", 0, null, temperature, 0, null), other);
            assertClose(mixed, sum(share, ofLabels, 1 - share, ofTeacher));
        }
    }

    /** In place only the others have a teacher: the largest's own gradient is that of its labels, whole. */
    @Test
    void shareOfInPlaceIsOfTheOthersAlone() {
        Map<String, Tensor> expected = oneByOne(
                null,
                (role, logits) -> role == Role.LARGEST
                        ? labels(logits)
                        : labels(logits)
                                .mul(new Scalar(0.3))
                                .add(Losses.soft(logits.own(), logits.teacher()).mul(new Scalar(0.7))));
        assertClose(gradients(new Distillation.InPlace(0.3, null, 1, 0, null), null), expected);
    }

    /** Once-for-all's form: the labels whole, and beside them the teacher. */
    @Test
    void ratioOfOnceForAllAddsTheTeacherToTheLabels() {
        try (Family other = Family.of(TinyTraining.boundModel(), 77)) {
            Map<String, Tensor> ratio = gradients(new Distillation.Teacher("f", "m", 0, 3.0, 1, 0, null), other);
            Map<String, Tensor> ofLabels = gradients(new Distillation.None(), null);
            Map<String, Tensor> ofTeacher = gradients(new Distillation.Teacher("f", "m"), other);
            assertClose(ratio, sum(1, ofLabels, 3, ofTeacher));
            Map<String, Tensor> share = gradients(new Distillation.Teacher("f", "m", 0.25, null, 1, 0, null), other);
            assertClose(ratio, sum(4, share, 0, share));
        }
    }

    @Test
    void defaultsAreTheTeacherAloneBitForBit() {
        assertBitEqual(
                gradients(new Distillation.InPlace(0, null, 1, 0, null), null),
                oneByOne(
                        null,
                        (role, logits) ->
                                role == Role.LARGEST ? labels(logits) : Losses.soft(logits.own(), logits.teacher())));
        try (Family other = Family.of(TinyTraining.boundModel(), 77)) {
            Tensor teacher = logits(other, other.space().largest()).detach();
            assertBitEqual(
                    gradients(new Distillation.Teacher("f", "m", 0, null, 1, 0, null), other),
                    oneByOne(teacher, (role, logits) -> Losses.soft(logits.own(), logits.teacher())));
        }
    }

    static Stream<Distillation> labelsAlone() {
        return Stream.of(
                new Distillation.InPlace(1, null, 2, 0, null),
                new Distillation.InPlace(0, 0.0, 1, 0, null),
                new Distillation.InPlace(0, null, 1, 1, null));
    }

    /** All of the share, none of the ratio, or an epoch that has no teacher yet: each is training without distillation. */
    @ParameterizedTest
    @MethodSource("labelsAlone")
    void labelsAloneAreTrainingWithoutDistillationBitForBit(Distillation distillation) {
        assertBitEqual(gradients(distillation, null), gradients(new Distillation.None(), null));
    }

    @Test
    void rolesHaveLossesOfTheirOwn() {
        Distillation.Roles roles = new Distillation.Roles(new SoftLoss(1, null, 1), new SoftLoss(0.5, null, 2), null);
        try (Family other = Family.of(TinyTraining.boundModel(), 77)) {
            Tensor teacher = logits(other, other.space().largest()).detach();
            Map<String, Tensor> expected = oneByOne(teacher, (role, logits) -> switch (role) {
                case LARGEST -> labels(logits);
                case SMALLEST ->
                    labels(logits)
                            .add(Losses.soft(logits.own(), logits.teacher(), 2))
                            .mul(new Scalar(0.5));
                default -> Losses.soft(logits.own(), logits.teacher());
            });
            assertClose(gradients(new Distillation.Teacher("f", "m", 0, null, 1, 0, roles), other), expected);
        }
    }

    /** The gradient in closed form, T (softmax(z / T) - q) / N, by arithmetic that is not the loss's. */
    @ParameterizedTest
    @ValueSource(doubles = {0.5, 1, 4})
    void gradientAtATemperatureIsItsClosedForm(double temperature) {
        float[] own = {1f, -2f, 0.5f, 3f, 0f, -1f};
        float[] taught = {0f, 2f, -1f, 1f, 1f, -3f};
        Tensor logits = Tensors.of(own, 2, 3);
        logits.set_requires_grad(true);
        Losses.soft(logits, Tensors.of(taught, 2, 3), temperature).backward();
        float[] gradient = Tensors.floats(logits.grad());
        for (int row = 0; row < 2; row++) {
            double[] p = softmax(own, row, temperature);
            double[] q = softmax(taught, row, temperature);
            for (int i = 0; i < 3; i++) {
                assertThat((double) gradient[row * 3 + i]).isCloseTo(temperature * (p[i] - q[i]) / 2, within(1e-6));
            }
        }
        Tensor each = Losses.softOfEach(logits, Tensors.of(taught, 2, 3), temperature);
        assertThat(each.mean().item_double())
                .isCloseTo(
                        Losses.soft(logits, Tensors.of(taught, 2, 3), temperature)
                                .item_double(),
                        within(1e-6));
    }

    /** Why it is multiplied by T²: at high temperatures the gradient tends to the centred difference of logits over classes. */
    @Test
    void gradientDoesNotVanishAtHighTemperatures() {
        Tensor logits = Tensors.of(new float[] {1f, -2f, 1f}, 1, 3);
        logits.set_requires_grad(true);
        Losses.soft(logits, Tensors.of(new float[] {0f, 2f, -2f}, 1, 3), 1000).backward();
        float[] gradient = Tensors.floats(logits.grad());
        float[] difference = {1f, -4f, 3f}; // of logits and teacher's, each with mean 0
        for (int i = 0; i < 3; i++) {
            assertThat((double) gradient[i]).isCloseTo(difference[i] / 3, within(0.02));
        }
    }

    private static double[] softmax(float[] logits, int row, double temperature) {
        double[] values = new double[3];
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            values[i] = Math.exp(logits[row * 3 + i] / temperature);
            sum += values[i];
        }
        for (int i = 0; i < 3; i++) {
            values[i] /= sum;
        }
        return values;
    }

    @Test
    void recipeMayLeaveAllKeysOut() {
        assertThat(Yaml.parse("kind: in-place", "d", Distillation.class)).isEqualTo(new Distillation.InPlace());
        assertThat(Yaml.parse("{kind: teacher, family: f, member: m}", "d", Distillation.class))
                .isEqualTo(new Distillation.Teacher("f", "m"));
        Distillation all = Yaml.parse(
                "{kind: in-place, kdRatio: 1.0, temperature: 2.0, afterEpochs: 3.5, roles: {smallest: {labelShare: 0.5}}}",
                "d",
                Distillation.class);
        assertThat(all)
                .isEqualTo(new Distillation.InPlace(
                        0, 1.0, 2, 3.5, new Distillation.Roles(null, new SoftLoss(0.5, null, 1), null)));
        assertThat(Yaml.parse(Yaml.write(all), "d", Distillation.class)).isEqualTo(all);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "labelShare: 1.5 | labelShare from 0 (the teacher alone) to 1 (labels alone), but got 1.5",
                "labelShare: 0.5, kdRatio: 1.0 | labelShare or kdRatio",
                "kdRatio: -1.0 | kdRatio >= 0, but got -1.0",
                "temperature: 0.0 | temperature > 0, but got 0.0",
                "afterEpochs: -1.0 | afterEpochs >= 0, but got -1.0",
                "roles: {largest: {labelShare: 0.5}} | no roles.largest"
            })
    void whatMakesNoSenseIsRefused(String keys, String message) {
        assertThatThrownBy(() -> Yaml.parse("{kind: in-place, " + keys + "}", "d", Distillation.class))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aTeacherThatNeverBeginsIsRefused() {
        settings.distillation = new Distillation.InPlace(0, null, 1, 2, null);
        assertThatThrownBy(() -> settings.build())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("afterEpochs=2.0, epochs=2");
    }
}
