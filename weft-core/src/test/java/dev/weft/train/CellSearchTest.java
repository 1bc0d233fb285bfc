package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.architecture.ArchitectureSettings.Order;
import dev.weft.loss.Distillation;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.CellNetwork;
import dev.weft.model.Family;
import dev.weft.model.Presets;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.Recipe;
import dev.weft.sample.Sampler;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.weight.Reading;
import dev.weft.weight.blend.BlendedWeights;
import dev.weft.weight.blend.SimplexMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The gradient methods of the cell space, each by a recipe alone, and single-path training. */
class CellSearchTest {
    private static final long SEED = 3;

    @TempDir
    Path temporary;

    private Path data;
    private TinyTraining.Settings settings;

    @BeforeEach
    void setUp() throws IOException {
        data = TinyTraining.data(temporary.resolve("data"));
        settings = TinyTraining.settings();
        settings.epochs = 2;
        settings.distillation = new Distillation.None();
        settings.sampler = new Sampler.Blend();
    }

    private Recipe recipe() {
        return new Recipe(
                "cells",
                "for tests",
                Presets.named("cell-tiny"),
                settings.sharing,
                null,
                TinyTraining.dataSettings(data),
                settings.build());
    }

    static Stream<Arguments> methods() {
        return Stream.of(
                Arguments.of("DARTS, first order", new SimplexMap.Softmax(), Order.FIRST),
                Arguments.of("DARTS, second order", new SimplexMap.Softmax(), Order.SECOND),
                Arguments.of("DARTS, as published", new SimplexMap.Softmax(), Order.SECOND_FINITE_DIFFERENCE),
                Arguments.of("GDAS", new SimplexMap.Gumbel(null), Order.FIRST),
                Arguments.of("DrNAS", new SimplexMap.Dirichlet(), Order.FIRST),
                Arguments.of("SNAS", new SimplexMap.GumbelSoftmax(null), Order.FIRST));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("methods")
    void trainsWeightsAndLogitsAndChoosesAConnectedMember(String name, SimplexMap map, Order order) {
        settings.sharing = TinyTraining.blended(map);
        settings.architecture = TinyTraining.architecture(order);
        Path run = temporary.resolve("run");
        Map<String, float[]> before;
        try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            before = copies(trainer.family());
            assertThat(before.keySet().stream().filter(key -> key.startsWith(BlendedWeights.LOGITS)))
                    .hasSize(6);
            trainer.run(() -> false, List.of());
        }
        try (Family family = Family.open(run.resolve("family.safetensors"))) {
            Map<String, float[]> after = copies(family);
            Set<String> moved = new HashSet<>();
            after.forEach((key, values) -> {
                if (!java.util.Arrays.equals(values, before.get(key))) {
                    moved.add(key);
                }
            });
            assertThat(moved.stream().filter(key -> key.startsWith(BlendedWeights.LOGITS)))
                    .as("logits")
                    .hasSize(6);
            assertThat(moved).contains("stem.0.weight", "classifier.weight");
            if (!(map instanceof SimplexMap.Gumbel)) { // which trains what it drew
                assertThat(moved).hasSize(after.size());
            }
            Member chosen = family.members().get("chosen").member();
            assertThat(family.space().contains(chosen)).isTrue();
            try (PointerScope scope = new PointerScope()) {
                family.weights().tensors().forEach((key, tensor) -> assertThat(
                                tensor.isfinite().all().item_bool())
                        .as(key)
                        .isTrue());
            }
        }
    }

    private static Map<String, float[]> copies(Family family) {
        Map<String, float[]> copies = new LinkedHashMap<>();
        family.weights().tensors().forEach((name, tensor) -> copies.put(name, Tensors.floats(tensor)));
        return copies;
    }

