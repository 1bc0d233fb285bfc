package dev.weft.sample.norm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.criterion.Criterion;
import dev.weft.criterion.Labels;
import dev.weft.criterion.Losses;
import dev.weft.criterion.SquaredError;
import dev.weft.data.Augmentation;
import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.data.ImageSplits;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.loss.Distillation;
import dev.weft.loss.LossSettings;
import dev.weft.loss.Precision;
import dev.weft.loss.Regularisation;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.CellNetwork;
import dev.weft.model.CellOperation;
import dev.weft.model.Family;
import dev.weft.model.ImageInput;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Initialisation;
import dev.weft.nn.Pass;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.optim.Clipping;
import dev.weft.recipe.DataSettings;
import dev.weft.sample.Note;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.sample.norm.GradientNormSampler.Data;
import dev.weft.sample.norm.GradientNormSampler.Memory;
import dev.weft.sample.norm.GradientNormSampler.Paths;
import dev.weft.sample.norm.GradientNormSampler.Read;
import dev.weft.sample.norm.GradientNormSampler.Reduction;
import dev.weft.sample.norm.GradientNormSampler.Reweight;
import dev.weft.sample.norm.GradientNormSampler.Scope;
import dev.weft.space.Member;
import dev.weft.space.Space;
import dev.weft.step.MemberLoss;
import dev.weft.step.StepReport;
import dev.weft.train.TinyText;
import dev.weft.train.TinyTraining;
import dev.weft.train.TrainingListener;
import dev.weft.train.TrainingStep;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Exact checks 3, 4, 7, 8, 9 and 13 of PA&DA's specification; the others of samplers are in {@link dev.weft.sample.ImportanceDistributionTest ImportanceDistributionTest}. */
class GradientNormSamplingTest {
    private static final TauSchedule FULL = new TauSchedule.Constant(1);
    private static final ImageInput INPUT = new ImageInput(1, 16, List.of(0.5), List.of(0.25), List.of("a", "b", "c"));
    private static final int CONV_3 = 4; // place among the operations of every edge

    private final PointerScope scope = new PointerScope();

    @TempDir
    Path temporary;

    private TinyTraining.Settings settings;

