package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.criterion.Losses;
import dev.weft.data.Batch;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.loss.Distillation;
import dev.weft.loss.Regularisation;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.optim.Clipping;
import dev.weft.optim.Optimizer;
import dev.weft.optim.ParameterGroup;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Sampling;
import dev.weft.space.Member;
import dev.weft.step.MemberLoss;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The exact checks of the BigNAS specification that concern one step, and its pitfalls 2 to 4. */
class TrainingStepTest {
    private static final double RATE = 0.05;

    private PointerScope scope;
    private Batch batch;
    private TinyTraining.Settings settings;

    @BeforeEach
    void open() {
        scope = new PointerScope();
        batch = TinyTraining.batch(16, 3);
        settings = TinyTraining.settings();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @EnumSource(TrainSettings.Gradients.class)
    void gradientIsThatOfTheMembersOneByOne(TrainSettings.Gradients gradients) {
        settings.gradients = gradients;
        settings.labelSmoothing = 0.1;
        Map<String, Tensor> expected = new LinkedHashMap<>();
        List<TrainingMember> draws;
        try (Family family = family()) {
            draws = TinyTraining.sandwich(family.space());
            Tensor teacher = logits(family, family.space().largest()).detach();
            for (TrainingMember draw : draws) {
                Tensor loss = draw.role() == Role.LARGEST
                        ? Losses.labels(logits(family, draw.member()), batch.labels(), 0.1)
                        : Losses.soft(logits(family, draw.member()), teacher);
                gradientOf(family, loss).forEach((name, g) -> expected.merge(name, g, Tensor::add));
            }
        }
        if (gradients == TrainSettings.Gradients.MEAN) {
            expected.replaceAll((name, g) -> g.div(new Scalar(draws.size())));
        }
        try (Family family = family()) {
            Seen seen = new Seen();
            step(family, draws, seen);
            assertThat(seen.ready.keySet())
                    .containsExactlyElementsOf(family.weights().tensors().keySet());
            seen.ready.forEach((name, g) -> TensorAssert.assertThat(g).as(name).isCloseTo(expected.get(name), 1e-5));
        }
    }

    /** The largest learns the mixture of labels; its students what it says of the mixed images, whatever the mixture is. */
    @Test
    void mixedImagesAreTaughtByMixedLabelsAndByTheTeacherOfTheMixedImages() {
        settings.labelSmoothing = 0.1;
        Tensor partners = batch.labels().flip(0);
        Tensor images = batch.inputs()
                .only()
                .mul(new Scalar(0.3))
                .add(batch.inputs().only().flip(0), new Scalar(0.7));
        batch = new Batch(
                Bundle.of("image", images),
                batch.targets(),
                batch.indices(),
                Optional.of(new Batch.Mixture(partners, 0.3)));
        Map<String, Tensor> expected = new LinkedHashMap<>();
        List<TrainingMember> draws;
        try (Family family = family()) {
            draws = TinyTraining.sandwich(family.space());
            Tensor teacher = logits(family, family.space().largest()).detach();
            for (TrainingMember draw : draws) {
                Tensor outputs = logits(family, draw.member());
                Tensor loss = draw.role() == Role.LARGEST
                        ? Losses.labels(outputs, batch.labels(), 0.1)
                                .mul(new Scalar(0.3))
                                .add(Losses.labels(outputs, partners, 0.1), new Scalar(0.7))
                        : Losses.soft(outputs, teacher);
                gradientOf(family, loss).forEach((name, g) -> expected.merge(name, g, Tensor::add));
            }
        }
        try (Family family = family()) {
            Seen seen = new Seen();
            step(family, draws, seen);
            seen.ready.forEach((name, g) -> TensorAssert.assertThat(g).as(name).isCloseTo(expected.get(name), 1e-5));
        }
    }

    /** With sums of gradients plain descent moves by rate × gradient: more or fewer than one update would show. */
    @Test
    void optimiserMovesOnceAndGradientsAreClearedAfterwards() {
        try (Family family = family()) {
            Map<String, Tensor> before = copies(family);
            Seen seen = new Seen();
            step(family, TinyTraining.sandwich(family.space()), seen);
            family.weights().tensors().forEach((name, weight) -> {
                Tensor expected = before.get(name).sub(seen.ready.get(name).mul(new Scalar(RATE)));
                TensorAssert.assertThat(weight).as(name).isCloseTo(expected, 1e-7);
                assertThat(weight.grad().defined()).isFalse();
            });
        }
        settings.optimizer = new Optimizer.AdamW(0.001, 0.9, 0.999, 1e-8, 0);
        try (Family family = family()) {
            TrainingStep step = new TrainingStep(family, settings.build());
            for (int i = 1; i <= 2; i++) {
                step.run(batch, TinyTraining.sandwich(family.space()), RATE, i, 0, List.of());
                float count = i;
                assertThat(step.optimizerState().values())
                        .allSatisfy(state ->
                                assertThat(state.get("steps").item_float()).isEqualTo(count));
            }
        }
    }

    @Test
    void lossesOfOtherMembersDoNotReachWhatOnlyTheLargestUses() {
        try (Family family = family()) {
            TrainingMember largest =
                    new TrainingMember(Role.LARGEST, family.space().largest());
            TrainingMember smallest =
                    new TrainingMember(Role.SMALLEST, family.space().smallest());
            Seen alone = new Seen();
            Seen both = new Seen();
            step(family, List.of(largest), alone);
            try (Family fresh = family()) {
                step(fresh, List.of(largest, smallest), both);
            }
            // The third block of the second stage, and output channels 8 to 12 of the first: not of the smallest.
            String block = "blocks.1.2.conv_dw.weight";
            TensorAssert.assertThat(both.ready.get(block)).isBitEqualTo(alone.ready.get(block));
            String classifier = "classifier.weight";
            TensorAssert.assertThat(both.ready.get(classifier).narrow(1, 8, 4))
                    .isBitEqualTo(alone.ready.get(classifier).narrow(1, 8, 4));
            assertThat(Tensors.floats(both.ready.get(classifier).narrow(1, 0, 8)))
                    .isNotEqualTo(Tensors.floats(alone.ready.get(classifier).narrow(1, 0, 8)));
        }
    }

    /** Pitfall 2: same batch, weights before the step. Pitfall 3: no label and no smoothing for the students. */
    @Test
    void studentsLearnFromTheLargestOfThisStepAlone() {
        settings.labelSmoothing = 0.1;
        try (Family family = family()) {
            List<TrainingMember> draws = TinyTraining.sandwich(family.space());
            Tensor teacher = logits(family, family.space().largest()).detach();
            double[] expected = draws.stream()
                    .mapToDouble(draw -> (draw.role() == Role.LARGEST
                                    ? Losses.labels(logits(family, draw.member()), batch.labels(), 0.1)
                                    : Losses.soft(logits(family, draw.member()), teacher))
                            .item_double())
                    .toArray();
            var losses = step(family, draws, new Seen());
            for (int i = 0; i < draws.size(); i++) {
                assertThat(losses.get(i).trained()).isEqualTo(draws.get(i));
                assertThat(losses.get(i).loss()).isCloseTo(expected[i], within(1e-6));
            }
        }
    }

    /** Pitfall 2 again: the teacher is the forward that trains, its dropout included, and not a second one with or without. */
    @Test
    void teacherIsTheForwardThatTrainsWithItsDropout() {
        settings.regularisation = new Regularisation(Regularisation.On.LARGEST, 0.5, 0.5, 0, true);
        settings.distillation = new Distillation.InPlace();
        try (Family family = family()) {
            List<TrainingMember> draws = TinyTraining.sandwich(family.space());
            Tensor clean = logits(family, family.space().largest()).detach();
            List<Tensor> outputs = new ArrayList<>();
            var losses = new TrainingStep(family, settings.build())
                    .run(batch, draws, RATE, 1, 0, List.of(new TrainingListener() {
                        @Override
                        public void memberForwarded(long step, TrainingMember draw, Batch forwarded, Bundle logits) {
                            outputs.add(Tensors.keep(logits.only().detach().clone()));
                        }
                    }));
            assertThat(outputs).hasSameSizeAs(draws);
            Tensor teacher = outputs.get(0);
            assertThat(Tensors.floats(teacher)).isNotEqualTo(Tensors.floats(clean));
            for (int i = 1; i < draws.size(); i++) {
                double expected = Losses.soft(outputs.get(i), teacher).item_double();
                assertThat(losses.get(i).loss()).isEqualTo(expected);
                assertThat(Losses.soft(outputs.get(i), clean).item_double()).isNotEqualTo(expected);
            }
            outputs.forEach(Tensor::close);
        }
    }

    @Test
    void withoutDistillationEveryMemberLearnsFromLabels() {
        settings.distillation = new Distillation.None();
        settings.labelSmoothing = 0.2;
        try (Family family = family()) {
            List<TrainingMember> draws = TinyTraining.sandwich(family.space());
            double[] expected = draws.stream()
                    .mapToDouble(draw -> Losses.labels(logits(family, draw.member()), batch.labels(), 0.2)
                            .item_double())
                    .toArray();
            assertThat(step(family, draws, new Seen()))
                    .extracting(MemberLoss::loss)
                    .satisfies(losses -> {
                        for (int i = 0; i < expected.length; i++) {
                            assertThat(losses.get(i)).isCloseTo(expected[i], within(1e-6));
                        }
                    });
        }
    }

    /** In-place distillation has no teacher at a step without the largest: its members learn from labels. */
    @Test
    void withoutTheLargestThereIsNoInPlaceTeacher() {
        try (Family family = family()) {
            TrainingMember draw = new TrainingMember(Role.RANDOM, family.space().smallest());
            double expected = Losses.labels(logits(family, draw.member()), batch.labels(), 0)
                    .item_double();
            assertThat(step(family, List.of(draw), new Seen()).get(0).loss()).isCloseTo(expected, within(1e-6));
        }
    }

    @Test
    void fixedTeacherTeachesEveryMember() {
        try (Family family = family();
                Family other = Family.of(TinyTraining.boundModel(), 77)) {
            Tensor target = logits(other, other.space().largest()).detach();
            settings.distillation = new Distillation.Teacher("file", "member");
            List<TrainingMember> draws = TinyTraining.sandwich(family.space());
            double[] expected = draws.stream()
                    .mapToDouble(draw ->
                            Losses.soft(logits(family, draw.member()), target).item_double())
                    .toArray();
            TrainingStep step = new TrainingStep(
                    family,
                    settings.build(),
                    BatchStatistics.INSTANCE,
                    images -> Bundle.of("logits", logits(other, other.space().largest())),
                    Sampling.of(random -> List.of()),
                    0);
            var losses = step.run(batch, draws, RATE, 1, 0, List.of());
            for (int i = 0; i < expected.length; i++) {
                assertThat(losses.get(i).loss()).isCloseTo(expected[i], within(1e-6));
            }
            other.weights().tensors().values().forEach(weight -> assertThat(
                            weight.grad().defined())
                    .isFalse());
        }
    }

    @Test
    void dropoutAndDropConnectAreOfTheLargestOnly() {
        for (Regularisation regularisation : List.of(
                new Regularisation(Regularisation.On.LARGEST, 0.5, 0, 0, true),
                new Regularisation(Regularisation.On.LARGEST, 0, 0.8, 0, true))) {
            settings.regularisation = regularisation;
            settings.distillation = new Distillation.None();
            try (Family family = family()) {
                Member largest = family.space().largest();
                assertThat(lossWithSeed(family, Role.LARGEST, largest, 1))
                        .isNotEqualTo(lossWithSeed(family, Role.LARGEST, largest, 2))
                        .isEqualTo(lossWithSeed(family, Role.LARGEST, largest, 1));
                assertThat(lossWithSeed(family, Role.RANDOM, largest, 1))
                        .isEqualTo(lossWithSeed(family, Role.RANDOM, largest, 2));
                Member smallest = family.space().smallest();
                assertThat(lossWithSeed(family, Role.SMALLEST, smallest, 1))
                        .isEqualTo(lossWithSeed(family, Role.SMALLEST, smallest, 2));
            }
        }
    }

    @Test
    void regularisationOfAllReachesEveryMember() {
        settings.regularisation = new Regularisation(Regularisation.On.ALL, 0.5, 0, 0, true);
        settings.distillation = new Distillation.None();
        try (Family family = family()) {
            Member smallest = family.space().smallest();
            assertThat(lossWithSeed(family, Role.SMALLEST, smallest, 1))
                    .isNotEqualTo(lossWithSeed(family, Role.SMALLEST, smallest, 2));
        }
    }

    /** Readings A and B of the specification, section 4.3. */
    @Test
    void decayAsALossTermOfTheLargestEqualsTheOptimisers() {
        double decay = 0.01;
        settings.optimizer = new Optimizer.Sgd(RATE, 0.9, true, decay);
        settings.regularisation = Regularisation.none();
        Map<String, Tensor> asDecay;
        try (Family family = family()) {
            step(family, TinyTraining.sandwich(family.space()), new Seen());
            asDecay = copies(family);
        }
        settings.regularisation = new Regularisation(Regularisation.On.LARGEST, 0, 0, decay, true);
        settings.optimizer = new Optimizer.Sgd(RATE, 0.9, true, 0);
        try (Family family = family()) {
            step(family, TinyTraining.sandwich(family.space()), new Seen());
            family.weights().tensors().forEach((name, weight) -> TensorAssert.assertThat(weight)
                    .as(name)
                    .isCloseTo(asDecay.get(name), tolerance(weight)));
        }
    }

    /** Float32 cannot hold 1e-7 of a weight near 2; one unit in the last place of the update's rounding may differ. */
    private static double tolerance(Tensor weight) {
        double largest = weight.detach().abs().max().item_double();
        return Math.max(1e-7, 2 * Math.ulp((float) largest));
    }

    @Test
    void decayOfEveryMemberWouldDecayTheSmallestSliceMore() {
        try (Family family = family()) {
            List<TrainingMember> draws = TinyTraining.sandwich(family.space());
            Map<String, Tensor> without = gradients(Regularisation.none(), draws);
            Map<String, Tensor> ofLargest =
                    gradients(new Regularisation(Regularisation.On.LARGEST, 0, 0, 0.1, true), draws);
            Map<String, Tensor> ofAll = gradients(new Regularisation(Regularisation.On.ALL, 0, 0, 0.1, true), draws);
            String name = "conv_stem.weight";
            Tensor weight = family.weights().tensors().get(name).detach();
            int used = 4; // output channels of the smallest's stem, which all four members use
            Tensor one = ofLargest.get(name).sub(without.get(name));
            Tensor four = ofAll.get(name).sub(without.get(name));
            TensorAssert.assertThat(one).isCloseTo(weight.mul(new Scalar(0.1)), 1e-5);
            TensorAssert.assertThat(four.narrow(0, 0, used))
                    .isCloseTo(weight.narrow(0, 0, used).mul(new Scalar(0.4)), 1e-5);
            assertThat(four.narrow(0, 0, used).norm().item_double())
                    .isGreaterThan(3.9 * one.narrow(0, 0, used).norm().item_double());
        }
    }

    /** The mean is over losses: a recipe's decay means the same with sums and means. */
    @Test
    void meanOfGradientsDoesNotWeakenDecay() {
        settings.gradients = TrainSettings.Gradients.MEAN;
        try (Family family = family()) {
            List<TrainingMember> draws = TinyTraining.sandwich(family.space());
            Map<String, Tensor> without = gradients(Regularisation.none(), draws);
            Map<String, Tensor> with = gradients(new Regularisation(Regularisation.On.LARGEST, 0, 0, 0.1, true), draws);
            family.weights().tensors().forEach((name, weight) -> TensorAssert.assertThat(
                            with.get(name).sub(without.get(name)))
                    .as(name)
                    .isCloseTo(weight.detach().mul(new Scalar(0.1)), 1e-5));
        }
    }

    @Test
    void decayMayLeaveVectorsAlone() {
        try (Family family = family()) {
            List<TrainingMember> draws = TinyTraining.sandwich(family.space());
            Map<String, Tensor> without = gradients(Regularisation.none(), draws);
            Map<String, Tensor> with =
                    gradients(new Regularisation(Regularisation.On.LARGEST, 0, 0, 0.1, false), draws);
            TensorAssert.assertThat(with.get("bn1.weight")).isBitEqualTo(without.get("bn1.weight"));
            assertThat(Tensors.floats(with.get("conv_stem.weight")))
                    .isNotEqualTo(Tensors.floats(without.get("conv_stem.weight")));
        }
    }

    @Test
    void parameterThatNoMemberUsesIsLeftAloneWithItsState() {
        settings.optimizer = new Optimizer.Sgd(RATE, 0.9, false, 0.01);
        try (Family family = family()) {
            TrainingStep step = new TrainingStep(family, settings.build());
            step.run(batch, TinyTraining.sandwich(family.space()), RATE, 1, 0, List.of());
            String unused = "blocks.1.2.conv_dw.weight";
            Map<String, Tensor> before = copies(family);
            Tensor momentum = step.optimizerState().get(unused).get("momentum").clone();
            Seen seen = new Seen();
            step.run(
                    batch,
                    List.of(new TrainingMember(Role.SMALLEST, family.space().smallest())),
                    RATE,
                    2,
                    0,
                    List.of(seen));
            assertThat(seen.ready).doesNotContainKey(unused).containsKey("conv_stem.weight");
            TensorAssert.assertThat(family.weights().tensors().get(unused)).isBitEqualTo(before.get(unused));
            TensorAssert.assertThat(step.optimizerState().get(unused).get("momentum"))
                    .isBitEqualTo(momentum);
        }
    }

    @Test
    void entriesOutsideTheSliceMoveByMomentumAndDecay() {
        settings.optimizer = new Optimizer.Sgd(RATE, 0.9, false, 0.01);
        try (Family family = family()) {
            TrainingStep step = new TrainingStep(family, settings.build());
            step.run(batch, TinyTraining.sandwich(family.space()), RATE, 1, 0, List.of());
            String name = "conv_stem.weight";
            Tensor before = copies(family).get(name).narrow(0, 4, 2);
            Tensor momentum =
                    step.optimizerState().get(name).get("momentum").clone().narrow(0, 4, 2);
            Seen seen = new Seen();
            TrainingMember smallest =
                    new TrainingMember(Role.SMALLEST, family.space().smallest());
            step.run(batch, List.of(smallest), RATE, 2, 0, List.of(seen));
            TensorAssert.assertThat(seen.ready.get(name).narrow(0, 4, 2)).isAllZero();
            Tensor velocity = momentum.mul(new Scalar(0.9)).add(before.mul(new Scalar(0.01)));
            TensorAssert.assertThat(family.weights().tensors().get(name).narrow(0, 4, 2))
                    .isCloseTo(before.sub(velocity.mul(new Scalar(RATE))), 1e-7);
        }
    }

    @Test
    void parameterGroupsScaleRateAndDecayAndFreeze() {
        settings.optimizer = new Optimizer.Sgd(RATE, 0.9, false, 0.1);
        settings.groups = List.of(
                new ParameterGroup("^conv_stem", 0, 1),
                new ParameterGroup("bn\\d", 1, 0),
                new ParameterGroup("classifier", 0.5, 1),
                new ParameterGroup("bias", 1, 0)); // not for classifier.bias: an earlier group decides
        settings.clipping = new Clipping(Clipping.By.NORM, 0.5);
        try (Family family = family()) {
            Map<String, Tensor> before = copies(family);
            Seen seen = new Seen();
            TrainingStep step = new TrainingStep(family, settings.build());
            step.run(batch, TinyTraining.sandwich(family.space()), RATE, 1, 0, List.of(seen));
            assertThat(seen.ready).containsKey("conv_stem.weight");
            assertThat(seen.clipped).doesNotContainKey("conv_stem.weight").containsKey("bn1.weight");
            assertThat(step.optimizerState()).doesNotContainKey("conv_stem.weight");
            assertThat(norm(seen.clipped)).as("norm of what moves").isCloseTo(0.5, within(1e-4));
            family.weights().tensors().forEach((name, weight) -> {
                Tensor was = before.get(name);
                Tensor expected = was;
                if (!name.startsWith("conv_stem")) {
                    boolean classifier = name.startsWith("classifier");
                    boolean decays = classifier || !name.matches(".*bn\\d.*") && !name.endsWith("bias");
                    Tensor gradient = seen.clipped.get(name).add(was.mul(new Scalar(decays ? 0.1 : 0)));
                    expected = was.sub(gradient.mul(new Scalar(classifier ? RATE / 2 : RATE)));
                }
                TensorAssert.assertThat(weight).as(name).isCloseTo(expected, 3e-7);
            });
        }
    }

    /** A warm-up begins at rate zero: nothing moves, but the step counts. */
    @Test
    void rateZeroStillFillsTheOptimisersState() {
        settings.optimizer = new Optimizer.Sgd(RATE, 0.9, false, 0);
        try (Family family = family()) {
            Map<String, Tensor> before = copies(family);
            TrainingStep step = new TrainingStep(family, settings.build());
            step.run(batch, TinyTraining.sandwich(family.space()), 0, 1, 0, List.of());
            family.weights().tensors().forEach((name, w) -> TensorAssert.assertThat(w)
                    .isBitEqualTo(before.get(name)));
            assertThat(step.optimizerState().keySet()).isEqualTo(before.keySet());
        }
    }

    @Test
    void groupThatMatchesNothingIsRefused() {
        settings.groups = List.of(new ParameterGroup("clasifier", 0, 0));
        try (Family family = family()) {
            assertThatThrownBy(() -> new TrainingStep(family, settings.build()))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("\"clasifier\" is in none of [conv_stem.weight");
        }
    }

    @Test
    void clippingByNormScalesAllGradientsTogether() {
        settings.clipping = new Clipping(Clipping.By.NORM, 0.7);
        try (Family family = family()) {
            Seen seen = new Seen();
            step(family, TinyTraining.sandwich(family.space()), seen);
            double norm = norm(seen.ready);
            assertThat(norm).isGreaterThan(0.7);
            assertThat(norm(seen.clipped)).isCloseTo(0.7, within(1e-5));
            seen.ready.forEach((name, g) -> TensorAssert.assertThat(seen.clipped.get(name))
                    .as(name)
                    .isCloseTo(g.mul(new Scalar(0.7 / norm)), 1e-6));
        }
        settings.clipping = new Clipping(Clipping.By.NORM, 1e6);
        try (Family family = family()) {
            Seen seen = new Seen();
            step(family, TinyTraining.sandwich(family.space()), seen);
            seen.ready.forEach(
                    (name, g) -> TensorAssert.assertThat(seen.clipped.get(name)).isBitEqualTo(g));
        }
    }

    @Test
    void clippingByValueLimitsEachEntry() {
        settings.clipping = new Clipping(Clipping.By.VALUE, 0.01);
        try (Family family = family()) {
            Seen seen = new Seen();
            step(family, TinyTraining.sandwich(family.space()), seen);
            int changed = 0;
            for (String name : seen.ready.keySet()) {
                float[] before = Tensors.floats(seen.ready.get(name));
                float[] after = Tensors.floats(seen.clipped.get(name));
                for (int i = 0; i < before.length; i++) {
                    assertThat(after[i]).isEqualTo(Math.max(-0.01f, Math.min(0.01f, before[i])));
                    changed += after[i] == before[i] ? 0 : 1;
                }
            }
            assertThat(changed).isPositive();
        }
    }

    @Test
    void lossThatIsNotFiniteStopsBeforeAnythingMoves() {
        try (Family family = family()) {
            try (NoGradGuard guard = new NoGradGuard()) {
                // Only members with the third block are affected: the smallest is not.
                family.weights().tensors().get("blocks.1.2.conv_dw.weight").fill_(new Scalar(Double.NaN));
            }
            Map<String, Tensor> before = copies(family);
            TrainingStep step = new TrainingStep(family, settings.build());
            List<TrainingMember> draws = List.of(
                    new TrainingMember(Role.SMALLEST, family.space().smallest()),
                    new TrainingMember(Role.RANDOM, family.space().largest()));
            assertThatThrownBy(() -> step.run(batch, draws, RATE, 41, 0, List.of()))
                    .isInstanceOf(CheckFailedException.class)
                    .hasMessage("The loss became NaN at step 41 for the random member \""
                            + family.space().largest()
                            + "\": blocks.1.2.conv_dw.weight is no longer finite. "
                            + "The last checkpoint is kept; lower the learning rate or clip gradients.");
            family.weights().tensors().forEach((name, weight) -> {
                TensorAssert.assertThat(weight.nan_to_num())
                        .isBitEqualTo(before.get(name).nan_to_num());
                assertThat(weight.grad().defined()).isFalse();
            });
        }
    }

    private double lossWithSeed(Family family, Role role, Member member, long seed) {
        return new TrainingStep(family, settings.build())
                .run(batch, List.of(new TrainingMember(role, member)), 0, 1, seed, List.of())
                .get(0)
                .loss();
    }

    private Map<String, Tensor> gradients(Regularisation regularisation, List<TrainingMember> draws) {
        settings.regularisation = regularisation;
        Seen seen = new Seen();
        try (Family family = family()) {
            step(family, draws, seen);
        }
        return seen.ready;
    }

    private List<MemberLoss> step(Family family, List<TrainingMember> draws, TrainingListener listener) {
        return new TrainingStep(family, settings.build()).run(batch, draws, RATE, 1, 0, List.of(listener));
    }

    private static Family family() {
        return Family.of(TinyTraining.boundModel(), 11);
    }

    private Tensor logits(Family family, Member member) {
        return family.forward(batch.inputs().only(), new Pass(member, BatchStatistics.INSTANCE, 0, 0));
    }

    /** Gradients of a loss alone: those of parameters that it depends on. */
    private static Map<String, Tensor> gradientOf(Family family, Tensor loss) {
        loss.backward();
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        family.weights().tensors().forEach((name, parameter) -> {
            if (parameter.grad().defined()) {
                gradients.put(name, parameter.grad().clone());
                parameter.mutable_grad().reset();
            }
        });
        return gradients;
    }

    private static double norm(Map<String, Tensor> gradients) {
        return Math.sqrt(gradients.values().stream()
                .mapToDouble(g -> g.square().sum().item_double())
                .sum());
    }

    private static Map<String, Tensor> copies(Family family) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        family.weights()
                .tensors()
                .forEach((name, tensor) -> copies.put(name, tensor.detach().clone()));
        return copies;
    }

    /** Keeps what a listener is shown. */
    private static final class Seen implements TrainingListener {
        final Map<String, Tensor> ready = new LinkedHashMap<>();
        final Map<String, Tensor> clipped = new LinkedHashMap<>();

        @Override
        public void gradientsReady(long step, Map<String, Tensor> gradients) {
            gradients.forEach((name, g) -> ready.put(name, Tensors.keep(g.clone())));
        }

        @Override
        public void gradientsClipped(long step, Map<String, Tensor> gradients) {
            gradients.forEach((name, g) -> clipped.put(name, Tensors.keep(g.clone())));
        }
    }
}
