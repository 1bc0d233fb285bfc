package dev.weft.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.data.Batch;
import dev.weft.data.InMemoryImages;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.ops.Tensors;
import dev.weft.space.Member;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Checks 6 and 7 of the PA&DA specification, and its theory for pairs. */
class ImportanceSamplingTest {
    private final SplittableRandom random = new SplittableRandom(7);

    private double[][] vectors(int count, int length) {
        return IntStream.range(0, count)
                .mapToObj(i -> IntStream.range(0, length)
                        .mapToDouble(j -> random.nextGaussian() * (1 + i))
                        .toArray())
                .toArray(double[][]::new);
    }

    private static double norm(double[] vector) {
        return Math.sqrt(Arrays.stream(vector).map(v -> v * v).sum());
    }

    private static double[] mean(double[][] vectors) {
        double[] mean = new double[vectors[0].length];
        for (double[] vector : vectors) {
            for (int j = 0; j < mean.length; j++) {
                mean[j] += vector[j] / vectors.length;
            }
        }
        return mean;
    }

    /** The definition: every outcome of the draw, its probability, its squared distance to the mean. */
    private static double enumerated(double[][] gradients, double[] p) {
        double[] mean = mean(gradients);
        double variance = 0;
        for (int i = 0; i < p.length; i++) {
            for (int j = 0; j < mean.length; j++) {
                double estimate = gradients[i][j] / (p.length * p[i]);
                variance += p[i] * (estimate - mean[j]) * (estimate - mean[j]);
            }
        }
        return variance;
    }

    private double[] distribution(int count) {
        double[] weights = random.doubles(count, 0.01, 1).toArray();
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(w -> w / sum).toArray();
    }

    @Test
    void varianceIsSmallestAtTheNorms() {
        double[][] gradients = vectors(8, 5);
        double[] norms = Arrays.stream(gradients)
                .mapToDouble(ImportanceSamplingTest::norm)
                .toArray();
        double squaredMean = Math.pow(norm(mean(gradients)), 2);
        double[] best = ImportanceSampling.optimal(norms);
        double least = ImportanceSampling.variance(norms, squaredMean, best);
        assertThat(least)
                .isCloseTo(Math.pow(Arrays.stream(norms).sum(), 2) / 64 - squaredMean, within(1e-9))
                .isCloseTo(enumerated(gradients, best), within(1e-9));
        double uniform = ImportanceSampling.variance(norms, squaredMean, ImportanceSampling.uniform(8));
        assertThat(uniform).isCloseTo(enumerated(gradients, ImportanceSampling.uniform(8)), within(1e-9));
        double meanNorm = Arrays.stream(norms).average().orElseThrow();
        double varianceOfNorms = Arrays.stream(norms)
                .map(n -> (n - meanNorm) * (n - meanNorm))
                .average()
                .orElseThrow();
        assertThat(uniform - least)
                .as("the saving is the variance of the norms")
                .isCloseTo(varianceOfNorms, within(1e-9));
        for (int i = 0; i < 200; i++) {
            double[] p = distribution(8);
            assertThat(ImportanceSampling.variance(norms, squaredMean, p))
                    .isCloseTo(enumerated(gradients, p), within(1e-9))
                    .isGreaterThan(least);
        }
    }

    @Test
    void blendLiesBetween() {
        double[] p = {0.5, 0.25, 0.25, 0};
        assertThat(ImportanceSampling.blended(p, 0)).containsExactly(0.25, 0.25, 0.25, 0.25);
        assertThat(ImportanceSampling.blended(p, 1)).containsExactly(p);
        assertThat(ImportanceSampling.blended(p, 0.9))
                .containsExactly(new double[] {0.475, 0.25, 0.25, 0.025}, within(1e-12));
    }

    @Test
    void bestOfOneIndexForAFixedOtherIsSmallest() {
        double[][] norms = {{1, 5, 2}, {4, 1, 0.5}};
        double[] q = {0.3, 0.7};
        double[] best = ImportanceSampling.optimal(norms, q);
        double least = ImportanceSampling.variance(norms, 0.1, q, best);
        for (int i = 0; i < 200; i++) {
            assertThat(ImportanceSampling.variance(norms, 0.1, q, distribution(3)))
                    .isGreaterThan(least);
        }
        assertThat(ImportanceSampling.variance(norms, 0.1, q, new double[] {0.2, 0.3, 0.5}))
                .isCloseTo(
                        (1 / 0.06 + 25 / 0.09 + 4 / 0.15 + 16 / 0.14 + 1 / 0.21 + 0.25 / 0.35) / 36 - 0.1,
                        within(1e-9));
    }