    @BeforeEach
    void setUp() {
        settings = TinyTraining.settings();
        settings.distillation = new Distillation.None();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** Two stages of one cell, every operation on every edge, whether that connects or not. */
    private static CellNetwork cells() {
        return new CellNetwork(
                INPUT,
                16,
                4,
                2,
                1,
                Collections.nCopies(6, CellOperation.NAS_BENCH_201),
                true,
                CellNetwork.Affine.NOWHERE,
                false,
                Initialisation.UNIFORM_FAN_IN);
    }

    /** Two edges that may be themselves or a convolution; the third is none. */
    private static CellNetwork toy() {
        List<CellOperation> two = List.of(CellOperation.SKIP, CellOperation.CONV_1);
        return new CellNetwork(
                INPUT,
                8,
                2,
                1,
                1,
                List.of(two, List.of(CellOperation.NONE), two),
                true,
                CellNetwork.Affine.EVERYWHERE,
                false,
                Initialisation.UNIFORM_FAN_IN);
    }

    private static Paths paths(Scope over, Read read) {
        return new Paths(over, Reduction.SUM, read, FULL, 0);
    }

    private GradientNormSampling start(GradientNormSampler sampler, Family family, int examples, long stepsPerEpoch) {
        settings.sampler = sampler;
        return sampler.start(new Sampling.Setup(
                family, settings.build().loss(), settings.build().epochs(), examples, null, stepsPerEpoch, 11));
    }

    private static void put(Tensor tensor, double... values) {
        for (int i = 0; i < values.length; i++) {
            tensor.data_ptr_float().put(i, (float) values[i]);
        }
    }

    @Test
    void normIsARunningAverageFromZero() {
        try (Family family = Family.of(cells(), 1);
                PathDistribution paths = new PathDistribution(family, paths(Scope.ALL_CHOICES, Read.AFTER_CLIPPING))) {
            Member member = family.space().decode(List.of(1, CONV_3, 1, 1, 1, 1));
            String name = "cells.0.edges.2<-0.3.op.1.bias";
            paths.observe(member, Map.of(name, Tensors.of(new float[] {0, 4, 0, 0}, 4)));
            assertThat(Tensors.floats(paths.state().get("norms"))).containsExactly(0, 0, 0, 0, 2);
            paths.observe(member, Map.of(name, Tensors.of(new float[] {0, 0, -2, 0}, 4)));
            assertThat(Tensors.floats(paths.state().get("norms"))).containsExactly(0, 0, 0, 0, 2);
            paths.endEpoch(0.5);
            Map<String, Double> noted = paths.notes().stream().collect(Collectors.toMap(Note::name, Note::value));
            assertThat(noted.get("option=nor_conv_3x3")).isCloseTo(0.6, within(1e-6));
            assertThat(noted.get("option=none")).isCloseTo(0.1, within(1e-6));
            assertThat(Tensors.floats(paths.state().get("norms"))).containsOnly(0);
        }
    }

    @ParameterizedTest
    @EnumSource(Read.class)
    void normIsOfAllCellsOverTheEdgesWithTheOperation(Read read) {
        settings.clipping = new Clipping(Clipping.By.NORM, 0.01);
        try (Family family = Family.of(cells(), 1);
                GradientNormSampling sampling = start(
                        new GradientNormSampler(paths(Scope.ALL_CHOICES, read), null, null, null), family, 72, 10);
                TrainingStep step =
                        new TrainingStep(family, settings.build(), BatchStatistics.INSTANCE, null, sampling, 0)) {
            Member member = family.space().decode(List.of(CONV_3, 0, 1, 1, CONV_3, 3));
            Map<Read, Map<String, Double>> seen = new LinkedHashMap<>();
            TrainingListener listener = new TrainingListener() {
                @Override
                public void gradientsReady(long number, Map<String, Tensor> gradients) {
                    seen.put(Read.BEFORE_CLIPPING, norms(gradients));
                }

                @Override
                public void gradientsClipped(long number, Map<String, Tensor> gradients) {
                    seen.put(Read.AFTER_CLIPPING, norms(gradients));
                }
            };
            step.run(
                    TinyTraining.batch(16, 2),
                    List.of(new TrainingMember(Role.RANDOM, member)),
                    0.05,
                    1,
                    0,
                    List.of(sampling, listener));
            double sum = 0;
            for (String cell : List.of("cells.0", "cells.2")) {
                for (String edge : List.of("1<-0", "3<-1")) {
                    for (String part : List.of("weight", "bias")) {
                        sum += seen.get(read).get(cell + ".edges." + edge + ".3.op.1." + part);
                    }
                }
            }
            float[] norms = Tensors.floats(sampling.state().get("paths/norms"));
            assertThat((double) norms[CONV_3]).isCloseTo(sum / 2 / 2, within(1e-5));
            assertThat(norms[3]).isPositive();
            assertThat(norms[0] + norms[1] + norms[2]).isZero();
            assertThat(seen.get(Read.BEFORE_CLIPPING)).isNotEqualTo(seen.get(Read.AFTER_CLIPPING));
        }
    }

    private static Map<String, Double> norms(Map<String, Tensor> gradients) {
        Map<String, Double> norms = new LinkedHashMap<>();
        gradients.forEach((name, gradient) -> norms.put(name, gradient.norm().item_double()));
        return norms;
    }

    @Test
    void optionsOfProbabilityZeroAreNeverDrawn() {
        try (Family family = Family.of(cells(), 1);
                GradientNormSampling sampling = start(
                        new GradientNormSampler(paths(Scope.ALL_CHOICES, Read.AFTER_CLIPPING), null, null, null),
                        family,
                        72,
                        10)) {
            put(sampling.state().get("paths/probabilities"), 0.5, 0, 0.5, 0, 0);
            SplittableRandom random = new SplittableRandom(4);
            int[][] counts = new int[6][5];
            for (int i = 0; i < 10_000; i++) {
                List<Integer> picked = family.space()
                        .encode(sampling.draw(i, null, random).get(0).member());
                for (int edge = 0; edge < 6; edge++) {
                    counts[edge][picked.get(edge)]++;
                }
            }
            for (int[] edge : counts) {
                assertThat(edge[1] + edge[3] + edge[4]).isZero();
                assertThat((double) edge[0]).isCloseTo(5000, within(3 * 50.0));
            }
        }
    }

    @Test
    void eachChoiceMayHaveItsOwnDistributionOnAnySpace() {
        try (Family family = Family.of(TinyTraining.boundModel(), 1);
                GradientNormSampling sampling = start(
                        new GradientNormSampler(new Paths(Scope.EACH_CHOICE, null, null, FULL, 0.2), null, null, null),
                        family,
                        72,
                        3);
                TrainingStep step =
                        new TrainingStep(family, settings.build(), BatchStatistics.INSTANCE, null, sampling, 0)) {
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < 3; i++) {
                List<TrainingMember> draws = sampling.draw(i, null, random);
                List<MemberLoss> losses = step.run(TinyTraining.batch(16, i), draws, 0.05, i + 1, 0, List.of(sampling));
                sampling.stepDone(new StepReport(i + 1, 6, 0.05, losses));
            }
            Map<String, Double> measures = sampling.measures();
            family.space().choices().forEach(choice -> {
                double sum = choice.options().stream()
                        .mapToDouble(option -> measures.get(choice.name() + "=" + option))
                        .sum();
                assertThat(sum).as(choice.name()).isCloseTo(1, within(1e-6));
            });
            // A resolution has no weights, so nothing tells its options apart.
            assertThat(measures.get("resolution=12")).isEqualTo(0.5);
            assertThat(measures.get("stage1.width=4")).isNotEqualTo(0.5);
            // The smallest depth adds no block: the floor alone keeps it.
            assertThat(measures.get("stage2.depth=1")).isCloseTo(0.1, within(1e-6));
        }
    }

