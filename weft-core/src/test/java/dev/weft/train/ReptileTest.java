package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.architecture.ArchitectureSettings;
import dev.weft.criterion.Losses;
import dev.weft.data.Batch;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.loss.Distillation;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.optim.Clipping;
import dev.weft.optim.Optimizer;
import dev.weft.optim.Reptile;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.sample.norm.GradientNormSampler;
import dev.weft.space.Member;
import dev.weft.step.MemberLoss;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exact check 11 of PA&DA's specification, and what a step of Reptile is with more steps than one. */
class ReptileTest {
    private static final double INNER = 0.05;

    private final PointerScope scope = new PointerScope();
    private TinyTraining.Settings settings;
    private Batch batch;

    @BeforeEach
    void setUp() {
        settings = TinyTraining.settings();
        settings.sampler = new Sampler.SinglePath(3);
        settings.distillation = new Distillation.None();
        settings.optimizer = new Optimizer.Sgd(1, 0, false, 0);
        settings.gradients = TrainSettings.Gradients.MEAN;
        batch = TinyTraining.batch(16, 3);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Family family() {
        return Family.of(TinyTraining.boundModel(), 1);
    }

    private static List<TrainingMember> draws(Family family) {
        return TinyTraining.sandwich(family.space()).subList(1, 4).stream()
                .map(draw -> new TrainingMember(Role.RANDOM, draw.member()))
                .toList();
    }

    private static Map<String, Tensor> copies(Family family) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        family.weights()
                .tensors()
                .forEach((name, weight) -> copies.put(name, weight.detach().clone()));
        return copies;
    }

    private Map<String, Tensor> gradient(Family family, Member member) {
        Tensor logits = family.forward(batch.inputs().only(), new Pass(member, BatchStatistics.INSTANCE, 0, 0));
        Losses.labels(logits, batch.labels(), 0).backward();
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        family.weights().tensors().forEach((name, weight) -> {
            if (weight.grad().defined()) {
                gradients.put(name, weight.grad().clone());
            }
            weight.mutable_grad().reset();
        });
        return gradients;
    }