    @Test
    void whatIsNeverDrawnMayOnlyBeZero() {
        assertThat(ImportanceSampling.variance(new double[] {1, 0}, 0.25, new double[] {1, 0}))
                .isZero();
        assertThat(ImportanceSampling.variance(new double[] {1, 1}, 1, new double[] {1, 0}))
                .isInfinite();
        assertThat(ImportanceSampling.optimal(new double[] {0, 0})).containsExactly(0.5, 0.5);
        assertThatThrownBy(() -> ImportanceSampling.optimal(new double[] {1, -1}))
                .hasMessageContaining("not negative");
        assertThatThrownBy(() -> ImportanceSampling.variance(new double[] {1, 1}, 0, new double[] {0.5, 0.6}))
                .hasMessageContaining("sum to 1");
    }

    /** Over all (path, example) pairs of a toy with two edges of two operations. */
    @Test
    void reweightedGradientIsThatOfTheObjectiveAndThePlainOneIsNot() {
        ToyModel toy = new ToyModel(List.of(1), 2, 2, 1);
        InMemoryImages data = ToyModel.data(5, 2);
        double[] p = distribution(5);
        double[] pi = {0.8, 0.2};
        try (Family family = Family.of(toy, 4);
                FrozenGradients gradients = new FrozenGradients(
                        family,
                        BatchStatistics.INSTANCE,
                        family.definition().input().criterion())) {
            Map<String, double[]> objective = new TreeMap<>();
            Map<String, double[]> reweighted = new TreeMap<>();
            Map<String, double[]> weightInExamples = new TreeMap<>();
            Map<String, double[]> plain = new TreeMap<>();
            Map<String, double[]> drawn = new TreeMap<>();
            for (Member member : family.space().enumerate(4)) {
                double q = pi[member.value(toy.edge(0))] * pi[member.value(toy.edge(1))];
                for (int i = 0; i < 5; i++) {
                    try (PointerScope scope = new PointerScope()) {
                        Batch batch = data.batch(new int[] {i});
                        double weight = 1 / (4 * q * 5 * p[i]);
                        add(objective, gradients.of(member, batch), 1 / 20.0);
                        add(reweighted, gradients.of(GradientDraw.of(member, batch, weight)), q * p[i]);
                        GradientDraw.Term term =
                                new GradientDraw.Term(member, batch, 1 / (4 * q), List.of(1 / (5 * p[i])));
                        add(weightInExamples, gradients.of(new GradientDraw(List.of(term))), q * p[i]);
                        add(plain, gradients.of(GradientDraw.of(member, batch)), q * p[i]);
                        add(drawn, gradients.of(member, batch), q * p[i]);
                    }
                }
            }
            objective.forEach((name, expected) -> {
                assertThat(reweighted.get(name)).containsExactly(expected, within(1e-6));
                assertThat(weightInExamples.get(name)).containsExactly(expected, within(1e-6));
                assertThat(plain.get(name)).containsExactly(drawn.get(name), within(1e-6));
            });
            assertThat(largestDifference(plain, objective)).isGreaterThan(0.01);
        }
    }

    private static void add(Map<String, double[]> sum, Map<String, Tensor> gradients, double factor) {
        gradients.forEach((name, gradient) -> {
            double[] values = Tensors.doubles(gradient);
            double[] into = sum.computeIfAbsent(name, n -> new double[values.length]);
            for (int i = 0; i < values.length; i++) {
                into[i] += factor * values[i];
            }
        });
    }

    private static double largestDifference(Map<String, double[]> first, Map<String, double[]> second) {
        return first.keySet().stream()
                .mapToDouble(name -> IntStream.range(0, first.get(name).length)
                        .mapToDouble(i -> Math.abs(first.get(name)[i] - second.get(name)[i]))
                        .max()
                        .orElseThrow())
                .max()
                .orElseThrow();
    }

    /** Softmax regression with equal logits: ‖g_i‖² = ‖p − y‖² ‖x_i‖² = ‖x_i‖² / 2. */
    @Test
    void exampleGradientsHaveTheNormsThatAreWrittenDown() {
        ToyModel toy = new ToyModel(List.of(1), 1, 1, 0);
        InMemoryImages data = ToyModel.data(6, 2);
        try (Family family = Family.of(toy, 4)) {
            int[] examples = {4, 0, 3};
            ExampleGradients found =
                    ExampleGradients.of(family, family.space().largest(), BatchStatistics.INSTANCE, data, examples);
            double[] mean = new double[3]; // of the row of class b
            for (int e = 0; e < examples.length; e++) {
                byte[] pixels = new byte[3];
                data.pixels(examples[e], pixels, 0);
                double squares = 0;
                for (int j = 0; j < 3; j++) {
                    double x = (pixels[j] & 0xFF) / 255.0;
                    squares += x * x / 2;
                    mean[j] += (data.label(examples[e]) == 1 ? -0.5 : 0.5) * x / 3;
                }
                assertThat(found.norms().get(e)).isCloseTo(Math.sqrt(squares), within(1e-6));
            }
            assertThat(found.squaredMean()).isCloseTo(2 * Math.pow(norm(mean), 2), within(1e-6));
            assertThat(found.variance(found.optimal())).isLessThan(found.variance(ImportanceSampling.uniform(3)));
        }
    }
}
