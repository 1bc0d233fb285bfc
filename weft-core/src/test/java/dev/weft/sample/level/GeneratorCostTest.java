package dev.weft.sample.level;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.cost.CostLevels;
import dev.weft.cost.CountedCosts;
import dev.weft.cost.ExpectedCost;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.model.FamilyDefinition;
import dev.weft.model.ImageInput;
import dev.weft.model.MobileCnn;
import dev.weft.model.MobileCnn.Block;
import dev.weft.model.MobileCnn.Stage;
import dev.weft.model.MobileCnn.Stem;
import dev.weft.nn.Activation;
import dev.weft.optim.Optimizer;
import dev.weft.sample.Sampling;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.step.MemberGradients;
import dev.weft.step.Step;
import dev.weft.train.TinyTraining;
import dev.weft.weight.Reading;
import dev.weft.weight.blend.SimplexMap;
import dev.weft.weight.blend.Temperature;
import dev.weft.weight.generator.GeneratedWeights;
import dev.weft.weight.generator.MemberGenerator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Checks 9, 11 and 12 of ShiftNAS: the generator and the cost of what it picks, without training a weight. */
class GeneratorCostTest {
    private static final int STEPS = 2500;
    private static final int DRAWS = 500; // a level; the standard deviation of a rate of 0.9 is 0.013
    private static final int LEVELS = 8;
    private static final double LAMBDA = 30;

    static MobileCnn model() {
        List<Double> one = List.of(1.0);
        List<Integer> kernels = List.of(3, 5);
        List<Integer> depths = List.of(1, 2, 3);
        return new MobileCnn(
                new ImageInput(1, 14, List.of(0.5), List.of(0.25), List.of("a", "b", "c")),
                List.of(14),
                new Stem(List.of(8), 1),
                List.of(
                        new Stage(Block.FUSED, List.of(4, 8, 12, 16), depths, kernels, one, 1, false),
                        new Stage(Block.FUSED, List.of(8, 16, 24, 32), depths, kernels, one, 2, false),
                        new Stage(Block.FUSED, List.of(16, 32, 48, 64), depths, kernels, one, 2, false)),
                List.of(),
                Activation.RELU,
                false);
    }

    private static CostLevelSampler sampler(LevelMembers members) {
        return new CostLevelSampler(
                "macs", new CostLevelSampler.Levels(LEVELS, null), new LevelDistribution.Uniform(), members, 1);
    }

    private static CostLevelSampling start(Family family) {
        return sampler(new LevelMembers.Generator(LAMBDA, new Optimizer.Adam(2e-3, 0.9, 0.999, 1e-8, 0)))
                .start(new Sampling.Setup(
                        family, TinyTraining.settings().build().loss(), 2, 100, null, STEPS, 1));
    }

    private static Family family() {
        return Family.of(
                model(),
                3,
                List.of(new MemberGenerator("macs", 64, new Temperature(1, 0.3), MemberGenerator.View.SLICE)));
    }

    private record Hits(Map<Integer, Double> rates, Map<Integer, Set<Member>> members) {}

    /** Members for each level, and the part of them that lies within one level of it. */
    private static Hits hits(Family family, ExpectedCost cost, CostLevels levels) {
        GeneratedWeights generated = family.strategy(GeneratedWeights.class).orElseThrow();
        double least = cost.exact(family.space().smallest());
        double range = cost.exact(family.space().largest()) - least;
        Map<Integer, Double> rates = new HashMap<>();
        Map<Integer, Set<Member>> members = new HashMap<>();
        for (int k = 0; k < levels.count(); k++) {
            int hit = 0;
            for (int seed = 0; seed < DRAWS; seed++) {
                try (PointerScope scope = new PointerScope()) {
                    Member member = generated
                            .draw((levels.centre(k) - least) / range, DRAWS * k + seed)
                            .plain();
                    hit += Math.abs(levels.of(cost.exact(member)) - k) <= 1 ? 1 : 0;
                    members.computeIfAbsent(k, level -> new HashSet<>()).add(member);
                }
            }
            rates.put(k, (double) hit / DRAWS);
        }
        return new Hits(rates, members);
    }