    /** Enumerated over every member and example. */
    @ParameterizedTest
    @EnumSource(Reweight.class)
    void reweightedGradientIsThatOfTheMeanOverMembersAndExamples(Reweight reweight) {
        double[] q = {0.7, 0.3, 0.2, 0.8};
        double[] p = {0.5, 0.2, 0.3};
        GradientNormSampler sampler = new GradientNormSampler(
                paths(Scope.EACH_CHOICE, Read.AFTER_CLIPPING), new Data(null, FULL, 0), reweight, null);
        Map<String, Tensor> expected = new LinkedHashMap<>();
        Map<String, Tensor> uniform = new LinkedHashMap<>();
        Map<String, Tensor> biased = new LinkedHashMap<>();
        try (Family family = Family.of(toy(), 1)) {
            Space space = family.space();
            assertThat(space.count().intValue()).isEqualTo(4);
            Batch all = TinyTraining.batch(3, 5);
            for (Member member : space.enumerate(4)) {
                List<Integer> picked = space.encode(member);
                double pathProbability = q[picked.get(0)] * q[2 + picked.get(1)];
                for (int i = 0; i < 3; i++) {
                    Batch one = new Batch(
                            all.inputs().only().narrow(0, i, 1), all.labels().narrow(0, i, 1), List.of(i));
                    Tensor logits =
                            family.forward(one.inputs().only(), new Pass(member, BatchStatistics.INSTANCE, 0, 0));
                    Losses.labels(logits, one.labels(), 0).backward();
                    double probability = pathProbability * p[i];
                    family.weights().tensors().forEach((name, weight) -> {
                        if (weight.grad().defined()) {
                            add(uniform, name, weight.grad(), 1.0 / 12);
                            add(biased, name, weight.grad(), probability);
                        }
                        weight.mutable_grad().reset();
                    });
                    Map<String, Tensor> applied = new LinkedHashMap<>();
                    try (Family copy = Family.of(toy(), 1);
                            GradientNormSampling sampling = start(sampler, copy, 3, 10);
                            TrainingStep step = new TrainingStep(
                                    copy, settings.build(), BatchStatistics.INSTANCE, null, sampling, 0)) {
                        put(sampling.state().get("paths/probabilities"), q);
                        put(sampling.state().get("examples/probabilities"), p);
                        step.run(
                                one,
                                List.of(new TrainingMember(Role.RANDOM, member)),
                                0.1,
                                1,
                                0,
                                List.of(new TrainingListener() {
                                    @Override
                                    public void gradientsReady(long number, Map<String, Tensor> gradients) {
                                        gradients.forEach(
                                                (name, gradient) -> add(applied, name, gradient, probability));
                                    }
                                }));
                    }
                    applied.forEach((name, gradient) -> add(expected, name, gradient, 1));
                }
            }
        }
        double unbiased = distance(expected, uniform);
        double plain = distance(expected, biased);
        if (reweight == Reweight.BOTH) {
            assertThat(unbiased).isLessThan(1e-6);
            assertThat(plain).isGreaterThan(1e-3);
        } else {
            assertThat(unbiased).isGreaterThan(1e-3);
            if (reweight == Reweight.NONE) {
                assertThat(plain).isLessThan(1e-6);
            }
        }
    }

    private static void add(Map<String, Tensor> sums, String name, Tensor gradient, double factor) {
        sums.merge(
                name,
                Tensors.keep(gradient.detach().mul(new Scalar(factor))),
                (sum, one) -> Tensors.keep(sum.add(one)));
    }

    private static double distance(Map<String, Tensor> one, Map<String, Tensor> other) {
        assertThat(one.keySet()).isEqualTo(other.keySet());
        return one.keySet().stream()
                .mapToDouble(
                        name -> one.get(name).sub(other.get(name)).abs().max().item_double())
                .max()
                .orElseThrow();
    }

