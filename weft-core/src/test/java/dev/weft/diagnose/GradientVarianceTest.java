package dev.weft.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.criterion.Losses;
import dev.weft.data.Batch;
import dev.weft.data.Dataset;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.model.MobileCnn;
import dev.weft.model.ModelDefinition;
import dev.weft.model.TinyModels;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.ops.Tensors;
import dev.weft.optim.Clipping;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.weight.Sharing;
import dev.weft.weight.blend.Blend;
import dev.weft.weight.blend.SimplexMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GradientVarianceTest {
    private static final MobileCnn MODEL = TinyModels.mobileCnn();

    /** A random member on random images of its own. */
    private static GradientDraws images(Space space, ModelDefinition model) {
        return (index, random) ->
                GradientDraw.of(space.sample(random), batch(model, 4, random.nextLong()), 0.5 + random.nextDouble());
    }

    private static Batch batch(ModelDefinition model, int size, long seed) {
        Tensor inputs = TinyModels.examples(model, size, seed);
        return new Batch(
                Bundle.of("examples", inputs),
                model.input().randomTargets(size, new java.util.SplittableRandom(seed)),
                IntStream.range(0, size).boxed().toList());
    }

    /** Everything stored, two passes, in double precision, with gradients as training gets them. */
    @ParameterizedTest
    @ValueSource(ints = {7, 8})
    void isThatOfAllGradientsStored(int draws) {
        try (Family family = Family.of(MODEL, 3)) {
            GradientDraws sampling = images(family.space(), MODEL);
            List<GradientDraw> drawn = new ArrayList<>();
            GradientVariance found = GradientVariance.of(
                    family,
                    (index, random) -> {
                        GradientDraw draw = sampling.draw(index, random);
                        drawn.add(draw); // its tensors are kept
                        return draw;
                    },
                    draws,
                    5);
            Map<String, double[][]> stored = new TreeMap<>();
            for (int d = 0; d < draws; d++) {
                Map<String, double[]> gradient =
                        byBackward(family, drawn.get(d).terms().get(0));
                for (Map.Entry<String, double[]> entry : gradient.entrySet()) {
                    stored.computeIfAbsent(entry.getKey(), n -> new double[draws][])[d] = entry.getValue();
                }
            }
            assertThat(found.draws()).isEqualTo(draws);
            assertThat(found.whole().squaredMean())
                    .isCloseTo(
                            squaredMean(stored, name -> true),
                            within(1e-6 * found.whole().squaredMean()));
            assertThat(found.whole().variance())
                    .isCloseTo(
                            variance(stored, name -> true),
                            within(1e-6 * found.whole().variance()));
            for (GradientVariance.Part layer : found.layers()) {
                double expected = variance(stored, name -> name.startsWith(layer.name() + "."));
                assertThat(layer.variance()).as(layer.name()).isCloseTo(expected, within(1e-6 * expected));
            }
            assertThat(sum(found, GradientVariance.Part::variance))
                    .isCloseTo(
                            found.whole().variance(),
                            within(1e-9 * found.whole().variance()));
            assertThat(sum(found, GradientVariance.Part::squaredMean))
                    .isCloseTo(
                            found.whole().squaredMean(),
                            within(1e-9 * found.whole().squaredMean()));
        }
    }

    private static double sum(GradientVariance found, ToDoubleFunction<GradientVariance.Part> number) {
        return found.layers().stream().mapToDouble(number).sum();
    }

    /** As the trainer gets a gradient: {@code backward()} into the parameters, which are then cleared. */
    private static Map<String, double[]> byBackward(Family family, GradientDraw.Term term) {
        Map<String, double[]> gradients = new TreeMap<>();
        try (PointerScope scope = new PointerScope()) {
            Tensor logits = family.forward(
                    term.batch().inputs().only(), new Pass(term.member(), BatchStatistics.INSTANCE, 0, 0));
            Losses.labels(logits, term.batch().labels(), 0).backward();
            family.weights().tensors().forEach((name, parameter) -> {
                if (parameter.grad().defined()) {
                    double[] values = Tensors.doubles(parameter.grad());
                    for (int i = 0; i < values.length; i++) {
                        values[i] *= term.weight();
                    }
                    gradients.put(name, values);
                    parameter.mutable_grad().reset();
                }
            });
        }
        return gradients;
    }

    private static double squaredMean(Map<String, double[][]> stored, java.util.function.Predicate<String> of) {
        double sum = 0;
        for (Map.Entry<String, double[][]> entry : stored.entrySet()) {
            if (of.test(entry.getKey())) {
                for (double mean : mean(entry.getValue())) {
                    sum += mean * mean;
                }
            }
        }
        return sum;
    }

    private static double variance(Map<String, double[][]> stored, java.util.function.Predicate<String> of) {
        double sum = 0;
        for (Map.Entry<String, double[][]> entry : stored.entrySet()) {
            if (of.test(entry.getKey())) {
                double[] mean = mean(entry.getValue());
                for (double[] gradient : entry.getValue()) {
                    for (int i = 0; i < mean.length; i++) {
                        double value = gradient == null ? 0 : gradient[i]; // not used by that draw
                        sum += (value - mean[i]) * (value - mean[i]) / (entry.getValue().length - 1);
                    }
                }
            }
        }
        return sum;
    }

    private static double[] mean(double[][] gradients) {
        double[] mean = null;
        for (double[] gradient : gradients) {
            if (gradient != null) {
                mean = mean == null ? new double[gradient.length] : mean;
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += gradient[i] / gradients.length;
                }
            }
        }
        return mean;
    }

    /** Two classes equally likely: the gradient of an example x of class a is (−x/2, x/2), of class b the opposite. */
    @Test
    void oneMemberOnOneExampleIsWhatIsWrittenDown() {
        ToyModel toy = new ToyModel(List.of(-1, 1), 1, 1, 0);
        try (Family family = Family.of(toy, 1)) {
            Space space = family.space();
            // x = (0.2, 0.4, 1) and class a always; the sign alternates, so gradients are ±g and ‖g‖² = 2 ‖x/2‖² = 0.6
            GradientDraws alternating = (index, random) -> GradientDraw.of(
                    space.parse("sign=" + (index % 2 == 0 ? 1 : -1)),
                    new Batch(
                            Tensors.of(new float[] {51, 102, 255}, 1, 3, 1, 1),
                            Tensors.ofLongs(new long[] {0}, 1),
                            List.of(0)));
            GradientVariance found = GradientVariance.of(family, alternating, 4, 1);
            assertThat(found.whole().squaredMean()).isCloseTo(0, within(1e-12));
            assertThat(found.whole().variance()).isCloseTo(0.6 * 4 / 3, within(1e-6));
            assertThat(found.whole().standardError())
                    .as("each pair differs by 2g")
                    .isCloseTo(0, within(1e-6));
            assertThat(found.noiseToSignal()).isEqualTo(Double.POSITIVE_INFINITY);
            assertThat(found.layers()).singleElement().satisfies(layer -> assertThat(layer.name())
                    .isEqualTo("edge0.op0"));

            GradientDraws weighted = (index, random) -> {
                GradientDraw.Term term = alternating.draw(0, random).terms().get(0);
                return new GradientDraw(List.of(
                        new GradientDraw.Term(term.member(), term.batch(), index, List.of(2.0)), // index · 2 · g
                        term)); // + g
            };
            GradientVariance of = GradientVariance.of(family, weighted, 3, 1); // g, 3g, 5g
            assertThat(of.whole().squaredMean()).isCloseTo(9 * 0.6, within(1e-5));
            assertThat(of.whole().variance()).isCloseTo(4 * 0.6, within(1e-5));
            assertThat(of.whole().relative()).isCloseTo(4 / 9.0, within(1e-6));
            assertThat(of.noiseToSignal()).isCloseTo(4 / (9 - 4 / 3.0), within(1e-6));
        }
    }

    @Test
    void clippedGradientsAreMeasuredAsTheyAreApplied() {
        try (Family family = Family.of(MODEL, 3)) {
            GradientVariance.Applied clipped = new GradientVariance.Applied(
                    family.definition().input().criterion(), new Clipping(Clipping.By.NORM, 1e-3));
            GradientVariance found =
                    GradientVariance.of(family, images(family.space(), MODEL), 6, 5, clipped, done -> {});
            // every gradient has norm 1e-3, so ‖mean‖² + (n − 1)/n tr Var = 1e-6
            assertThat(found.whole().squaredMean() + found.whole().variance() * 5 / 6)
                    .isCloseTo(1e-6, within(1e-8));
        }
    }

    @Test
    void moreExamplesABatchAndMoreMembersAStepMakeLessNoise() {
        ToyModel toy = new ToyModel(List.of(-1, 1), 2, 2, 1);
        Dataset data = ToyModel.data(64, 3);
        try (Family family = Family.of(toy, 1)) {
            GradientVariance.Applied plain =
                    GradientVariance.Applied.unclipped(toy.input().criterion());
            Sampling single = Sampling.of(random -> new Sampler.SinglePath(1).draw(family.space(), random));
            GradientDraws one = GradientDraws.of(single, data.batches(4, 1), 1);
            GradientDraws accumulated = GradientDraws.of(single, data.batches(4, 1), 8);
            VarianceComparison compared =
                    VarianceComparison.of(family, one, accumulated, 64, List.of(1L, 2L, 3L), plain);
            assertThat(compared.differences(v -> v.whole().variance()))
                    .hasSize(3)
                    .allMatch(d -> d > 0);
            assertThat(compared.differences(v -> v.whole().variance()).get(1))
                    .isEqualTo(compared.first().get(1).whole().variance()
                            - compared.second().get(1).whole().variance());
            assertThat(VarianceComparison.of(family, one, one, 8, List.of(4L, 9L), plain)
                            .differences(GradientVariance::noiseToSignal))
                    .as("the same sampling with the same seeds")
                    .containsExactly(0.0, 0.0);
        }
    }

    /** A sampler that doubles the loss of one example and mutes the others: as it trains, so it is measured. */
    @Test
    void weightsOfExamplesAreThoseThatTheSamplingGives() {
        ToyModel toy = new ToyModel(List.of(-1, 1), 1, 1, 0);
        Dataset data = ToyModel.data(64, 3);
        try (Family family = Family.of(toy, 1)) {
            Sampling plain = Sampling.of(random -> new Sampler.Largest().draw(family.space(), random));
            Sampling weighted = new Sampling() {
                @Override
                public List<TrainingMember> draw(long step, Batch batch, RandomGenerator random) {
                    return plain.draw(step, batch, random);
                }

                @Override
                public List<Double> exampleWeights(Member member, Batch batch) {
                    return List.of(2.0, 0.0); // the mean over a batch of two: the first example alone
                }
            };
            GradientVariance found =
                    GradientVariance.of(family, GradientDraws.of(weighted, data.batches(2, 1), 1), 8, 1);
            GradientVariance first = GradientVariance.of(
                    family,
                    (index, random) -> GradientDraw.of(family.space().largest(), data.batch(new int[] {
                        data.batches(2, 1).batch(index).indices().get(0)
                    })),
                    8,
                    1);
            assertThat(found.whole().variance())
                    .isCloseTo(
                            first.whole().variance(),
                            within(1e-6 * first.whole().variance()));
        }
    }

    @Test
    void sameSeedGivesTheSameBitsAndAnotherDoesNot() {
        try (Family family = Family.of(MODEL, 3)) {
            GradientDraws sampling = images(family.space(), MODEL);
            GradientVariance first = GradientVariance.of(family, sampling, 4, 1);
            assertThat(GradientVariance.of(family, sampling, 4, 1)).isEqualTo(first);
            assertThat(GradientVariance.of(family, sampling, 4, 2).whole()).isNotEqualTo(first.whole());
        }
    }

    /** Draws of seed s at index i + 1 are not those of seed s + 1 at index i, as a plain sum of both would have it. */
    @Test
    void neighbouringSeedsShareNoDraws() {
        ToyModel toy = new ToyModel(List.of(1), 1, 2, 1);
        Batch batch = ToyModel.data(4, 3).batch(new int[] {0, 1});
        List<Long> numbers = new ArrayList<>();
        try (Family family = Family.of(toy, 1)) {
            GradientDraws noting = (index, random) -> {
                numbers.add(random.nextLong());
                numbers.add(random.nextLong());
                return GradientDraw.of(family.space().largest(), batch);
            };
            for (long seed = 0; seed < 4; seed++) {
                GradientVariance.of(family, noting, 16, seed);
            }
        }
        assertThat(numbers).hasSize(128).doesNotHaveDuplicates();
    }

    static List<ModelDefinition> models() {
        return List.of(
                MODEL,
                TinyModels.visionTransformer(),
                TinyModels.convNet(),
                TinyModels.languageModel(),
                TinyModels.llama());
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyModelIsLeftAsItWas(ModelDefinition model) {
        Sharing blend = new Blend(new SimplexMap.Softmax(), Blend.Norm.MASKED, Blend.Ownership.ENTANGLED, 1);
        for (List<Sharing> sharing : List.of(List.<Sharing>of(), List.of(blend))) {
            try (Family family = Family.of(model, 3, sharing)) {
                Batch before = batch(model, 4, 1);
                byBackward(family, new GradientDraw.Term(family.space().smallest(), before, 1, List.of()));
                try (PointerScope scope = new PointerScope()) { // gradients that somebody else is gathering
                    family.forward(
                                    before.inputs().only(),
                                    new Pass(family.space().largest(), BatchStatistics.INSTANCE, 0, 0))
                            .sum()
                            .backward();
                }
                family.weights().tensors().values().iterator().next().set_requires_grad(false);
                FrozenFamily untouched = FrozenFamily.of(family, () -> {});
                assertThat(FrozenFamily.of(family, () -> assertThat(
                                        GradientVariance.of(family, images(family.space(), model), 3, 1)
                                                .layers())
                                .noneMatch(layer -> layer.name().startsWith("blend"))))
                        .isEqualTo(untouched);
            }
        }
    }

    @Test
    void nothingIsLeftInNativeMemory() {
        try (Family family = Family.of(MODEL, 3);
                Batch batch = batch(MODEL, 2, 1)) {
            GradientDraws sampling =
                    (index, random) -> GradientDraw.of(family.space().sample(random), batch);
            GradientVariance.of(family, sampling, 2, 1);
            long before = Pointer.totalCount();
            GradientVariance.of(family, sampling, 8, 1);
            assertThat(Pointer.totalCount())
                    .as("others may have been collected")
                    .isLessThanOrEqualTo(before);
        }
    }

    @Test
    void refusesTooFewDrawsWrongWeightsAndLossesThatAreNotFinite() {
        ToyModel toy = new ToyModel(List.of(1), 1, 2, 1);
        try (Family family = Family.of(toy, 1);
                PointerScope scope = new PointerScope()) {
            Member member = family.space().largest();
            Batch batch = ToyModel.data(4, 3).batch(new int[] {0, 1});
            assertThatThrownBy(() -> GradientVariance.of(family, (i, r) -> GradientDraw.of(member, batch), 1, 1))
                    .isInstanceOf(InputException.class)
                    .hasMessage("A variance must have 2 or more draws, but got 1.");
            assertThatThrownBy(() -> new GradientDraw.Term(member, batch, 1, List.of(1.0)))
                    .hasMessageContaining("A batch of 2 examples must have as many weights or none, but has 1.");
            assertThatThrownBy(() -> GradientDraw.of(member, batch, Double.NaN)).hasMessageContaining("finite");
            try (NoGradGuard guard = new NoGradGuard()) {
                family.weights().tensors().get("edge0.op1.weight").mul_(new org.bytedeco.pytorch.Scalar(Double.NaN));
            }
            assertThatThrownBy(() -> GradientVariance.of(family, (i, r) -> GradientDraw.of(member, batch), 2, 1))
                    .isInstanceOf(CheckFailedException.class)
                    .hasMessageContaining("that of member \"edge0=1\" is NaN");
        }
    }
}
