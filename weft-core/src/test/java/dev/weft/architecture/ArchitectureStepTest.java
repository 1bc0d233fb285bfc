package dev.weft.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.architecture.ArchitectureSettings.Order;
import dev.weft.cost.DifferentiableCost;
import dev.weft.cost.ExpectedCost;
import dev.weft.criterion.Losses;
import dev.weft.data.Batch;
import dev.weft.io.CheckFailedException;
import dev.weft.io.InputException;
import dev.weft.loss.Distillation;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.model.FamilyDefinition;
import dev.weft.model.LanguageModel;
import dev.weft.model.ModelDefinition;
import dev.weft.model.TinyModels;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.ops.Bundle;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.optim.Clipping;
import dev.weft.optim.Optimizer;
import dev.weft.optim.ParameterGroup;
import dev.weft.sample.Sampler;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.train.TinyText;
import dev.weft.train.TinyTraining;
import dev.weft.train.TrainingStep;
import dev.weft.weight.Reading;
import dev.weft.weight.blend.BlendRegulariser;
import dev.weft.weight.blend.BlendedWeights;
import dev.weft.weight.blend.SimplexMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Exact check 9 of the TangleNAS specification, and the gradients of the two orders. */
class ArchitectureStepTest {
    private static final double AHEAD = 0.5; // a large step, so that the second order has something to say

    private PointerScope scope;
    private Batch validation;
    private Batch training;
    private TinyTraining.Settings settings;