    /** A hard draw runs one operation an edge, with part 1: to the last bit the member of these operations. */
    @Test
    void hardDrawIsTheMemberThatItDrew() {
        CellNetwork model = (CellNetwork)
                Presets.named("cell-tiny").withInput(TinyTraining.boundModel().input());
        try (Family family = Family.of(model, 4, TinyTraining.blended(new SimplexMap.Gumbel(null)));
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor images = TinyTraining.batch(5, 7).inputs().only();
            Set<Member> drawn = new HashSet<>();
            for (int seed = 0; seed < 10; seed++) {
                Member blend = BlendedWeights.blend(family.space().largest(), seed);
                Member member = new Member(blend.options());
                for (Choice<?> choice : family.space().choices()) {
                    float[] parts = Tensors.floats(family.distribution(choice, Reading.of(blend)));
                    int picked = 0;
                    for (int i = 0; i < parts.length; i++) {
                        assertThat(parts[i]).isIn(0f, 1f);
                        picked = parts[i] == 1 ? i : picked;
                    }
                    member = member.with(choice, choice.options().get(picked));
                }
                drawn.add(member);
                Tensor mixed = family.forward(images, new Pass(blend, BatchStatistics.INSTANCE, 0, 0));
                Tensor alone = family.forward(images, new Pass(member, BatchStatistics.INSTANCE, 0, 0));
                TensorAssert.assertThat(mixed).isBitEqualTo(alone);
            }
            assertThat(drawn).hasSizeGreaterThan(5);
        }
    }

    /** After one step of a single path only what the member runs has moved, momentum or not. */
    @Test
    void singlePathMovesTheOperationsOfItsMemberAlone() {
        settings.sampler = new Sampler.SinglePath(1);
        settings.optimizer = new Optimizer.Sgd(0.05, 0.9, true, 1e-3);
        CellNetwork model = (CellNetwork)
                Presets.named("cell-tiny").withInput(TinyTraining.boundModel().input());
        try (Family family = Family.of(model, 4);
                TrainingStep step = new TrainingStep(family, settings.build());
                PointerScope scope = new PointerScope()) {
            Member first = family.space()
                    .parse("|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|nor_conv_3x3~2|");
            Member second =
                    family.space().parse("|nor_conv_1x1~0|+|none~0|none~1|+|avg_pool_3x3~0|skip_connect~1|none~2|");
            Map<String, float[]> before = copies(family);
            step.run(TinyTraining.batch(6, 1), List.of(new TrainingMember(Role.RANDOM, first)), 0.05, 1, 1, List.of());
            Map<String, float[]> between = copies(family);
            step.run(TinyTraining.batch(6, 2), List.of(new TrainingMember(Role.RANDOM, second)), 0.05, 2, 1, List.of());
            Map<String, float[]> after = copies(family);
            assertThat(changed(before, between)).containsExactlyInAnyOrder("1<-0.3", "2<-1.2", "3<-2.3");
            assertThat(changed(between, after)).containsExactlyInAnyOrder("1<-0.2");
        }
    }

    /** The operations of the first cell that differ, as {@code 1<-0.3}. */
    private static Set<String> changed(Map<String, float[]> before, Map<String, float[]> after) {
        Set<String> changed = new HashSet<>();
        before.forEach((name, values) -> {
            if (name.startsWith("cells.0.edges.") && !java.util.Arrays.equals(values, after.get(name))) {
                changed.add(name.substring("cells.0.edges.".length(), name.indexOf(".op.")));
            }
        });
        return changed;
    }

    @Test
    void runningStatisticsCoverEveryOperation() {
        settings.sampler = new Sampler.SinglePath(2);
        settings.runningStatistics = true;
        Path run = temporary.resolve("run");
        try (Trainer trainer = Trainer.start(recipe(), run, SEED)) {
            trainer.run(() -> false, List.of());
        }
        try (Family family = Family.open(run.resolve("family.safetensors"))) {
            assertThat(family.members().keySet()).contains("largest", "smallest");
        }
    }
}
