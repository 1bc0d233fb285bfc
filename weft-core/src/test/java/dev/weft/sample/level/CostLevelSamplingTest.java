package dev.weft.sample.level;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.cost.CostLevels;
import dev.weft.cost.ExpectedCost;
import dev.weft.data.Batch;
import dev.weft.data.Batches;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.loss.Distillation;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.ops.TensorAssert;
import dev.weft.ops.Tensors;
import dev.weft.optim.Optimizer;
import dev.weft.recipe.TrainSettings;
import dev.weft.sample.Note;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.space.Member;
import dev.weft.step.Step;
import dev.weft.step.Update;
import dev.weft.train.TinyTraining;
import dev.weft.train.TrainingStep;
import dev.weft.weight.Reading;
import dev.weft.weight.Sharing;
import dev.weft.weight.generator.GeneratedWeights;
import dev.weft.weight.generator.MemberGenerator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Checks 4 to 8 and 14 of ShiftNAS, and what a sampling of cost levels draws and keeps. */
class CostLevelSamplingTest {
    private static final int LEVELS = 4;
    private static final Optimizer ADAM = new Optimizer.Adam(1e-3, 0.9, 0.999, 1e-8, 0);

    private static final Optimizer SIMULATED = new Optimizer.Adam(0.02, 0.9, 0.999, 1e-8, 0);

    private final Family family = Family.of(
            TinyTraining.boundModel(), 3, List.of(new MemberGenerator("macs", 16, null, MemberGenerator.View.SLICE)));
    private final Batch batch = TinyTraining.batch(8, 4);
    private final TrainSettings train = train();

    private static TrainSettings train() {
        TinyTraining.Settings settings = TinyTraining.settings();
        settings.epochs = 10;
        settings.distillation = new Distillation.None();
        return settings.build();
    }

    @AfterEach
    void close() {
        family.close();
    }

    private static LevelDistribution.Learned learned(int interval, double startEpochs, LevelDistribution.Mode mode) {
        return new LevelDistribution.Learned(ADAM, interval, startEpochs, mode, null, 0.2);
    }

    private static CostLevelSampler sampler(LevelDistribution distribution, LevelMembers members) {
        return new CostLevelSampler("macs", new CostLevelSampler.Levels(LEVELS, null), distribution, members, 1);
    }

    private CostLevelSampling start(LevelDistribution distribution, LevelMembers members) {
        Batches heldOut = new Batches() {
            @Override
            public long stepsPerEpoch() {
                return 1;
            }

            @Override
            public Batch batch(long step) {
                return TinyTraining.batch(8, 100 + step);
            }
        };
        return sampler(distribution, members)
                .start(new Sampling.Setup(family, train.loss(), train.epochs(), 32, heldOut, 4, 1));
    }

    private static LevelMembers generator() {
        return new LevelMembers.Generator(30, ADAM);
    }

    /** One whole update of weights and generator. */
    private void train(CostLevelSampling sampling, TrainingStep step, long number) {
        try (PointerScope scope = new PointerScope()) {
            List<TrainingMember> draws = sampling.draw(number - 1, batch, new SplittableRandom(number));
            step.run(batch, draws, 0.05, number, 1, List.of(sampling));
        }
    }

    private static Update levels(CostLevelSampling sampling) {
        return sampling.updates().stream()
                .filter(update -> update.name().equals("levels"))
                .findFirst()
                .orElseThrow();
    }

    /** The update of the levels after a step of the rest. */
    private static void done(CostLevelSampling sampling, long step) {
        levels(sampling).step(new Step(step - 1, 4, List.of(), 0.05, null, List::of, List.of()));
    }

    private Map<String, float[]> weights() {
        Map<String, float[]> values = new LinkedHashMap<>();
        family.weights().tensors().forEach((name, tensor) -> values.put(name, Tensors.floats(tensor)));
        return values;
    }

    private static void assertSame(Map<String, float[]> actual, Map<String, float[]> expected) {
        actual.forEach((name, values) -> assertThat(values).as(name).isEqualTo(expected.get(name)));
    }