    @BeforeEach
    void open() {
        scope = new PointerScope();
        validation = TinyText.batch(6, 11);
        training = TinyText.batch(6, 12);
        settings = TinyTraining.settings();
        settings.sampler = new Sampler.Blend();
        settings.distillation = new Distillation.None();
        settings.optimizer = new Optimizer.Sgd(AHEAD, 0, false, 0.1);
        descend(Order.FIRST);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void logitsMoveAndNoWeightDoesByABit(Order order) {
        descend(order);
        try (Family family = family(new SimplexMap.Softmax());
                ArchitectureStep step = new ArchitectureStep(
                        family,
                        settings.build().architecture(),
                        settings.build().loss(),
                        settings.build().update(),
                        null)) {
            Map<String, Tensor> before = copies(family);
            step.run(validation, training, draw(family, 4), 0.5, AHEAD, 1);
            family.weights().tensors().forEach((name, now) -> {
                if (name.startsWith(BlendedWeights.LOGITS)) {
                    assertThat(Tensors.floats(now.detach())).as(name).isNotEqualTo(Tensors.floats(before.get(name)));
                } else {
                    TensorAssert.assertThat(now.detach()).as(name).isBitEqualTo(before.get(name));
                }
                assertThat(now.grad().defined()).as("gradient left in " + name).isFalse();
            });
        }
    }

    @Test
    void weightsMoveAndNoLogitDoesByABit() {
        try (Family family = family(new SimplexMap.Dirichlet());
                ArchitectureStep architecture = new ArchitectureStep(
                        family,
                        settings.build().architecture(),
                        settings.build().loss(),
                        settings.build().update(),
                        null);
                TrainingStep weights = new TrainingStep(family, settings.build())) {
            architecture.run(validation, training, draw(family, 4), 0.5, AHEAD, 1); // leaves nothing behind
            Map<String, Tensor> before = copies(family);
            weights.run(training, List.of(draw(family, 5)), AHEAD, 1, 1, List.of());
            family.weights().tensors().forEach((name, now) -> {
                if (name.startsWith(BlendedWeights.LOGITS)) {
                    TensorAssert.assertThat(now.detach()).as(name).isBitEqualTo(before.get(name));
                } else {
                    assertThat(Tensors.floats(now.detach())).as(name).isNotEqualTo(Tensors.floats(before.get(name)));
                }
                assertThat(now.grad().defined()).as("gradient left in " + name).isFalse();
            });
        }
    }

    /**
     * Central differences of {@code alpha -> L_val(w - xi (grad L_train(w, alpha) + decay w), alpha)} in float32 with step 0.05: off by
     * up to 1 % of the largest entry. The correction of the second order is many times that.
     */
    @Test
    void secondOrderIsTheDerivativeThroughTheNextStep() {
        for (SimplexMap map : List.of(new SimplexMap.Softmax(), new SimplexMap.GumbelSoftmax(null))) {
            double[] numeric = numeric(map, AHEAD);
            double largest = largest(numeric);
            double[] exact = gradient(map, Order.SECOND, AHEAD);
            assertThat(distance(exact, numeric)).as(map + ": exact").isLessThan(0.01 * largest);
            assertThat(distance(gradient(map, Order.SECOND_FINITE_DIFFERENCE, AHEAD), exact))
                    .as(map + ": finite difference")
                    .isLessThan(0.02 * largest);
            double[] first = gradient(map, Order.FIRST, AHEAD);
            assertThat(distance(first, numeric)).as(map + ": first order").isGreaterThan(0.1 * largest);
            assertThat(distance(first, numeric(map, 0)))
                    .as(map + ": at the weights as they are")
                    .isLessThan(0.01 * largest);
        }
    }

    /** The finite difference is the witness of the Dirichlet draw: its path depends on the logits where it was drawn. */
    @Test
    void secondOrderOfADirichletDrawAgreesWithItsFiniteDifference() {
        SimplexMap map = new SimplexMap.Dirichlet();
        double[] exact = gradient(map, Order.SECOND, AHEAD);
        assertThat(distance(gradient(map, Order.SECOND_FINITE_DIFFERENCE, AHEAD), exact))
                .isLessThan(0.02 * largest(exact));
        assertThat(distance(gradient(map, Order.FIRST, AHEAD), exact)).isGreaterThan(0.05 * largest(exact));
    }

    static List<ModelDefinition> models() {
        return List.of(
                TinyModels.mobileCnn(), TinyModels.visionTransformer(), TinyModels.languageModel(), TinyModels.llama());
    }

    /**
     * Every operation of these models has a second derivative, or this throws; and a right one. Not of {@code ConvNet}: a finite
     * difference over the kinks of its few ReLUs is no witness.
     */
    @ParameterizedTest
    @MethodSource("models")
    void secondOrderOfModelsAgreesWithItsFiniteDifference(ModelDefinition model) {
        double[] exact = gradient(model, Order.SECOND);
        assertThat(distance(gradient(model, Order.SECOND_FINITE_DIFFERENCE), exact))
                .isLessThan(0.1 * distance(gradient(model, Order.FIRST), exact));
    }

    private double[] gradient(ModelDefinition model, Order order) {
        descend(order);
        try (Family family = Family.of(model, 1, TinyTraining.blended(new SimplexMap.Softmax()));
                ArchitectureStep step = new ArchitectureStep(
                        family,
                        settings.build().architecture(),
                        settings.build().loss(),
                        settings.build().update(),
                        null)) {
            double[] before = logits(family);
            step.run(batch(model, 1), batch(model, 2), draw(family, 4), 1, AHEAD, 1);
            return difference(before, logits(family));
        }
    }

    private static Batch batch(ModelDefinition model, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Bundle targets = model.input().randomTargets(6, random);
        return new Batch(model.input().random(6, random), targets, List.of(0, 1, 2, 3, 4, 5));
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void stepAheadOfRateZeroIsTheFirstOrder(Order order) {
        SimplexMap map = new SimplexMap.Softmax();
        assertThat(distance(gradient(map, order, 0), gradient(map, Order.FIRST, 0)))
                .isLessThan(1e-6);
    }

    /** As DARTS has it: what the weights' SGD remembers is part of the step that is looked ahead. */
    @Test
    void momentumOfTheWeightsIsPartOfTheStepAhead() {
        SimplexMap map = new SimplexMap.Softmax();
        double[] without = gradient(map, Order.SECOND, AHEAD);
        settings.optimizer = new Optimizer.Sgd(AHEAD, 0.9, true, 0.1);
        assertThat(distance(ahead(map, Order.SECOND, 0), without)).isLessThan(1e-6);
        double[] with = ahead(map, Order.SECOND, 1);
        assertThat(distance(with, without)).isGreaterThan(0.05 * largest(without));
        assertThat(distance(ahead(map, Order.SECOND_FINITE_DIFFERENCE, 1), with))
                .isLessThan(0.2 * distance(with, without));
    }

    /** The gradient where the optimiser remembers {@code scale} times the weights themselves. */
    private double[] ahead(SimplexMap map, Order order, double scale) {
        descend(order);
        try (Family family = family(map)) {
            Map<String, Map<String, Tensor>> remembered = new LinkedHashMap<>();
            family.weights()
                    .tensors()
                    .forEach((name, weight) -> remembered.put(
                            name, Map.of("momentum", weight.detach().mul(new Scalar(scale)))));
            try (ArchitectureStep step = new ArchitectureStep(
                    family,
                    settings.build().architecture(),
                    settings.build().loss(),
                    settings.build().update(),
                    null,
                    remembered)) {
                double[] before = logits(family);
                step.run(validation, training, draw(family, 4), 1, AHEAD, 1);
                return difference(before, logits(family));
            }
        }
    }

    @Test
    void frozenWeightsDoNotMoveInTheStepAheadEither() {
        settings.groups = List.of(new ParameterGroup(".", 0, 0));
        SimplexMap map = new SimplexMap.Softmax();
        assertThat(distance(gradient(map, Order.SECOND, AHEAD), gradient(map, Order.FIRST, AHEAD)))
                .isLessThan(1e-6);
    }

    @Test
    void regulariserAddsItsGradientAndClippingLimitsTheSum() {
        SimplexMap map = new SimplexMap.Softmax();
        double[] plain = gradient(map, Order.FIRST, AHEAD);
        settings.architecture = new ArchitectureSettings(
                0.5, new Optimizer.Sgd(1, 0, false, 0), null, Order.FIRST, new BlendRegulariser.Norm(3), null, 0);
        double[] pulled = gradient(map, Order.FIRST, AHEAD, settings.architecture);
        assertThat(norm(difference(pulled, plain)))
                .as("a pull of length 3 on each choice")
                .isCloseTo(3 * Math.sqrt(TinyText.CHOICES), org.assertj.core.api.Assertions.within(1e-3));
        ArchitectureSettings clipped = new ArchitectureSettings(
                0.5,
                new Optimizer.Sgd(1, 0, false, 0),
                new Clipping(Clipping.By.NORM, 0.25),
                Order.FIRST,
                new BlendRegulariser.Norm(3),
                null,
                0);
        assertThat(norm(gradient(map, Order.FIRST, AHEAD, clipped)))
                .isCloseTo(0.25, org.assertj.core.api.Assertions.within(1e-4));
    }

    /** With all weights zero the loss does not depend on the logits, so what moves them is the cost alone. */
    @Test
    void costDrivesIndifferentChoicesDownAndStopsAtATarget() {
        try (DisposableCosts costs = new DisposableCosts()) {
            double smallest = costs.macs.exact(costs.family.space().smallest());
            double largest = costs.macs.exact(costs.family.space().largest());
            double start = costs.expected();
            double target = smallest + 0.3 * (largest - smallest);
            assertThat(start).isGreaterThan(1.1 * target);
            costs.descend(new CostTerm("macs", 1, target, null), 400);
            assertThat(costs.expected()).isBetween(0.97 * target, 1.001 * target);
            costs.descend(new CostTerm("macs", 1, null, null), 400);
            assertThat(costs.expected())
                    .as("without a target, on to the bottom")
                    .isLessThan(0.8 * target);
        }
    }

    @Test
    void lossOrLogitThatIsNotFiniteStopsAndNamesTheStep() {
        try (Family family = family(new SimplexMap.Softmax());
                ArchitectureStep step = new ArchitectureStep(
                        family,
                        settings.build().architecture(),
                        settings.build().loss(),
                        settings.build().update(),
                        null)) {
            Map<String, Tensor> before = copies(family);
            try (NoGradGuard guard = new NoGradGuard()) {
                family.weights().tensors().get("wte.weight").fill_(new Scalar(Float.NaN));
            }
            assertThatThrownBy(() -> step.run(validation, training, draw(family, 1), 0.5, AHEAD, 17))
                    .isInstanceOf(CheckFailedException.class)
                    .hasMessageContaining("loss of the blend")
                    .hasMessageContaining("step 17");
            family.weights().tensors().forEach((name, now) -> {
                if (name.startsWith(BlendedWeights.LOGITS)) {
                    TensorAssert.assertThat(now.detach()).as(name).isBitEqualTo(before.get(name));
                }
            });
        }
    }

    @Test
    void logitThatIsNotFiniteStopsAndNamesTheStepAndTheChoice() {
        settings.architecture = new ArchitectureSettings(
                0.5, new Optimizer.Sgd(1e38, 0, false, 1), null, Order.FIRST, null, null, 0); // 1e38 times itself
        try (Family family = family(new SimplexMap.Softmax());
                ArchitectureStep step = new ArchitectureStep(
                        family,
                        settings.build().architecture(),
                        settings.build().loss(),
                        settings.build().update(),
                        null)) {
            assertThatThrownBy(() -> {
                        for (int i = 18; i < 21; i++) {
                            step.run(validation, training, draw(family, 1), 1e38, AHEAD, i);
                        }
                    })
                    .isInstanceOf(CheckFailedException.class)
                    .hasMessageContaining("The logits of choice \"")
                    .hasMessageContaining("at step 19");
        }
    }

    @Test
    void modelWithoutChoicesIsRefused() {
        LanguageModel plain = TinyText.model();
        try (Family family =
                Family.of(plain.at(plain.space().smallest()), 1, TinyTraining.blended(new SimplexMap.Softmax()))) {
            assertThatThrownBy(() -> new ArchitectureStep(
                            family,
                            settings.build().architecture(),
                            settings.build().loss(),
                            settings.build().update(),
                            null))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("must have choices");
        }
    }

    @Test
    void resolutionOfImagesIsNotBlended() {
        try (Family family =
                Family.of(TinyTraining.boundModel(), 1, TinyTraining.blended(new SimplexMap.Dirichlet()))) {
            BlendedWeights blend = family.strategy(BlendedWeights.class).orElseThrow();
            assertThat(blend.choices())
                    .extracting(Choice::name)
                    .doesNotContain("resolution")
                    .contains("stem.width");
        }
    }

    private static Family family(SimplexMap map) {
        Family family = TinyText.family(TinyTraining.blended(map));
        SplittableRandom random = new SplittableRandom(3);
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            family.weights().tensors().forEach((name, tensor) -> {
                if (name.startsWith(BlendedWeights.LOGITS)) { // apart, so that no gradient is of a symmetric point
                    float[] values = new float[(int) tensor.numel()];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (float) (0.5 * random.nextGaussian());
                    }
                    tensor.copy_(Tensors.of(values, values.length));
                }
            });
        }
        return family;
    }

