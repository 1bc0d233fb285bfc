package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.criterion.Losses;
import dev.weft.data.Batch;
import dev.weft.loss.Distillation;
import dev.weft.loss.Precision;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.model.TinyModels;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.recipe.TrainSettings;
import dev.weft.space.Member;
import dev.weft.weight.encoding.MemberEncoding;
import dev.weft.weight.experts.ExpertStart;
import dev.weft.weight.experts.Experts;
import dev.weft.weight.experts.Experts.Granularity;
import dev.weft.weight.experts.Experts.Routing;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Routed experts under the training step: sandwich, in-place distillation, explicit decay, micro-batches, bfloat16. */
class RoutedTrainingTest {
    private PointerScope scope;

    @BeforeEach
    void open() {
        scope = new PointerScope();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Experts experts(String pattern, Granularity granularity) {
        return new Experts(
                pattern,
                2,
                granularity,
                Routing.SOFT,
                32,
                2,
                new MemberEncoding.Scaled(),
                false,
                new ExpertStart.Independent(),
                false);
    }

    private static Family transformer(Granularity granularity) {
        return Family.of(TinyModels.visionTransformer(), 1, List.of(experts("(blocks\\.\\d+\\.mlp)", granularity)));
    }

    private static Batch batch(Family family, int size) {
        long[] labels = new SplittableRandom(4).longs(size, 0, 3).toArray();
        return new Batch(
                TinyModels.images(family.definition(), size, 2),
                Tensors.keep(Tensor.create(labels, size)),
                IntStream.range(0, size).boxed().toList());
    }

    private static Tensor logits(Family family, Tensor images, Member member) {
        return family.forward(images, new Pass(member, BatchStatistics.INSTANCE, 0, 0));
    }

    private static Map<String, Tensor> gradients(Family family) {
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        family.weights().tensors().forEach((name, tensor) -> {
            if (tensor.grad().defined()) {
                gradients.put(name, tensor.grad().clone());
            }
            tensor.mutable_grad().reset();
        });
        return gradients;
    }

    private static void assertClose(Map<String, Tensor> actual, Map<String, Tensor> expected) {
        assertThat(actual.keySet()).containsExactlyElementsOf(expected.keySet());
        actual.forEach((name, g) -> TensorAssert.assertThat(g).as(name).isCloseTo(expected.get(name), 2e-6));
    }

    /** One step moves every stored tensor, by the sum of what the members' losses say one by one. */
    @ParameterizedTest
    @EnumSource(Granularity.class)
    void stepOfTheSandwichWithInPlaceDistillationIsThatOfTheMembersOneByOne(Granularity granularity) {
        TrainSettings settings = TinyTraining.settings().build();
        try (Family family = transformer(granularity);
                Family stepped = transformer(granularity)) {
            Batch batch = batch(family, 8);
            List<TrainingMember> draws = TinyTraining.sandwich(family.space());
            Tensor teacher = logits(
                            family, batch.inputs().only(), family.space().largest())
                    .detach();
            for (TrainingMember draw : draws) {
                Tensor own = logits(family, batch.inputs().only(), draw.member());
                (draw.role() == Role.LARGEST ? Losses.labels(own, batch.labels(), 0) : Losses.soft(own, teacher))
                        .backward();
            }
            Map<String, Tensor> expected = gradients(family);
            assertThat(expected.keySet())
                    .containsExactlyElementsOf(family.weights().tensors().keySet());
            Map<String, Tensor> before = new LinkedHashMap<>();
            stepped.weights()
                    .tensors()
                    .forEach((name, tensor) -> before.put(name, tensor.detach().clone()));
            new TrainingStep(stepped, settings).run(batch, draws, 0.05, 1, 0, List.of());
            stepped.weights().tensors().forEach((name, tensor) -> {
                TensorAssert.assertThat(tensor)
                        .as(name)
                        .isCloseTo(before.get(name).sub(expected.get(name).mul(new Scalar(0.05))), 1e-6);
                assertThat(Tensors.floats(tensor)).as(name).isNotEqualTo(Tensors.floats(before.get(name)));
            });
        }
    }

    /** The same member twice in a step, as small spaces draw it: its mixture is computed for each. */
    @Test
    void memberCanBeDrawnTwiceInAStep() {
        try (Family once = transformer(Granularity.LAYER);
                Family twice = transformer(Granularity.LAYER)) {
            Member member = once.space().smallest();
            Batch batch = batch(once, 4);
            TinyTraining.Settings settings = TinyTraining.settings();
            settings.distillation = new Distillation.None();
            TrainingMember draw = TinyTraining.draw(Role.RANDOM, member);
            new TrainingStep(once, settings.build()).run(batch, List.of(draw), 0.1, 1, 0, List.of());
            new TrainingStep(twice, settings.build()).run(batch, List.of(draw, draw), 0.05, 1, 0, List.of());
            once.weights().tensors().forEach((name, tensor) -> TensorAssert.assertThat(
                            twice.weights().tensors().get(name))
                    .as(name)
                    .isCloseTo(tensor, 1e-6));
        }
    }

    @Test
    void networksWithBatchNormTrainInBfloat16Too() {
        TinyTraining.Settings settings = TinyTraining.settings();
        try (Family family = Family.of(TinyTraining.boundModel(), 1, List.of(experts("blocks", Granularity.NEURON)))) {
            Batch batch = TinyTraining.batch(8, 3);
            Member member = family.space().largest();
            Tensor exact = logits(family, batch.inputs().only(), member);
            Tensor rounded =
                    Precision.BFLOAT16.run(() -> logits(family, batch.inputs().only(), member));
            TensorAssert.assertThat(rounded).isCloseTo(exact, 0.2);
            assertThat(Tensors.floats(rounded)).isNotEqualTo(Tensors.floats(exact));
            Losses.labels(rounded, batch.labels(), 0).backward();
            gradients(family).forEach((name, g) -> assertThat(g.scalar_type().intern())
                    .as(name)
                    .isEqualTo(org.bytedeco.pytorch.global.torch.ScalarType.Float));
            new TrainingStep(family, settings.build())
                    .run(batch, TinyTraining.sandwich(family.space()), 0.05, 1, 0, List.of());
        }
    }

    /** Check 13, of gradients: a quarter of each of four micro-batches' is the joined batch's, for one set of members. */
    @Test
    void gradientsOfMicroBatchesAddUpToTheJoinedBatchs() {
        try (Family family = transformer(Granularity.NEURON)) {
            Batch batch = batch(family, 12);
            List<TrainingMember> draws = TinyTraining.sandwich(family.space());
            for (TrainingMember draw : draws) {
                Losses.labels(logits(family, batch.inputs().only(), draw.member()), batch.labels(), 0.1)
                        .backward();
            }
            Map<String, Tensor> joined = gradients(family);
            for (int micro = 0; micro < 4; micro++) {
                Tensor images = batch.inputs().only().narrow(0, 3L * micro, 3);
                Tensor labels = batch.labels().narrow(0, 3L * micro, 3);
                for (TrainingMember draw : draws) {
                    Losses.labels(logits(family, images, draw.member()), labels, 0.1)
                            .div(new Scalar(4))
                            .backward();
                }
            }
            assertClose(gradients(family), joined);
            // Another set of members for half of the micro-batches is another update.
            for (int micro = 0; micro < 4; micro++) {
                Member member = micro < 2 ? draws.get(0).member() : draws.get(1).member();
                Losses.labels(
                                logits(family, batch.inputs().only().narrow(0, 3L * micro, 3), member),
                                batch.labels().narrow(0, 3L * micro, 3),
                                0.1)
                        .backward();
            }
            Tensor mixed = gradients(family).get("blocks.0.mlp.fc1.weight");
            assertThat(Tensors.floats(mixed)).isNotEqualTo(Tensors.floats(joined.get("blocks.0.mlp.fc1.weight")));
        }
    }
}