    @Test
    void gradientOfTheSurrogateIsItsFormulaAndSumsToZero() {
        double[] changes = {-0.7, 0.2, 0.05, -0.1, 1.3};
        try (LevelLogits logits = new LevelLogits(5, ADAM);
                PointerScope scope = new PointerScope()) {
            set(logits, 0.3f, -1, 0.7f, 0, 2);
            List<Double> p = logits.probabilities();
            double mean = 0;
            for (int k = 0; k < 5; k++) {
                mean += p.get(k) * changes[k];
            }
            float[] gradient = Tensors.floats(logits.surrogate(changes));
            double sum = 0;
            for (int k = 0; k < 5; k++) {
                assertThat((double) gradient[k]).isCloseTo(p.get(k) * (changes[k] - mean), within(1e-6));
                sum += gradient[k];
            }
            assertThat(sum).isCloseTo(0, within(1e-6));
        }
    }

    private static void set(LevelLogits logits, float... values) {
        try (NoGradGuard guard = new NoGradGuard()) {
            logits.tensor().copy_(Tensor.create(values, values.length));
        }
    }

    @Test
    void aLevelWhoseLossFellBecomesLikelierAndTheOthersLess() {
        try (LevelLogits logits = new LevelLogits(3, ADAM)) {
            logits.step(new double[] {-1, 0, 0});
            float[] values = Tensors.floats(logits.tensor());
            assertThat(values[0]).isPositive();
            assertThat(values[1]).isNegative().isEqualTo(values[2]);
            List<Double> p = logits.probabilities();
            assertThat(p.get(0)).isGreaterThan(1 / 3.0);
            assertThat(p.get(1)).isLessThan(1 / 3.0);
        }
    }

    @Test
    void equalChangesMoveNothing() {
        try (LevelLogits logits = new LevelLogits(3, ADAM)) {
            set(logits, 0.4f, -0.2f, 0.1f);
            for (double change : new double[] {-0.1, 0.3, 1e6 / 3}) {
                logits.step(new double[] {change, change, change});
            }
            float[] values = Tensors.floats(logits.tensor());
            assertThat(values).containsExactly(new float[] {0.4f, -0.2f, 0.1f}, within(1e-7f));
        }
    }

    @Test
    void drawsFollowTheProbabilities() {
        try (LevelLogits logits = new LevelLogits(5, ADAM)) {
            SplittableRandom random = new SplittableRandom(9);
            int[] counts = new int[5];
            for (int i = 0; i < 20_000; i++) {
                counts[logits.draw(random)]++;
            }
            for (int count : counts) {
                assertThat(count / 20_000.0).isCloseTo(0.2, within(0.01));
            }
            set(logits, 0, 0, 2, 0, 0);
            int third = 0;
            for (int i = 0; i < 5_000; i++) {
                third += logits.draw(random) == 2 ? 1 : 0;
            }
            assertThat(third / 5_000.0).isCloseTo(logits.probabilities().get(2), within(0.03));
        }
    }

    /** The literal gradient is compared with the softmax's own derivative with the same noise. */
    @Test
    void slopesReachTheLogitsThroughTheTargetOfTheDrawnLevel() {
        double[] targets = {0.1, 0.5, 0.9};
        try (LevelLogits logits = new LevelLogits(3, ADAM);
                PointerScope scope = new PointerScope()) {
            set(logits, 0.2f, -0.3f, 0.5f);
            float[] gradient = Tensors.floats(logits.pathwise(List.of(new LevelLogits.Slope(17, -2)), targets));
            Tensor leaf = logits.tensor().detach().clone().set_requires_grad(true);
            new dev.weft.weight.blend.SimplexMap.GumbelSoftmax(new dev.weft.weight.blend.Temperature(1, 1))
                    .map(leaf, 17, 1)
                    .mul(Tensor.create(0.1f, 0.5f, 0.9f))
                    .sum()
                    .mul(new Scalar(-2))
                    .backward();
            TensorAssert.assertThat(Tensor.create(gradient, 3)).isCloseTo(leaf.grad(), 1e-6);
            assertThat(gradient[2])
                    .as("dearer lowers the loss more than before")
                    .isNegative();
            assertThat(gradient[0]).isPositive();
        }
    }