    @Test
    void weightsAreLimited() {
        GradientNormSampler sampler = new GradientNormSampler(
                paths(Scope.EACH_CHOICE, Read.AFTER_CLIPPING), new Data(null, FULL, 0), Reweight.BOTH, 3.0);
        try (Family family = Family.of(toy(), 1);
                GradientNormSampling sampling = start(sampler, family, 2, 10)) {
            put(sampling.state().get("paths/probabilities"), 0.25, 0.75, 0.5, 0.5);
            put(sampling.state().get("examples/probabilities"), 0.25, 0.75);
            Member member = family.space().decode(List.of(0, 1));
            Batch batch = new Batch(Tensors.zeros(2), Tensors.zeros(2), List.of(0, 1));
            assertThat(sampling.exampleWeights(member, batch)).containsExactly(3.0, 2 / 1.5);
        }
    }

    @Test
    void epochHoldsWhatItsDistributionDraws() throws IOException {
        Path data = TinyTraining.data(temporary.resolve("data"));
        DataSettings images = DataSettings.Images.builder(data.toString())
                .selectionSize(24)
                .batchSize(24)
                .augmentation(new Augmentation(2, true))
                .build();
        Batches uniform = images.batches(((ImageSplits) images.open(1)).train(), 1);
        try (Family family = Family.of(TinyTraining.boundModel(), 1);
                GradientNormSampling sampling =
                        start(new GradientNormSampler(null, new Data(null, FULL, 0), null, null), family, 72, 3)) {
            Batches batches = sampling.batches(uniform);
            assertThat(batches.stepsPerEpoch()).isEqualTo(3);
            for (int step = 0; step < 3; step++) {
                assertThat(batches.batch(step).indices())
                        .isEqualTo(uniform.batch(step).indices());
                TensorAssert.assertThat(batches.batch(step).inputs().only())
                        .isBitEqualTo(uniform.batch(step).inputs().only());
            }
            put(sampling.state().get("examples/norms"), 0, 0, 0, 0, 0, 0, 0, 1);
            sampling.stepDone(new StepReport(3, 6, 0.1, List.of()));
            Set<List<Float>> views = new HashSet<>();
            List<Integer> drawn = new ArrayList<>();
            for (int step = 3; step < 6; step++) {
                Batch batch = batches.batch(step);
                drawn.addAll(batch.indices());
                for (int i = 0; i < batch.size(); i++) {
                    List<Float> view = new ArrayList<>();
                    for (float value : Tensors.floats(batch.inputs().only().select(0, i))) {
                        view.add(value);
                    }
                    views.add(view);
                }
            }
            assertThat(drawn).hasSize(72).containsOnly(7);
            assertThat(views).as("augmented in many ways").hasSizeGreaterThan(20);
            assertThat(sampling.measures())
                    .containsEntry("distinctExamples", 1.0)
                    .containsEntry("effectiveExamples", 1.0);
        }
    }

    @Test
    void carriedNormsKeepAnExampleThatWasNotDrawn() {
        Map<Memory, Float> probability = new LinkedHashMap<>();
        for (Memory memory : Memory.values()) {
            try (ExampleDistribution examples = new ExampleDistribution(4, new Data(memory, FULL, 0))) {
                examples.observe(new Batch(Tensors.zeros(2), Tensors.zeros(2), List.of(0, 1)), new float[] {0.5f, 1});
                examples.endEpoch(0.5, new SplittableRandom(1));
                examples.observe(
                        new Batch(Tensors.zeros(2), Tensors.zeros(2), List.of(1, 1)), new float[] {0.5f, 0.25f});
                float seen = Tensors.floats(examples.state().get("norms"))[1];
                assertThat(seen).isEqualTo(memory == Memory.RESET ? 0.375f : 0.5f);
                examples.endEpoch(0.5, new SplittableRandom(2));
                probability.put(memory, Tensors.floats(examples.state().get("probabilities"))[0]);
            }
        }
        assertThat(probability.get(Memory.RESET)).isEqualTo(0.125f);
        assertThat(probability.get(Memory.CARRY)).isGreaterThan(0.3f);
    }