    private static double hitRate(Hits hits) {
        return hits.rates.values().stream().mapToDouble(r -> r).average().orElseThrow();
    }

    /** One step whose gradients are those that lie at the parameters. */
    private static Step step(Family family) {
        Map<String, Tensor> gradients = new HashMap<>();
        family.weights().tensors().forEach((name, tensor) -> {
            if (tensor.grad().defined()) {
                gradients.put(name, tensor.grad());
            }
        });
        MemberGradients found = new MemberGradients() {
            @Override
            public int count() {
                return 1;
            }

            @Override
            public Map<String, Tensor> all() {
                return gradients;
            }

            @Override
            public Alone alone(int member) {
                throw new AssertionError("nobody asks");
            }

            @Override
            public void trained(int member, double loss) {}
        };
        return new Step(0, 1, List.of(), 0.05, found, List::of, List.of());
    }

    @Test
    void trainedOnCostAloneItHitsNineTargetsOfTenInEveryLevel() {
        ExpectedCost cost = ExpectedCost.of(FamilyDefinition.of(model())).get("macs");
        try (Family family = family();
                CostLevelSampling sampling = start(family)) {
            CostLevels levels = sampling.levels();
            for (int k = 0; k < LEVELS; k++) { // every level can be reached
                Member member = levels.draw(k, family.space(), cost::exact, 100_000, new SplittableRandom(k));
                assertThat(levels.of(cost.exact(member))).isEqualTo(k);
            }
            assertThat(hitRate(hits(family, cost, levels))).isLessThan(0.6);
            for (int step = 0; step < STEPS; step++) {
                try (PointerScope scope = new PointerScope()) {
                    TrainingMember draw = sampling.draw(step, null, new SplittableRandom(step))
                            .get(0);
                    penalty(sampling, draw).backward();
                    sampling.updates().forEach(update -> update.step(step(family)));
                    family.weights().tensors().values().forEach(tensor -> tensor.mutable_grad()
                            .reset());
                }
            }
            Hits after = hits(family, cost, levels);
            after.rates.forEach((level, rate) ->
                    assertThat(rate).as("level " + level + " of " + after.rates).isGreaterThanOrEqualTo(0.9));
            after.members.forEach(
                    (level, members) -> assertThat(members).as("level " + level).hasSizeGreaterThan(2));
            assertThat(sampling.measures().get("hits")).isGreaterThan(0.7); // of the whole training
        }
    }

    /** One member for every target, wherever it lies, is near three levels at most. */
    @Test
    void aGeneratorThatDoesNotReadItsTargetFails() {
        ExpectedCost cost = ExpectedCost.of(FamilyDefinition.of(model())).get("macs");
        try (Family family = family();
                CostLevelSampling sampling = start(family);
                NoGradGuard guard = new NoGradGuard()) {
            family.weights().tensors().forEach((name, tensor) -> {
                if (name.equals(GeneratedWeights.PARAMETERS + "embed.weight")) {
                    tensor.select(1, 0).zero_();
                } else if (name.startsWith(GeneratedWeights.PARAMETERS + "heads") && name.endsWith("bias")) {
                    tensor.select(0, 1).add_(new Scalar(20)); // no noise moves it
                }
            });
            Hits constant = hits(family, cost, sampling.levels());
            assertThat(constant.members.values().stream().flatMap(Set::stream).distinct())
                    .hasSize(1);
            assertThat(hitRate(constant)).isLessThanOrEqualTo(3.0 / LEVELS);
        }
    }