    @Test
    void equalWeightsGiveExactlyNoGradientInBothModes() {
        try (LevelLosses losses = new LevelLosses(family, train.loss());
                LevelLogits logits = new LevelLogits(LEVELS, ADAM);
                PointerScope scope = new PointerScope()) {
            GeneratedWeights generated = family.strategy(GeneratedWeights.class).orElseThrow();
            double[] changes = new double[LEVELS];
            for (int k = 0; k < LEVELS; k++) {
                Member member = generated.draw(0.2 * k, k).member();
                changes[k] = losses.change(generated.plain(member), batch);
                assertThat(changes[k]).isZero();
                assertThat(losses.slopeChange(member, 1, batch)).isZero();
            }
            TensorAssert.assertThat(logits.surrogate(changes)).isAllZero();
            TensorAssert.assertThat(
                            logits.pathwise(List.of(new LevelLogits.Slope(3, 0)), new double[] {0, 0.3, 0.6, 1}))
                    .isAllZero();
            try (NoGradGuard guard = new NoGradGuard()) {
                family.weights().tensors().get("classifier.weight").mul_(new Scalar(1.5));
            }
            Member member = generated.draw(0.5, 1).member();
            assertThat(losses.change(generated.plain(member), batch)).isNotZero();
            assertThat(losses.slopeChange(member, 1, batch)).isNotZero();
        }
    }

    @ParameterizedTest
    @EnumSource(LevelDistribution.Mode.class)
    void logitsMoveBetweenTrainingStepsAndTheRestDuringThem(LevelDistribution.Mode mode) {
        try (CostLevelSampling sampling = start(learned(2, 0, mode), generator());
                TrainingStep step = trainingStep(sampling)) {
            Tensor logits = levels(sampling).state().get("logits");
            for (long number = 1; number <= 6; number++) {
                float[] before = Tensors.floats(logits);
                Map<String, float[]> fresh = weights();
                train(sampling, step, number);
                assertThat(Tensors.floats(logits)).isEqualTo(before);
                Map<String, float[]> trained = weights();
                assertThat(trained.get("classifier.bias")).isNotEqualTo(fresh.get("classifier.bias"));
                assertThat(trained.get("generator.embed.weight")).isNotEqualTo(fresh.get("generator.embed.weight"));
                done(sampling, number);
                assertSame(weights(), trained);
                family.weights()
                        .tensors()
                        .forEach((name, tensor) ->
                                assertThat(tensor.grad().defined()).as(name).isFalse());
                if (number % 2 == 0) {
                    assertThat(Tensors.floats(logits)).isNotEqualTo(before);
                } else {
                    assertThat(Tensors.floats(logits)).isEqualTo(before);
                }
            }
        }
    }

    /** The updates of the weights and of the generator: {@link #done} runs that of the levels. */
    private TrainingStep trainingStep(CostLevelSampling sampling) {
        Sampling withoutLevels = new Sampling() {
            @Override
            public List<TrainingMember> draw(long step, Batch first, RandomGenerator random) {
                return sampling.draw(step, first, random);
            }

            @Override
            public Tensor penalty(TrainingMember draw, Reading reading) {
                return sampling.penalty(draw, reading);
            }

            @Override
            public List<Update> updates() {
                return sampling.updates().stream()
                        .filter(update -> update != levels(sampling))
                        .toList();
            }
        };
        return new TrainingStep(family, train, dev.weft.nn.BatchStatistics.INSTANCE, null, withoutLevels, 0);
    }

    @Test
    void logitsRestUntilTheirFirstEpoch() {
        try (CostLevelSampling sampling = start(learned(1, 2, LevelDistribution.Mode.SURROGATE), generator());
                TrainingStep step = trainingStep(sampling)) {
            Tensor logits = levels(sampling).state().get("logits");
            for (long number = 1; number <= 9; number++) { // an epoch has four
                train(sampling, step, number);
                done(sampling, number);
                if (number <= 8) {
                    TensorAssert.assertThat(logits).isAllZero();
                }
            }
            assertThat(Tensors.floats(logits)).isNotEqualTo(new float[LEVELS]);
        }
    }

