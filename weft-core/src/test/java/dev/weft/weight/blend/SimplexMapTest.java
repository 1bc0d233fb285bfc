package dev.weft.weight.blend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class SimplexMapTest {
    private static final int DRAWS = 20_000;
    private static final double[] SKEWED = {0.7, -1.2, 0.3};

    private static final SimplexMap SOFTMAX = new SimplexMap.Softmax();
    private static final SimplexMap SPARSEMAX = new SimplexMap.Sparsemax();
    private static final SimplexMap DIRICHLET = new SimplexMap.Dirichlet();
    private static final SimplexMap GUMBEL = new SimplexMap.Gumbel(new Temperature(5, 0.5));
    private static final SimplexMap GDAS = new SimplexMap.Gdas(new Temperature(4, 0.3));
    private static final SimplexMap GUMBEL_SOFTMAX = new SimplexMap.GumbelSoftmax(new Temperature(2, 0.2));
    private static final List<SimplexMap> MAPS = List.of(SOFTMAX, SPARSEMAX, DIRICHLET, GUMBEL, GDAS, GUMBEL_SOFTMAX);

    // Every kind

    @Test
    void everyKindIsTestedAndHasAName() {
        assertThat(MAPS).extracting(Object::getClass).containsExactlyInAnyOrder((Class[])
                SimplexMap.class.getPermittedSubclasses());
        assertThat(SimplexMap.class.getAnnotation(JsonSubTypes.class).value())
                .extracting(JsonSubTypes.Type::value)
                .containsExactlyInAnyOrder((Class[]) SimplexMap.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @FieldSource("MAPS")
    void roundTripsAsJson(SimplexMap map) {
        assertThat(Json.parse(Json.write(map), "map", SimplexMap.class)).isEqualTo(map);
    }

    @Test
    void temperatureLeftOutIsThatOfThePaper() {
        assertThat(parse("{\"kind\":\"gumbel\"}").temperature()).isEqualTo(new Temperature(10, 0.1));
        assertThat(parse("{\"kind\":\"gdas\"}").temperature()).isEqualTo(new Temperature(10, 0.1));
        assertThat(parse("{\"kind\":\"gumbel-softmax\"}").temperature()).isEqualTo(new Temperature(1, 0.33));
        assertThat(parse("{\"kind\":\"gumbel\",\"temperature\":{\"from\":3,\"to\":1}}")
                        .temperature())
                .isEqualTo(new Temperature(3, 1));
        assertThat(Json.writeLine(DIRICHLET)).isEqualTo("{\"kind\":\"dirichlet\"}");
    }

    private static SimplexMap parse(String text) {
        return Json.parse(text, "map", SimplexMap.class);
    }

    /** From gentle to far beyond what a search reaches, in the type that searches use: on the simplex, with finite gradient. */
    @ParameterizedTest
    @FieldSource("MAPS")
    void partsLieOnTheSimplexAndGradientIsFinite(SimplexMap map) {
        SplittableRandom random = new SplittableRandom(3);
        for (int trial = 0; trial < 400; trial++) {
            int n = 1 + trial % 7;
            double spread = List.of(1e-3, 1.0, 20.0, 200.0).get(trial % 4);
            double[] alpha = random.doubles(n, -spread, spread).toArray();
            try (PointerScope scope = new PointerScope()) {
                Tensor logits = leaf(alpha, torch.ScalarType.Float);
                Tensor parts = map.map(logits, trial, 0.1 + trial % 3);
                assertThat(parts.scalar_type().intern()).isEqualTo(torch.ScalarType.Float);
                parts.mul(ramp(n).to(parts)).sum().backward();
                double[] values = doubles(parts);
                assertThat(boxed(values)).as(Arrays.toString(alpha)).hasSize(n).allMatch(f -> f >= 0 && f <= 1 + 1e-6);
                assertThat(Arrays.stream(values).sum()).isCloseTo(1, within(1e-5));
                assertThat(Arrays.stream(doubles(map.mean(logits))).sum()).isCloseTo(1, within(1e-5));
                assertThat(boxed(doubles(logits.grad())))
                        .as(Arrays.toString(alpha))
                        .allMatch(Double::isFinite);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("MAPS")
    void extremesAreFiniteInValueAndGradient(SimplexMap map) {
        for (double[] alpha :
                new double[][] {{-20, -20, -20}, {20, 20, 20}, {-20, 20, 0}, {-20, -19, -20}, {-80, -80}}) {
            for (int seed = 0; seed < 200; seed++) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor logits = leaf(alpha, torch.ScalarType.Float);
                    Tensor parts = map.map(logits, seed, 0.1);
                    parts.mul(ramp(alpha.length).to(parts)).sum().backward();
                    assertThat(boxed(doubles(parts))).allMatch(Double::isFinite);
                    assertThat(boxed(doubles(logits.grad()))).allMatch(Double::isFinite);
                }
            }
        }
    }

    @ParameterizedTest
    @FieldSource("MAPS")
    void drawIsAFunctionOfTheSeedAlone(SimplexMap map) {
        torch.manual_seed(1);
        double[] first = parts(map, SKEWED, 11, 1);
        double[] second = parts(map, SKEWED, 12, 1);
        torch.manual_seed(99);
        assertThat(parts(map, SKEWED, 12, 1)).isEqualTo(second);
        assertThat(parts(map, SKEWED, 11, 1)).isEqualTo(first);
        long different = Stream.iterate(0, s -> s + 1)
                .limit(40)
                .map(seed -> Arrays.toString(parts(map, SKEWED, seed, 1)))
                .distinct()
                .count();
        if (map instanceof SimplexMap.Softmax || map instanceof SimplexMap.Sparsemax) {
            assertThat(different).isEqualTo(1);
        } else {
            assertThat(different).isEqualTo(map == GUMBEL || map == GDAS ? 3 : 40);
        }
    }

    @ParameterizedTest
    @FieldSource("MAPS")
    void drawLeavesTheGlobalGeneratorAlone(SimplexMap map) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(5);
            Tensor expected = torch.rand(4);
            torch.manual_seed(5);
            parts(map, SKEWED, 3, 1);
            TensorAssert.assertThat(torch.rand(4)).isBitEqualTo(expected);
        }
    }

    /** Choices of a step are given seeds that follow one another. */
    @Test
    void neighbouringSeedsAreUncorrelated() {
        for (SimplexMap map : List.of(DIRICHLET, GUMBEL, GDAS, GUMBEL_SOFTMAX)) {
            double[] f = new double[5_000];
            for (int seed = 0; seed < f.length; seed++) {
                f[seed] = parts(map, new double[] {0, 0}, seed, 1)[0];
            }
            double mean = Arrays.stream(f).average().orElseThrow();
            double variance = 0;
            double covariance = 0;
            for (int i = 1; i < f.length; i++) {
                variance += (f[i] - mean) * (f[i] - mean);
                covariance += (f[i] - mean) * (f[i - 1] - mean);
            }
            assertThat(covariance / variance).as("%s", map).isCloseTo(0, within(0.06)); // over 4 standard errors
        }
    }

    @ParameterizedTest
    @FieldSource("MAPS")
    void resultBelongsToTheCallersScopeAndKeepsTheType(SimplexMap map) {
        Tensor parts;
        try (PointerScope scope = new PointerScope()) {
            parts = map.map(leaf(SKEWED), 1, 1);
            assertThat(parts.scalar_type().intern()).isEqualTo(torch.ScalarType.Double);
            assertThat(parts.shape()).containsExactly(3);
        }
        assertThat(parts.isNull()).isTrue();
    }

    @ParameterizedTest
    @FieldSource("MAPS")
    void nanLogitsShow(SimplexMap map) {
        assertThat(parts(map, new double[] {0, Double.NaN, 1}, 1, 1)).contains(Double.NaN);
    }

    @Test
    void divergedLogitsAreNamed() {
        try (PointerScope scope = new PointerScope()) {
            assertThatCode(() -> SimplexMap.requireFinite("choice \"depth\"", leaf(SKEWED)))
                    .doesNotThrowAnyException();
            for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                assertThatThrownBy(() -> SimplexMap.requireFinite("choice \"depth\"", leaf(new double[] {0.5, bad})))
                        .isInstanceOf(CheckFailedException.class)
                        .hasMessageContaining("choice \"depth\" must be finite, but are [0.5, " + bad + "]")
                        .hasMessageContaining("lower the learning rate");
            }
        }
    }

    // Gradients that finite differences can see

    @Test
    void gradientEqualsFiniteDifferences() {
        double[][] logits = {{0.3}, {0.7, -1.2, 0.3}, {0, 0, 0}, {0.4, 0.1, 0.35, -0.2, -3}, {2, -2}};
        for (SimplexMap map : List.of(SOFTMAX, SPARSEMAX, GUMBEL_SOFTMAX)) {
            for (double[] alpha : logits) {
                equalsFiniteDifferences(map, alpha, l -> map.map(l, 4, 0.7));
            }
        }
        for (SimplexMap map : MAPS) {
            equalsFiniteDifferences(map, new double[] {0.7, -1.2, 0.3}, map::mean);
        }
    }

    private static void equalsFiniteDifferences(SimplexMap map, double[] alpha, Function<Tensor, Tensor> parts) {
        ToDoubleFunction<double[]> value = a -> {
            try (PointerScope scope = new PointerScope()) {
                return squares(parts.apply(leaf(a))).item_double();
            }
        };
        try (PointerScope scope = new PointerScope()) {
            Tensor leaf = leaf(alpha);
            squares(parts.apply(leaf)).backward();
            double[] gradient = doubles(leaf.grad());
            for (int i = 0; i < alpha.length; i++) {
                double[] up = alpha.clone();
                double[] down = alpha.clone();
                up[i] += 1e-5;
                down[i] -= 1e-5;
                double expected = (value.applyAsDouble(up) - value.applyAsDouble(down)) / 2e-5;
                assertThat(gradient[i])
                        .as("%s at %s", map, Arrays.toString(alpha))
                        .isCloseTo(expected, within(1e-8));
            }
        }
    }

    private static Tensor squares(Tensor parts) {
        return parts.mul(parts).mul(ramp(parts.numel())).sum();
    }

    // Sparsemax

    @Test
    void sparsemaxOfHandComputedLogits() {
        sparsemax(new double[] {0.5, 0.2, -0.3}, 0.65, 0.35, 0);
        sparsemax(new double[] {-0.3, 0.5, 0.2}, 0, 0.65, 0.35);
        sparsemax(new double[] {1, 1, 0}, 0.5, 0.5, 0);
        sparsemax(new double[] {0, 0, 0, 0}, 0.25, 0.25, 0.25, 0.25);
        sparsemax(new double[] {2, 0, 0}, 1, 0, 0);
        sparsemax(new double[] {1, 0}, 1, 0); // at the very edge
        sparsemax(new double[] {-3}, 1);
        sparsemax(new double[] {1e6 + 0.5, 1e6, 1e6}, 2 / 3.0, 1 / 6.0, 1 / 6.0);
    }

    private static void sparsemax(double[] alpha, double... expected) {
        assertThat(parts(SPARSEMAX, alpha, 0, 1)).containsExactly(expected, within(1e-9));
    }

    /** The projection found another way: bisection for the threshold. */
    @Test
    void sparsemaxEqualsBisection() {
        SplittableRandom random = new SplittableRandom(8);
        for (int trial = 0; trial < 300; trial++) {
            double[] alpha = random.doubles(1 + trial % 9, -1.5, 1.5)
                    .map(a -> Math.round(a * 4) / 4.0) // with many ties
                    .toArray();
            double low = -3;
            double high = 3;
            for (int i = 0; i < 80; i++) {
                double middle = (low + high) / 2;
                double sum =
                        Arrays.stream(alpha).map(a -> Math.max(a - middle, 0)).sum();
                low = sum > 1 ? middle : low;
                high = sum > 1 ? high : middle;
            }
            double threshold = low;
            double[] expected =
                    Arrays.stream(alpha).map(a -> Math.max(a - threshold, 0)).toArray();
            assertThat(parts(SPARSEMAX, alpha, 0, 1))
                    .as(Arrays.toString(alpha))
                    .containsExactly(expected, within(1e-12));
        }
    }

    // Dirichlet

    @Test
    void concentrationIsEluPlusOneAndNeverZero() {
        try (PointerScope scope = new PointerScope()) {
            double[] alpha = {0, 2.5, -1, -20};
            double[] expected = {1, 3.5, Math.exp(-1), Math.exp(-20)};
            double[] actual = doubles(SimplexMap.Dirichlet.concentration(leaf(alpha, torch.ScalarType.Float)));
            for (int i = 0; i < alpha.length; i++) {
                assertThat(actual[i]).isCloseTo(expected[i], within(1e-6 * expected[i]));
            }
            assertThat(doubles(SimplexMap.Dirichlet.concentration(leaf(new double[3]))))
                    .containsOnly(1);
        }
    }

    @Test
    void dirichletOfZeroLogitsIsUniform() {
        dirichletMatchesItsMoments(new double[] {0, 0, 0});
        assertThat(mean(DIRICHLET, new double[3]))
                .containsExactly(new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0}, within(1e-12));
    }

    @Test
    void dirichletOfUnequalLogitsMatchesItsMoments() {
        dirichletMatchesItsMoments(SKEWED);
        dirichletMatchesItsMoments(new double[] {2, -2});
    }

    /** Means, variances, and the gradient of both by every logit, against the closed forms of the Dirichlet distribution. */
    private static void dirichletMatchesItsMoments(double[] alpha) {
        int n = alpha.length;
        double[] c = Arrays.stream(alpha).map(a -> a > 0 ? a + 1 : Math.exp(a)).toArray();
        double total = Arrays.stream(c).sum();
        double[] mean = new double[n];
        double[] squareOfFirst = new double[1];
        double[] meanGradient = new double[n];
        double[] squareGradient = new double[n];
        for (int seed = 0; seed < DRAWS; seed++) {
            try (PointerScope scope = new PointerScope()) {
                Tensor logits = leaf(alpha);
                Tensor parts = DIRICHLET.map(logits, seed, 1);
                double[] f = doubles(parts);
                parts.narrow(0, 0, 1).sum().backward();
                double[] gradient = doubles(logits.grad());
                squareOfFirst[0] += f[0] * f[0] / DRAWS;
                for (int i = 0; i < n; i++) {
                    mean[i] += f[i] / DRAWS;
                    meanGradient[i] += gradient[i] / DRAWS;
                    squareGradient[i] += 2 * f[0] * gradient[i] / DRAWS;
                }
            }
        }
        double square = c[0] * (c[0] + 1) / (total * (total + 1));
        assertThat(squareOfFirst[0]).isCloseTo(square, within(0.01));
        for (int i = 0; i < n; i++) {
            double chain = alpha[i] > 0 ? 1 : c[i]; // of the concentration by its logit
            double first = i == 0 ? 1 : 0;
            double ofMean = chain * (first / total - c[0] / (total * total));
            double ofSquare = chain
                    * (first * (2 * c[0] + 1) / (total * (total + 1))
                            - square * (2 * total + 1) / (total * (total + 1)));
            assertThat(mean[i]).isCloseTo(c[i] / total, within(0.01));
            assertThat(meanGradient[i]).as("by %d", i).isCloseTo(ofMean, within(0.05 * Math.abs(ofMean)));
            assertThat(squareGradient[i]).as("by %d", i).isCloseTo(ofSquare, within(0.05 * Math.abs(ofSquare)));
        }
    }

    /** A sampler that clamps its gammas away from 0 would return equal parts here. */
    @Test
    void dirichletOfTinyConcentrationsChoosesOneOptionInProportion() {
        double[] alpha = {-19, -19 + Math.log(3)};
        int second = 0;
        for (int seed = 0; seed < DRAWS; seed++) {
            double[] f = parts(DIRICHLET, alpha, seed, 1);
            assertThat(Math.max(f[0], f[1])).isCloseTo(1, within(1e-3));
            second += f[1] > 0.5 ? 1 : 0;
        }
        assertThat((double) second / DRAWS).isCloseTo(0.75, within(0.013)); // over 4 standard errors
    }

    // Gumbel

    @Test
    void gumbelIsExactlyOneHotWithTheGradientOfTheSoftDraw() {
        for (int seed = 0; seed < 100; seed++) {
            try (PointerScope scope = new PointerScope()) {
                Tensor hard = leaf(SKEWED, torch.ScalarType.Float);
                Tensor soft = leaf(SKEWED, torch.ScalarType.Float);
                Tensor parts = GUMBEL.map(hard, seed, 0.8);
                Tensor relaxed = GUMBEL_SOFTMAX.map(soft, seed, 0.8);
                assertThat(Tensors.floats(parts)).containsExactlyInAnyOrder(0, 0, 1);
                assertThat(parts.argmax().item_long())
                        .isEqualTo(relaxed.argmax().item_long());
                parts.mul(ramp(3).to(parts)).sum().backward();
                relaxed.mul(ramp(3).to(parts)).sum().backward();
                TensorAssert.assertThat(hard.grad()).isBitEqualTo(soft.grad());
                assertThat(Tensors.floats(hard.grad())).doesNotContain(0f);
            }
        }
    }

    @Test
    void gumbelChoosesWithTheProbabilitiesOfTheSoftmax() {
        double[] frequency = new double[3];
        for (int seed = 0; seed < DRAWS; seed++) {
            double[] f = parts(GUMBEL, SKEWED, seed, 3);
            for (int i = 0; i < 3; i++) {
                frequency[i] += f[i] / DRAWS;
            }
        }
        double sum = Arrays.stream(SKEWED).map(Math::exp).sum();
        double[] softmax = Arrays.stream(SKEWED).map(a -> Math.exp(a) / sum).toArray();
        assertThat(frequency).containsExactly(softmax, within(0.015)); // over 4 standard errors
        assertThat(mean(GUMBEL, SKEWED)).containsExactly(softmax, within(1e-12));
    }

    @Test
    void temperatureSharpensTheSoftDraw() {
        double[] hot = parts(GUMBEL_SOFTMAX, SKEWED, 2, 100);
        double[] cold = parts(GUMBEL_SOFTMAX, SKEWED, 2, 0.01);
        assertThat(hot).containsExactly(new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0}, within(0.05));
        assertThat(Arrays.stream(cold).max().orElseThrow()).isGreaterThan(0.99);
        for (double temperature : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> parts(GUMBEL_SOFTMAX, SKEWED, 2, temperature))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("temperature");
        }
    }

    @Test
    void temperatureIsLinearOverTheRun() {
        Temperature temperature = new Temperature(10, 0.1);
        assertThat(temperature.at(0)).isEqualTo(10);
        assertThat(temperature.at(1)).isEqualTo(0.1);
        assertThat(temperature.at(0.25)).isCloseTo(7.525, within(1e-12));
        assertThatThrownBy(() -> temperature.at(1.1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> temperature.at(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new Temperature(1, bad))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("to=" + bad);
            assertThatThrownBy(() -> new Temperature(bad, 1)).isInstanceOf(InputException.class);
        }
    }

    // Tensors of the tests

    private static double[] parts(SimplexMap map, double[] alpha, long seed, double temperature) {
        try (PointerScope scope = new PointerScope()) {
            return doubles(map.map(leaf(alpha), seed, temperature));
        }
    }

    private static double[] mean(SimplexMap map, double[] alpha) {
        try (PointerScope scope = new PointerScope()) {
            return doubles(map.mean(leaf(alpha)));
        }
    }

    private static Tensor leaf(double[] values) {
        return leaf(values, torch.ScalarType.Double);
    }

    private static Tensor leaf(double[] values, torch.ScalarType type) {
        return Tensor.create(values).to(type).set_requires_grad(true);
    }

    /** 1, 2, … n: unequal parts of a loss. */
    private static Tensor ramp(long n) {
        double[] values = new double[(int) n];
        Arrays.setAll(values, i -> i + 1);
        return Tensor.create(values);
    }

    private static List<Double> boxed(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private static double[] doubles(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor plain = tensor.detach().to(torch.ScalarType.Double).contiguous();
            double[] values = new double[(int) plain.numel()];
            new DoublePointer(plain.data_ptr_double()).get(values);
            return values;
        }
    }
}