    /** Multilinear and exact: what is added to the loss is that of the picked member's counted cost. */
    @Test
    void thePenaltyIsThatOfTheExactCost() {
        ExpectedCost cost = ExpectedCost.of(FamilyDefinition.of(model())).get("macs");
        try (Family family = family();
                CostLevelSampling sampling = start(family);
                CountedCosts counted = new CountedCosts(model());
                PointerScope scope = new PointerScope()) {
            GeneratedWeights generated = family.strategy(GeneratedWeights.class).orElseThrow();
            double least = cost.exact(family.space().smallest());
            double range = cost.exact(family.space().largest()) - least;
            for (int step = 0; step < 30; step++) {
                TrainingMember draw =
                        sampling.draw(step, null, new SplittableRandom(step)).get(0);
                double macs = counted.of(generated.plain(draw.member())).value("macs");
                double off = (macs - least) / range - GeneratedWeights.target(draw.member());
                assertThat(penalty(sampling, draw).item_double()).isCloseTo(LAMBDA * off * off, within(1e-4));
            }
            try (NoGradGuard guard = new NoGradGuard()) { // another target is another member, unless it is not read
                family.weights()
                        .tensors()
                        .get(GeneratedWeights.PARAMETERS + "embed.weight")
                        .select(1, 0)
                        .zero_();
            }
            double exact = (cost.exact(generated.draw(0, 7).plain()) - least) / range;
            TrainingMember exactly =
                    new TrainingMember(Role.RANDOM, generated.draw(exact, 7).member());
            TrainingMember beside = new TrainingMember(
                    Role.RANDOM, generated.draw(exact + 0.01, 7).member());
            assertThat(penalty(sampling, exactly).item_double()).isCloseTo(0, within(1e-9));
            assertThat(penalty(sampling, beside).item_double()).isCloseTo(LAMBDA * 1e-4, within(1e-6));
        }
    }

    /** Gradient of the squared distance to a target in the logits of soft choices, against finite differences. */
    @Test
    void gradientOfTheCostIsThatOfFiniteDifferences() {
        ExpectedCost cost = ExpectedCost.of(FamilyDefinition.of(model())).get("macs");
        MobileCnn model = model();
        double least = cost.exact(model.space().smallest());
        double range = cost.exact(model.space().largest()) - least;
        SplittableRandom random = new SplittableRandom(2);
        Map<Choice<?>, double[]> values = new LinkedHashMap<>();
        model.space()
                .choices()
                .forEach(choice -> values.put(
                        choice, random.doubles(choice.options().size(), -1, 1).toArray()));
        try (PointerScope scope = new PointerScope()) {
            Map<Choice<?>, Tensor> logits = new LinkedHashMap<>();
            values.forEach(
                    (choice, v) -> logits.put(choice, Tensor.create(v, v.length).set_requires_grad(true)));
            penalty(cost, logits, least, range).backward();
            values.forEach((choice, v) -> {
                for (int i = 0; i < v.length; i++) {
                    double[] slopes = new double[2];
                    for (int side = 0; side < 2; side++) {
                        double[] moved = v.clone();
                        moved[i] += side == 0 ? 1e-5 : -1e-5;
                        Map<Choice<?>, Tensor> other = new LinkedHashMap<>(logits);
                        other.put(choice, Tensor.create(moved, moved.length));
                        slopes[side] = penalty(cost, other, least, range).item_double();
                    }
                    double difference = (slopes[0] - slopes[1]) / 2e-5;
                    assertThat(logits.get(choice).grad().select(0, i).item_double())
                            .as(choice.name() + " " + i)
                            .isCloseTo(difference, within(1e-7 + 1e-5 * Math.abs(difference)));
                }
            });
        }
    }

    private static Tensor penalty(CostLevelSampling sampling, TrainingMember draw) {
        return sampling.penalty(draw, Reading.of(draw.member()).at(draw.temperature()));
    }

    private static Tensor penalty(ExpectedCost cost, Map<Choice<?>, Tensor> logits, double least, double range) {
        SimplexMap soft = new SimplexMap.GumbelSoftmax(null);
        return cost.expected(
                        choice -> soft.map(logits.get(choice), choice.name().hashCode(), 0.8))
                .sub(new Scalar(least + 0.37 * range))
                .div(new Scalar(range))
                .square();
    }
}
