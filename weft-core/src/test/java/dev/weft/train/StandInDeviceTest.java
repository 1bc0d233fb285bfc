package dev.weft.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.criterion.Losses;
import dev.weft.data.Batch;
import dev.weft.generate.GenerationSettings;
import dev.weft.generate.TextGenerator;
import dev.weft.io.Kinds;
import dev.weft.model.CellNetwork;
import dev.weft.model.CellOperation;
import dev.weft.model.CellStack;
import dev.weft.model.Family;
import dev.weft.model.ImageInput;
import dev.weft.model.LanguageModel;
import dev.weft.model.ModelDefinition;
import dev.weft.model.ModelInput;
import dev.weft.model.Presets;
import dev.weft.model.TextInput;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Calibration;
import dev.weft.nn.Initialisation;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Devices;
import dev.weft.ops.StandInDevice;
import dev.weft.ops.Tensors;
import dev.weft.optim.KeptOptimizer;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.DataSettings;
import dev.weft.recipe.Recipe;
import dev.weft.recipe.Recipes;
import dev.weft.space.Member;
import dev.weft.weight.Sharing;
import dev.weft.weight.blend.Blend;
import dev.weft.weight.blend.BlendedWeights;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything runs on another device than the CPU and gives the same numbers there. A tensor in the wrong place fails in those operations
 * that have a kernel of their own there, such as sums and products of entries; others copy it, as no GPU does, so that
 * {@code ArchitectureTest} has to hold who makes tensors at all.
 *
 * <p>What goes back is a weighted sum of logits. The stand-in takes a float32 scalar times a Java number for float64, which the loss's own
 * gradient has no kernel for; so losses are computed there, and not differentiated. Nor does it move the averages of batch norm, which it
 * is given to change in place: of what was calibrated, the place is tested.
 */
class StandInDeviceTest {
    private static final Offset<Double> ROUNDING = Offset.offset(2e-3);