    @Test
    void lossesAreComparedWithTheWeightsOfExactlyOneIntervalBefore() {
        int interval = 3;
        try (CostLevelSampling sampling = start(learned(interval, 0, LevelDistribution.Mode.SURROGATE), generator());
                TrainingStep step = trainingStep(sampling)) {
            Map<Long, Map<String, float[]>> history = new LinkedHashMap<>();
            history.put(0L, weights());
            for (long number = 1; number <= 9; number++) {
                train(sampling, step, number);
                history.put(number, weights());
                if (number % interval == 0) {
                    Map<String, float[]> then = history.get(number - interval);
                    levels(sampling).state().forEach((name, tensor) -> {
                        if (name.startsWith("before/")) {
                            assertThat(Tensors.floats(tensor))
                                    .as(name)
                                    .isEqualTo(then.get(name.substring("before/".length())));
                        }
                    });
                }
                done(sampling, number);
            }
            assertThat(levels(sampling).state().keySet().stream().filter(name -> name.startsWith("before/")))
                    .hasSize((int) family.weights().tensors().keySet().stream()
                            .filter(name -> !name.startsWith(GeneratedWeights.PARAMETERS))
                            .count());
        }
    }

    @Test
    void rejectionAndTableGiveMembersOfTheLevelThatWasDrawn() {
        ExpectedCost cost = ExpectedCost.of(family.plan()).get("macs");
        for (LevelMembers members :
                List.of(new LevelMembers.Rejection(5000), new LevelMembers.ConditionalTable(2000, 200))) {
            try (CostLevelSampling sampling = start(new LevelDistribution.Uniform(), members)) {
                CostLevels levels = sampling.levels();
                int[] counts = new int[LEVELS];
                for (int step = 0; step < 400; step++) {
                    TrainingMember draw = sampling.draw(step, batch, new SplittableRandom(step))
                            .get(0);
                    assertThat(family.space().contains(draw.member())).isTrue();
                    assertThat(sampling.penalty(draw, Reading.of(draw.member())))
                            .isNull();
                    counts[levels.of(cost.exact(draw.member()))]++;
                }
                for (int k = 0; k < LEVELS; k++) {
                    assertThat(counts[k] / 400.0).isCloseTo(0.25, within(0.08));
                    assertThat(sampling.record().trained(k)).isEqualTo(counts[k]);
                    assertThat(sampling.record().distinct(k)).isPositive();
                }
                assertThat(sampling.record().hitRate()).isEqualTo(1);
                assertThat(sampling.measures()).containsEntry("level2.probability", 0.25);
            }
        }
    }

    @Test
    void theRecordCountsMissesMembersOutsideAndDifferentMembers() {
        CostLevels levels = CostLevels.between(0, 40, 4);
        Member a = family.space().smallest();
        Member b = family.space().largest();
        try (LevelRecord record = new LevelRecord(levels)) {
            record.note(0, a, 5); // hit
            record.note(0, a, 15); // next level: a hit
            record.note(0, b, 25); // two levels off
            record.note(3, b, 41); // outside, of the last level
            record.note(3, a, 35);
            assertThat(record.trained(3)).isEqualTo(2);
            assertThat(record.distinct(3)).isEqualTo(2);
            assertThat(record.distinct(1)).isEqualTo(1);
            assertThat(record.outside()).isEqualTo(1);
            assertThat(record.hitRate()).isEqualTo(0.8);
            Map<String, Double> noted = record.notes().stream().collect(Collectors.toMap(Note::name, Note::value));
            assertThat(noted).containsEntry("level4.hits", 1.0).containsEntry("level1.trained", 1.0);
            assertThat(noted.get("level1.hits")).isCloseTo(2 / 3.0, within(1e-6));
            for (int i = 0; i < LevelRecord.LATEST; i++) {
                record.note(2, b, 25);
            }
            assertThat(record.distinct(3)).as("long ago").isZero();
            assertThat(record.distinct(2)).isEqualTo(1);
            assertThat(record.trained(2)).isEqualTo(LevelRecord.LATEST + 1);
        }
    }