    @Test
    void oneStepIsTheMeanGradientAndLeavesTheWeightsAsTheyWere() {
        settings.reptile = new Reptile(1, INNER, 0, null, false);
        try (Family family = family();
                TrainingStep step = new TrainingStep(family, settings.build())) {
            Map<String, Tensor> before = copies(family);
            Map<String, Tensor> expected = new LinkedHashMap<>();
            for (TrainingMember draw : draws(family)) {
                gradient(family, draw.member())
                        .forEach((name, g) -> expected.merge(name, g.mul(new Scalar(INNER / 3)), Tensor::add));
            }
            boolean[] asked = new boolean[1];
            step.run(batch, draws(family), 1, 1, 0, List.of(new TrainingListener() {
                @Override
                public void gradientsReady(long number, Map<String, Tensor> gradients) {
                    asked[0] = true;
                    family.weights().tensors().forEach((name, weight) -> TensorAssert.assertThat(weight.detach())
                            .as(name)
                            .isBitEqualTo(before.get(name)));
                    assertThat(gradients.keySet()).isEqualTo(expected.keySet());
                    gradients.forEach(
                            (name, g) -> TensorAssert.assertThat(g).as(name).isCloseTo(expected.get(name), 1e-6));
                }
            }));
            assertThat(asked[0]).isTrue();
            family.weights().tensors().forEach((name, weight) -> TensorAssert.assertThat(weight.detach())
                    .as(name)
                    .isCloseTo(
                            expected.containsKey(name) ? before.get(name).sub(expected.get(name)) : before.get(name),
                            1e-6));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void stepsOfAMemberAreMomentumDescentFromTheSameWeights(boolean keepMomentum) {
        settings.reptile = new Reptile(2, INNER, 0.9, new Clipping(Clipping.By.NORM, 0.7), keepMomentum);
        Map<String, Tensor> expected = new LinkedHashMap<>();
        try (Family by = family()) {
            Map<String, Tensor> velocity = new LinkedHashMap<>();
            Map<String, Tensor> before = copies(by);
            for (TrainingMember draw : draws(by)) {
                if (!keepMomentum) {
                    velocity.clear();
                }
                for (int t = 0; t < 2; t++) {
                    Map<String, Tensor> gradients = gradient(by, draw.member());
                    try (NoGradGuard guard = new NoGradGuard()) {
                        new Clipping(Clipping.By.NORM, 0.7).apply(gradients);
                        gradients.forEach((name, g) -> {
                            Tensor old = velocity.get(name);
                            velocity.put(
                                    name,
                                    old == null ? g : old.mul(new Scalar(0.9)).add(g));
                            by.weights().tensors().get(name).sub_(velocity.get(name), new Scalar(INNER));
                        });
                    }
                }
                try (NoGradGuard guard = new NoGradGuard()) {
                    by.weights().tensors().forEach((name, weight) -> {
                        expected.merge(name, before.get(name).sub(weight).div(new Scalar(3)), Tensor::add);
                        weight.copy_(before.get(name));
                    });
                }
            }
        }
        try (Family family = family();
                TrainingStep step = new TrainingStep(family, settings.build())) {
            Map<String, Tensor> before = copies(family);
            List<MemberLoss> losses = step.run(batch, draws(family), 1, 1, 0, List.of());
            assertThat(losses).hasSize(3);
            family.weights().tensors().forEach((name, weight) -> {
                TensorAssert.assertThat(before.get(name).sub(weight.detach()))
                        .as(name)
                        .isCloseTo(expected.get(name), 2e-6);
                assertThat(weight.grad().defined()).isFalse();
            });
            assertThat(step.weights().state().keySet().stream().anyMatch(name -> name.startsWith("inner.momentum/")))
                    .isEqualTo(keepMomentum);
        }
    }

    /** What a frozen teacher says is computed once, in the first member's turn, and is still there in those of the others. */
    @Test
    void everyMemberLearnsFromTheSameFrozenTeacher() {
        settings.distillation = new Distillation.Teacher("file", "member");
        settings.reptile = new Reptile(2, INNER, 0, null, false);
        try (Family family = family();
                Family other = Family.of(TinyTraining.boundModel(), 77)) {
            Pass teaches = new Pass(other.space().largest(), BatchStatistics.INSTANCE, 0, 0);
            Tensor target = other.forward(batch.inputs().only(), teaches).detach();
            List<TrainingMember> draws = draws(family).subList(0, 2);
            double[] expected = draws.stream()
                    .mapToDouble(draw -> Losses.soft(
                                    family.forward(
                                            batch.inputs().only(),
                                            new Pass(draw.member(), BatchStatistics.INSTANCE, 0, 0)),
                                    target)
                            .item_double())
                    .toArray();
            int[] asked = new int[1];
            try (TrainingStep step = new TrainingStep(
                    family,
                    settings.build(),
                    BatchStatistics.INSTANCE,
                    inputs -> {
                        asked[0]++;
                        return other.forward(inputs, teaches);
                    },
                    Sampling.of(random -> List.of()),
                    0)) {
                List<MemberLoss> losses = step.run(batch, draws, 1, 1, 0, List.of());
                assertThat(losses).hasSize(2);
                for (int i = 0; i < expected.length; i++) {
                    assertThat(losses.get(i).loss()).isCloseTo(expected[i], within(1e-6));
                }
            }
            assertThat(asked[0]).isEqualTo(1);
        }
    }

    @Test
    void aLossThatIsNotFiniteLeavesTheWeightsAsTheyWere() {
        settings.reptile = new Reptile(3, 1e30, 0.9, null, false);
        try (Family family = family();
                TrainingStep step = new TrainingStep(family, settings.build())) {
            Map<String, Tensor> before = copies(family);
            assertThatThrownBy(() -> step.run(batch, draws(family), 1, 1, 0, List.of()))
                    .isInstanceOf(CheckFailedException.class);
            family.weights().tensors().forEach((name, weight) -> {
                assertThat(Tensors.floats(weight)).as(name).isEqualTo(Tensors.floats(before.get(name)));
                assertThat(weight.grad().defined()).isFalse();
            });
        }
    }

    @Test
    void whatAStepCannotDoIsRefused() {
        settings.reptile = new Reptile(2, INNER, 0.9, null, false);
        settings.accumulate = 2;
        assertThatThrownBy(settings::build).isInstanceOf(InputException.class).hasMessageContaining("accumulate");
        settings.accumulate = null;
        settings.sampler = new Sampler.Sandwich(1);
        settings.distillation = new Distillation.InPlace();
        assertThatThrownBy(settings::build).isInstanceOf(InputException.class).hasMessageContaining("distillation");
        settings.distillation = new Distillation.None();
        settings.sampler = new GradientNormSampler(null, new GradientNormSampler.Data(null, null, 0), null, null);
        assertThatThrownBy(settings::build).isInstanceOf(InputException.class).hasMessageContaining("gradient-norm");
        settings.sampler = new Sampler.Blend();
        settings.architecture = TinyTraining.architecture(ArchitectureSettings.Order.FIRST);
        assertThatThrownBy(settings::build).isInstanceOf(InputException.class).hasMessageContaining("architecture");
        assertThatThrownBy(() -> new Reptile(0, INNER, 0, null, false)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> new Reptile(1, INNER, 0, null, true)).isInstanceOf(InputException.class);
    }
}