    static List<String> presets() {
        return Presets.all().keySet().stream()
                .filter(name -> name.contains("tiny") && !name.contains("autoformer") && !name.contains("tanglenas"))
                .filter(StandInDeviceTest::isInReach)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("presets")
    void presetHasTheSameGradientsAndLogits(String preset) {
        requireSame(bound(Presets.named(preset)), List.of());
    }

    /** DARTS's operations and its choice of two inputs a node, in cells of two nodes in place of four; members, and blends of all. */
    @Test
    void smallCellsOfDartsHaveTheSameGradientsAndLogits() {
        List<List<CellOperation>> edges = Collections.nCopies(5, CellOperation.DARTS);
        CellStack model = new CellStack(
                images(),
                8,
                4,
                List.of(new CellStack.Cell(CellStack.Kind.NORMAL, 2), new CellStack.Cell(CellStack.Kind.REDUCTION, 4)),
                new CellStack.Wiring(2, 2),
                edges,
                edges,
                false,
                CellNetwork.Affine.OUTSIDE_CELLS,
                0,
                Initialisation.UNIFORM_FAN_IN);
        requireSame(model, List.of());
        requireSame(model, Recipes.read("darts-cell-quick").sharing());
    }

    /** The shipped recipes that share by more than slices. */
    static List<String> recipes() {
        return Recipes.NAMES.stream()
                .filter(name ->
                        name.endsWith("-quick") && !Recipes.read(name).sharing().isEmpty())
                .filter(StandInDeviceTest::isInReach)
                .toList();
    }

    /** Whether the stand-in can run it: what it keeps of the graphs of DARTS's 42 edges takes gigabytes. Smaller cells stand for them. */
    private static boolean isInReach(String name) {
        return !name.contains("darts-tiny") && !name.startsWith("darts-");
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void sharingHasTheSameGradientsAndLogits(String name) {
        Recipe recipe = Recipes.read(name);
        ModelInput input = recipe.data() instanceof DataSettings.Text text ? text.standIn(11) : images();
        requireSame(recipe.on(input, Kinds.builtIn()).model(), recipe.sharing());
    }

    static List<Optimizer> optimizers() {
        return List.of(
                new Optimizer.Sgd(0.1, 0.9, true, 0.01),
                new Optimizer.Adam(0.1, 0.9, 0.999, 1e-8, 0.01),
                new Optimizer.AdamW(0.1, 0.9, 0.999, 1e-8, 0.01),
                new Optimizer.RmsProp(0.1, 0.9, 0.9, 1e-3, 0.01),
                new Optimizer.RmsPropTf(0.1, 0.9, 0.9, 1e-3, 0.01));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void optimiserMovesParameters(Optimizer rule) {
        List<float[]> moved = new ArrayList<>();
        Runnable steps = () -> {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard();
                    Tensor parameter = Tensors.of(new float[] {1, -2, 3}, 3);
                    KeptOptimizer optimizer = new KeptOptimizer(rule, Map.of("w", parameter))) {
                for (int step = 1; step <= 3; step++) {
                    optimizer.apply(Map.of("w", Tensors.like(parameter, new double[] {step, 2, -1}, 3)));
                }
                moved.add(Tensors.floats(parameter));
            }
        };
        steps.run();
        StandInDevice.run(steps);
        assertThat(moved.get(0)).isNotEqualTo(new float[] {1, -2, 3});
        assertThat(moved.get(1)).containsExactly(moved.get(0), org.assertj.core.data.Offset.offset(1e-5f));
    }

    @Test
    void textIsGenerated() {
        ModelDefinition model = bound(Presets.named("lm-tiny-llama"));
        List<String> texts = new ArrayList<>();
        Runnable generation = () -> {
            try (Family family = Family.of(model, 3)) {
                texts.add(new TextGenerator(family, family.space().largest())
                        .generate("abba", GenerationSettings.greedy(12), piece -> {}, () -> false)
                        .text());
            }
        };
        generation.run();
        StandInDevice.run(generation);
        assertThat(texts.get(1)).isEqualTo(texts.get(0));
    }

    private static void requireSame(ModelDefinition model, List<Sharing> sharing) {
        List<Map<String, Double>> found = new ArrayList<>();
        Runnable work = () -> found.add(numbers(model, sharing));
        work.run();
        StandInDevice.run(work);
        assertThat(found.get(1).keySet()).isEqualTo(found.get(0).keySet());
        found.get(0)
                .forEach((what, number) ->
                        assertThat(found.get(1).get(what)).as(what).isCloseTo(number, ROUNDING));
    }

    /** Losses and gradients of a few members, and an evaluation of the largest. */
    private static Map<String, Double> numbers(ModelDefinition model, List<Sharing> sharing) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        SplittableRandom random = new SplittableRandom(5);
        try (PointerScope scope = new PointerScope();
                Family family = Family.of(model, 7, sharing);
                Batch batch = DryRun.batch(model.input(), 2, random)) {
            family.weights().stored().values().forEach(tensor -> assertThat(
                            tensor.device().str().getString())
                    .isEqualTo(Devices.name()));
            for (Member member : members(family, sharing, random)) {
                gradients(family, member, batch, numbers);
            }
            evaluate(family, family.space().largest(), batch, numbers);
        }
        return numbers;
    }

    private static List<Member> members(Family family, List<Sharing> sharing, SplittableRandom random) {
        List<Member> members = new ArrayList<>(List.of(
                family.space().largest(),
                family.space().smallest(),
                family.space().sample(random)));
        if (sharing.stream().anyMatch(Blend.class::isInstance)) {
            members.add(BlendedWeights.blend(family.space().largest(), 11));
        }
        return members;
    }

    private static void gradients(Family family, Member member, Batch batch, Map<String, Double> numbers) {
        Tensor logits = family.forward(batch.inputs().only(), new Pass(member, BatchStatistics.INSTANCE, 0, 0));
        numbers.put(
                "loss of " + member, Losses.labels(logits, batch.labels(), 0.1).item_double());
        numbers.put("agreement of " + member, Losses.soft(logits, logits).item_double());
        double[] weights = new SplittableRandom(9).doubles(logits.numel()).toArray();
        logits.mul(Tensors.like(logits, weights, logits.shape())).sum().backward();
        int used = 0;
        for (Tensor tensor : family.weights().tensors().values()) {
            if (tensor.grad().defined()) {
                if (used++ == 0) {
                    numbers.put("gradient of " + member, tensor.grad().norm().item_double());
                }
                tensor.mutable_grad().reset();
            }
        }
        numbers.put("parameters of " + member, (double) used);
    }

    private static void evaluate(Family family, Member member, Batch batch, Map<String, Double> numbers) {
        Calibration calibration = new Calibration();
        try (NoGradGuard guard = new NoGradGuard()) {
            family.forward(batch.inputs().only(), new Pass(member, calibration, 0, 0));
            try (MemberStatistics statistics = calibration.statistics()) {
                Tensor logits = family.forward(batch.inputs().only(), Pass.evaluation(member, statistics));
                assertThat(statistics.tensors().values())
                        .allSatisfy(tensor ->
                                assertThat(tensor.device().str().getString()).isEqualTo(Devices.name()));
                if (statistics.tensors().isEmpty()) {
                    numbers.put("logit", Tensors.doubles(logits)[0]);
                }
            }
        }
    }

    private static ModelDefinition bound(ModelDefinition model) {
        return model.withInput(
                model instanceof LanguageModel
                        ? new TextInput(new dev.weft.text.CharacterTokenizer("ab \ncdefghi"), 16)
                        : images());
    }

    private static ImageInput images() {
        return new ImageInput(1, 28, List.of(0.5), List.of(0.25), List.of("a", "b", "c"));
    }
}