    /**
     * In a simulation where level k has the loss exp(-rate · visits): learning saves the visits that even drawing spends on levels
     * that gain nothing.
     */
    @Test
    void learnedLevelsLeaveLessLossThanEvenOnesWhereFewLevelsGain() {
        double[] rates = {0.004, 0.002, 1e-5, 1e-5, 1e-5};
        double even = totalLoss(rates, null, 2000);
        assertThat(totalLoss(rates, SIMULATED, 2000)).isLessThan(0.95 * even);
    }

    /**
     * Not everywhere: a level that is seldom drawn does not fall, whatever it could gain, so that a level which learns at once draws
     * visits away from those that would learn later.
     */
    @Test
    void learnedLevelsLeaveMoreLossWhereTheFastOnesAreSoonDone() {
        double[] rates = {0.05, 0.02, 0.004, 0.001, 0.0005};
        assertThat(totalLoss(rates, SIMULATED, 3000)).isGreaterThan(1.05 * totalLoss(rates, null, 3000));
    }

    private static double totalLoss(double[] rates, Optimizer optimizer, int visits) {
        double[] seen = new double[rates.length];
        double[] before = new double[rates.length];
        java.util.Arrays.fill(before, 1);
        SplittableRandom random = new SplittableRandom(4);
        try (LevelLogits logits = new LevelLogits(rates.length, optimizer)) {
            for (int visit = 1; visit <= visits; visit++) {
                seen[logits.draw(random)]++;
                if (visit % 20 == 0 && optimizer != null) {
                    double[] changes = new double[rates.length];
                    for (int k = 0; k < rates.length; k++) {
                        double now = Math.exp(-rates[k] * seen[k]);
                        changes[k] = now - before[k];
                        before[k] = now;
                    }
                    logits.step(changes);
                }
            }
        }
        double sum = 0;
        for (int k = 0; k < rates.length; k++) {
            sum += Math.exp(-rates[k] * seen[k]);
        }
        return sum;
    }

    @Test
    void settingsReadBackAndMistakesAreNamed() {
        for (CostLevelSampler sampler : List.of(
                sampler(new LevelDistribution.Uniform(), new LevelMembers.Rejection(10)),
                sampler(learned(100, 50, LevelDistribution.Mode.PATHWISE), generator()),
                sampler(new LevelDistribution.Uniform(), new LevelMembers.ConditionalTable(10, 5)))) {
            assertThat(Json.parse(Json.writeLine(sampler), "sampler", Sampler.class))
                    .isEqualTo(sampler);
        }
        assertThatThrownBy(() -> sampler(learned(1, 0, LevelDistribution.Mode.PATHWISE), new LevelMembers.Rejection(1)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("surrogate");
        assertThatThrownBy(() -> new CostLevelSampler.Levels(3, 0.1)).isInstanceOf(InputException.class);
        CostLevelSampler latency = new CostLevelSampler(
                "latency",
                new CostLevelSampler.Levels(3, null),
                new LevelDistribution.Uniform(),
                new LevelMembers.Rejection(1),
                1);
        Sampling.Setup setup = new Sampling.Setup(family, train.loss(), train.epochs(), 32, null, 4, 1);
        assertThatThrownBy(() -> latency.start(setup))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("macs");
        try (Family plain = Family.of(TinyTraining.boundModel(), 3)) {
            assertThatThrownBy(() -> sampler(new LevelDistribution.Uniform(), generator())
                            .start(new Sampling.Setup(plain, train.loss(), train.epochs(), 32, null, 4, 1)))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("kind: generator");
        }
        assertThatThrownBy(() -> start(learned(1, 10, LevelDistribution.Mode.SURROGATE), generator()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("startEpochs");
    }

    /** Who asks a generator for members needs one, and who has one needs a sampler that asks it. */
    @Test
    void generatorAndWhoAsksItComeTogether() {
        List<Sharing> generator = List.of(new MemberGenerator("macs", 16, null, MemberGenerator.View.SLICE));
        CostLevelSampler asking = sampler(new LevelDistribution.Uniform(), generator());
        asking.requireFits(generator, false);
        assertThatThrownBy(() -> asking.requireFits(List.of(), false))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("Cost levels with members of a generator must have a generator in the sharing");
        assertThatThrownBy(() -> new Sampler.Sandwich(1).requireFits(generator, false))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("exactly where its sampler asks one for members");
    }
}