    @Test
    void firstEpochIsUniformWhateverTheNorms() {
        GradientNormSampler sampler = new GradientNormSampler(
                new Paths(Scope.ALL_CHOICES, null, null, null, 0), new Data(null, null, 0), null, null);
        try (Family family = Family.of(cells(), 1);
                GradientNormSampling sampling = start(sampler, family, 3, 4)) {
            put(sampling.state().get("paths/norms"), 0, 0, 3, 1, 0);
            put(sampling.state().get("examples/norms"), 9, 1, 0);
            sampling.stepDone(new StepReport(4, 8, 0.1, List.of()));
            assertThat(Tensors.floats(sampling.state().get("paths/probabilities")))
                    .containsOnly(0.2f);
            assertThat(Tensors.floats(sampling.state().get("examples/probabilities")))
                    .containsOnly((float) (1.0 / 3));
            put(sampling.state().get("paths/norms"), 0, 0, 3, 1, 0);
            sampling.stepDone(new StepReport(8, 8, 0.1, List.of()));
            assertThat(Tensors.floats(sampling.state().get("paths/probabilities")))
                    .containsExactly(0.1f, 0.1f, 0.475f, 0.225f, 0.1f);
        }
    }

    @Test
    void readsBackFromItsDocument() {
        GradientNormSampler sampler = new GradientNormSampler(
                new Paths(Scope.EACH_CHOICE, Reduction.MEAN, Read.BEFORE_CLIPPING, new TauSchedule.Step(2, 0.9), 0.1),
                new Data(Memory.CARRY, new TauSchedule.Cosine(), 0.1),
                Reweight.BOTH,
                10.0);
        assertThat(Json.parse(Json.writeLine(sampler), "sampler", Sampler.class))
                .isEqualTo(sampler);
        assertThat(Json.parse("{\"kind\": \"gradient-norm\", \"data\": {\"floor\": 0}}", "sampler", Sampler.class))
                .isEqualTo(new GradientNormSampler(
                        null, new Data(Memory.RESET, new TauSchedule.Linear(), 0), Reweight.NONE, null));
    }

    /** Norms are of the cross-entropy with the recipe's smoothing: of another loss they would be wrong without a word. */
    private static void assertOnlyLabels(Family family) {
        GradientNormSampler data = new GradientNormSampler(null, new Data(null, null, 0), null, null);
        GradientNormSampler noData =
                new GradientNormSampler(paths(Scope.EACH_CHOICE, Read.AFTER_CLIPPING), null, null, null);
        for (Criterion stated : List.of(new Labels(0.1), new SquaredError())) {
            assertThatThrownBy(() -> data.start(setup(family, stated, 0)))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("must have the criterion labels with the smoothing of train.labelSmoothing")
                    .hasMessageContaining("but members learn by " + stated + ". Set");
            noData.start(setup(family, stated, 0)).close();
        }
        for (double smoothing : new double[] {0, 0.1}) {
            data.start(setup(family, null, smoothing)).close();
            data.start(setup(family, Labels.HARD, smoothing)).close();
        }
    }

    private static Sampling.Setup setup(Family family, Criterion stated, double smoothing) {
        LossSettings loss =
                new LossSettings(stated, new Distillation.None(), smoothing, Regularisation.none(), Precision.FLOAT32);
        return new Sampling.Setup(family, loss, 2, 9, null, 1, 11);
    }

    @Test
    void whatCannotBeDrawnIsRefused() {
        assertThatThrownBy(() -> new GradientNormSampler(null, null, null, null))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("single-path");
        assertThatThrownBy(() -> new GradientNormSampler(null, new Data(null, null, 0), Reweight.PATH, null))
                .isInstanceOf(InputException.class);
        Paths joint = paths(Scope.ALL_CHOICES, Read.AFTER_CLIPPING);
        try (Family family = Family.of(TinyTraining.boundModel(), 1);
                Family text = TinyText.family(List.of());
                Family connected = Family.of(
                        new CellNetwork(
                                INPUT,
                                8,
                                2,
                                1,
                                1,
                                Collections.nCopies(6, CellOperation.NAS_BENCH_201),
                                true,
                                CellNetwork.Affine.NOWHERE,
                                true,
                                Initialisation.UNIFORM_FAN_IN),
                        1)) {
            assertThatThrownBy(() -> start(new GradientNormSampler(joint, null, null, null), family, 9, 1))
                    .hasMessageContaining("each-choice");
            assertThatThrownBy(
                            () -> start(new GradientNormSampler(null, new Data(null, null, 0), null, null), text, 9, 1))
                    .hasMessageContaining(
                            "but the model reads " + text.definition().input().description() + ". Give");
            assertThatThrownBy(() -> start(new GradientNormSampler(joint, null, Reweight.PATH, null), connected, 9, 1))
                    .hasMessageContaining("constraints");
            assertOnlyLabels(family);
            settings.distillation = new Distillation.Teacher("t", "m");
            assertThatThrownBy(() ->
                            start(new GradientNormSampler(null, new Data(null, null, 0), null, null), family, 9, 1))
                    .hasMessageContaining("distillation");
        }
    }
}
