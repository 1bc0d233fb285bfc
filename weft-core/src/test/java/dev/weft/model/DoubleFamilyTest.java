package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.criterion.Losses;
import dev.weft.data.Batch;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Calibration;
import dev.weft.nn.MemberStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Tensors;
import dev.weft.recipe.Recipes;
import dev.weft.space.Member;
import dev.weft.train.DryRun;
import dev.weft.weight.Sharing;
import dev.weft.weight.blend.BlendedWeights;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DoubleFamilyTest {
    private static final double STEP = 1e-6;

    /** Along a random direction of all weights, the loss grows as its gradient says. */
    @ParameterizedTest
    @ValueSource(strings = {"vit-tiny", "lm-tiny", "lm-tiny-llama", "mobile-tiny", "cell-tiny"})
    void gradientOfAWholeNetworkIsItsFiniteDifference(String preset) {
        ModelDefinition model = bound(Presets.named(preset));
        try (Family family = Family.ofDoubles(model, 3, List.of())) {
            requireGradient(family, family.space().largest());
            requireGradient(family, family.space().smallest());
        }
    }

    /** The direction moves weights and logits at once: a blend multiplies the weights by what its logits give (check 4 of TangleNAS). */
    @Test
    void gradientOfABlendIsItsFiniteDifference() {
        List<Sharing> sharing = Recipes.read("tanglenas-vit-quick").sharing();
        ModelDefinition model = bound(Recipes.read("tanglenas-vit-quick").model());
        try (Family family = Family.ofDoubles(model, 3, sharing)) {
            requireGradient(family, BlendedWeights.meanBlend(family.space().largest()));
        }
    }

    private static void requireGradient(Family family, Member member) {
        SplittableRandom random = new SplittableRandom(5);
        try (PointerScope scope = new PointerScope();
                Batch batch = DryRun.batch(family.definition().input(), 3, random)) {
            Tensor loss = loss(family, member, batch);
            assertThat(loss.scalar_type().intern()).isEqualTo(ScalarType.Double);
            loss.backward();
            double along = 0;
            Map<String, Tensor> weights = family.weights().tensors();
            Map<String, Tensor> directions = new java.util.LinkedHashMap<>();
            for (Map.Entry<String, Tensor> entry : weights.entrySet()) {
                Tensor weight = entry.getValue();
                double[] numbers = random.doubles(weight.numel(), -1, 1).toArray();
                Tensor direction = Tensors.like(weight.detach(), numbers, weight.shape());
                directions.put(entry.getKey(), direction);
                if (weight.grad().defined()) {
                    along += weight.grad().mul(direction).sum().item_double();
                    weight.mutable_grad().reset();
                }
            }
            double ahead = moved(family, member, batch, directions, STEP);
            double behind = moved(family, member, batch, directions, -STEP);
            assertThat((ahead - behind) / (2 * STEP)).isCloseTo(along, Percentage.withPercentage(1e-3));
        }
    }

    private static double moved(
            Family family, Member member, Batch batch, Map<String, Tensor> directions, double step) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            directions.forEach(
                    (name, direction) -> family.weights().tensors().get(name).add_(direction, new Scalar(step)));
            double loss = loss(family, member, batch).item_double();
            directions.forEach(
                    (name, direction) -> family.weights().tensors().get(name).add_(direction, new Scalar(-step)));
            return loss;
        }
    }

    private static Tensor loss(Family family, Member member, Batch batch) {
        return Losses.labels(
                family.forward(batch.inputs().only(), new Pass(member, BatchStatistics.INSTANCE, 0, 0)),
                batch.labels(),
                0.1);
    }

    /** The same weights give the same answers up to the rounding of float32, also when they were saved and extracted. */
    @Test
    void answersAreThoseOfFloat32(@TempDir Path folder) {
        ModelDefinition model = bound(Presets.named("mobile-tiny"));
        Path file = folder.resolve("family.safetensors");
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Family exact = Family.ofDoubles(model, 3, List.of());
                Family rounded = Family.of(model, 3);
                Batch batch = DryRun.batch(model.input(), 3, new SplittableRandom(5))) {
            Member smallest = exact.space().smallest();
            double[] answer = answer(exact, smallest, batch);
            assertThat(answer)
                    .containsExactly(answer(rounded, smallest, batch), org.assertj.core.data.Offset.offset(1e-4));
            assertThat(answer).isNotEqualTo(answer(rounded, smallest, batch));
            try (MemberStatistics statistics = statistics(exact, smallest, batch);
                    Family alone = exact.extract(smallest, statistics)) {
                assertThat(answer(alone, Member.PLAIN, batch)).isEqualTo(answer);
            }
            exact.name("small", new NamedMember(smallest, statistics(exact, smallest, batch), Map.of()));
            exact.save(file);
            try (Family opened = Family.open(file)) {
                assertThat(answer(opened, smallest, batch)).isEqualTo(answer);
                Pass stored =
                        Pass.evaluation(smallest, opened.members().get("small").statistics());
                assertThat(Tensors.doubles(opened.forward(batch.inputs().only(), stored)))
                        .isEqualTo(answer);
            }
        }
    }

    private static double[] answer(Family family, Member member, Batch batch) {
        try (MemberStatistics statistics = statistics(family, member, batch)) {
            return Tensors.doubles(family.forward(batch.inputs().only(), Pass.evaluation(member, statistics)));
        }
    }

    private static MemberStatistics statistics(Family family, Member member, Batch batch) {
        Calibration calibration = new Calibration();
        family.forward(batch.inputs().only(), new Pass(member, calibration, 0, 0));
        return calibration.statistics();
    }

    private static ModelDefinition bound(ModelDefinition model) {
        return model.withInput(
                model instanceof LanguageModel
                        ? new TextInput(new dev.weft.text.CharacterTokenizer("ab \ncdefghi"), 16)
                        : new ImageInput(1, 28, List.of(0.5), List.of(0.25), List.of("a", "b", "c")));
    }
}