    private static TrainingMember draw(Family family, long seed) {
        return new TrainingMember(Role.BLEND, blend(family, seed));
    }

    private static Member blend(Family family, long seed) {
        return BlendedWeights.blend(family.space().largest(), seed);
    }

    private static Map<String, Tensor> copies(Family family) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        family.weights()
                .tensors()
                .forEach((name, tensor) -> copies.put(name, tensor.detach().clone()));
        return copies;
    }

    private void descend(Order order) {
        settings.architecture =
                new ArchitectureSettings(0.5, new Optimizer.Sgd(1, 0, false, 0), null, order, null, null, 0);
    }

    private double[] gradient(SimplexMap map, Order order, double ahead) {
        descend(order);
        return gradient(map, order, ahead, settings.architecture);
    }

    /** What one plain step of rate 1 takes off the logits. */
    private double[] gradient(SimplexMap map, Order order, double ahead, ArchitectureSettings architecture) {
        settings.architecture = architecture;
        try (Family family = family(map);
                ArchitectureStep step = new ArchitectureStep(
                        family,
                        settings.build().architecture(),
                        settings.build().loss(),
                        settings.build().update(),
                        null)) {
            double[] before = logits(family);
            step.run(validation, training, draw(family, 4), 1, ahead, 1);
            return difference(before, logits(family));
        }
    }

    private double[] numeric(SimplexMap map, double ahead) {
        double h = 0.05;
        try (Family family = family(map)) {
            List<Double> slopes = new ArrayList<>();
            for (Tensor logits : alphas(family).values()) {
                for (long i = 0; i < logits.numel(); i++) {
                    double up = moved(family, logits.select(0, i), h, ahead);
                    double down = moved(family, logits.select(0, i), -2 * h, ahead);
                    moved(family, logits.select(0, i), h, ahead);
                    slopes.add((up - down) / (2 * h));
                }
            }
            return slopes.stream().mapToDouble(Double::doubleValue).toArray();
        }
    }

    private double moved(Family family, Tensor logit, double by, double ahead) {
        try (NoGradGuard guard = new NoGradGuard()) {
            logit.add_(new Scalar(by));
        }
        return lossAfterTheStep(family, ahead);
    }

    /** Written out here by itself: a step of plain descent with decay, then the loss. */
    private double lossAfterTheStep(Family family, double ahead) {
        Map<String, Tensor> weights = new LinkedHashMap<>(family.weights().tensors());
        weights.keySet().removeIf(name -> name.startsWith(BlendedWeights.LOGITS));
        List<String> names = List.copyOf(weights.keySet());
        try (PointerScope inner = new PointerScope()) {
            alphas(family).values().forEach(alpha -> alpha.set_requires_grad(false));
            TensorVector slopes = torch.grad(
                    new TensorVector(loss(family, training)),
                    new TensorVector(weights.values().toArray(Tensor[]::new)));
            Map<String, Tensor> next = new LinkedHashMap<>();
            for (int i = 0; i < names.size(); i++) {
                Tensor weight = weights.get(names.get(i)).detach();
                next.put(
                        names.get(i),
                        weight.sub(
                                slopes.get(i).add(weight.mul(new Scalar(0.1))).mul(new Scalar(ahead))));
            }
            try (Family after = family.with(next)) {
                return loss(after, validation).item_double();
            }
        }
    }

    private static Tensor loss(Family family, Batch batch) {
        Tensor logits =
                family.forward(batch.inputs().only(), new Pass(blend(family, 4), BatchStatistics.INSTANCE, 0, 0));
        return Losses.labels(logits, batch.labels(), 0);
    }

    private static Map<String, Tensor> alphas(Family family) {
        Map<String, Tensor> alphas = new LinkedHashMap<>();
        BlendedWeights blend = family.strategy(BlendedWeights.class).orElseThrow();
        blend.choices().forEach(choice -> alphas.put(choice.name(), blend.logits(choice)));
        assertThat(alphas).isNotEmpty();
        return alphas;
    }

    private static double[] logits(Family family) {
        List<Double> values = new ArrayList<>();
        alphas(family).values().forEach(alpha -> {
            for (float value : Tensors.floats(alpha.detach())) {
                values.add((double) value);
            }
        });
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static double[] difference(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] - b[i]).toArray();
    }

    private static double distance(double[] a, double[] b) {
        return largest(difference(a, b));
    }

    private static double largest(double[] values) {
        return IntStream.range(0, values.length)
                .mapToDouble(i -> Math.abs(values[i]))
                .max()
                .orElseThrow();
    }

    private static double norm(double[] values) {
        return Math.sqrt(IntStream.range(0, values.length)
                .mapToDouble(i -> values[i] * values[i])
                .sum());
    }

    /** A blend whose weights are all zero. */
    private final class DisposableCosts implements AutoCloseable {
        final Family family = Family.of(TinyTraining.boundModel(), 5, TinyTraining.blended(new SimplexMap.Softmax()));
        final DifferentiableCost macs =
                ExpectedCost.of(FamilyDefinition.of(TinyTraining.boundModel())).get("macs");
        final Batch images = TinyTraining.batch(4, 1);

        DisposableCosts() {
            try (NoGradGuard guard = new NoGradGuard()) {
                family.weights().tensors().values().forEach(Tensor::zero_);
            }
        }

        double expected() {
            try (PointerScope inner = new PointerScope()) {
                Member blend = blend(family, 1);
                return macs.expected(choice -> family.distribution(choice, Reading.of(blend)))
                        .item_double();
            }
        }

        void descend(CostTerm cost, int steps) {
            settings.architecture = new ArchitectureSettings(
                    0.5, new Optimizer.Sgd(0.3, 0, false, 0), null, Order.FIRST, null, cost, 0);
            try (ArchitectureStep step = new ArchitectureStep(
                    family,
                    settings.build().architecture(),
                    settings.build().loss(),
                    settings.build().update(),
                    macs)) {
                for (int i = 0; i < steps; i++) {
                    step.run(images, images, draw(family, i), 0.3, 0.1, i + 1);
                }
            }
        }

        @Override
        public void close() {
            family.close();
            images.close();
        }
    }
}
