package dev.weft.sample.attentive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.cost.CostLevels;
import dev.weft.cost.CountedCosts;
import dev.weft.criterion.Losses;
import dev.weft.data.Batch;
import dev.weft.io.InputException;
import dev.weft.io.Json;
import dev.weft.loss.Distillation;
import dev.weft.loss.Role;
import dev.weft.loss.TrainingMember;
import dev.weft.model.Family;
import dev.weft.nn.BatchStatistics;
import dev.weft.nn.Pass;
import dev.weft.sample.Sampler;
import dev.weft.sample.Sampling;
import dev.weft.sample.attentive.AttentiveSampler.Pick;
import dev.weft.sample.attentive.AttentiveSampler.Prior;
import dev.weft.sample.level.CostLevelSampler;
import dev.weft.space.Member;
import dev.weft.train.TinyTraining;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

class AttentiveSamplingTest {
    private static final int LEVELS = 3;

    private static AttentiveSampler sampler(Prior prior, Pick pick, int candidates, boolean sandwich) {
        return new AttentiveSampler(
                "macs", new CostLevelSampler.Levels(LEVELS, null), prior, pick, candidates, 500, 100, 1, sandwich);
    }

    private static AttentiveSampling start(AttentiveSampler sampler, Family family) {
        TinyTraining.Settings settings = TinyTraining.settings();
        settings.distillation = new Distillation.None();
        settings.sampler = sampler;
        return sampler.start(new Sampling.Setup(
                family, settings.build().loss(), settings.build().epochs(), 72, null, 4, 7));
    }

    private static double loss(Family family, Member member, Batch batch) {
        try (PointerScope scope = new PointerScope()) {
            return Losses.labels(
                            family.forward(batch.inputs().only(), new Pass(member, BatchStatistics.INSTANCE, 0, 0)),
                            batch.labels(),
                            0)
                    .item_double();
        }
    }

    /** The same random numbers give the same candidates of the same level, so that the two picks bracket every one. */
    @Test
    void bestUpTrainsTheLowestLossOfALevelAndWorstUpTheHighest() {
        try (PointerScope scope = new PointerScope();
                Family family = Family.of(TinyTraining.boundModel(), 1);
                AttentiveSampling best = start(sampler(Prior.UNIFORM, Pick.BEST_UP, 5, false), family);
                AttentiveSampling worst = start(sampler(Prior.UNIFORM, Pick.WORST_UP, 5, false), family);
                AttentiveSampling first = start(sampler(Prior.UNIFORM, Pick.BEST_UP, 1, false), family)) {
            Batch batch = TinyTraining.batch(16, 1);
            int differ = 0;
            for (int seed = 0; seed < 20; seed++) {
                Member low = only(best, batch, seed);
                Member high = only(worst, batch, seed);
                Member any = only(first, batch, seed);
                double middle = loss(family, any, batch);
                assertThat(loss(family, low, batch)).isLessThanOrEqualTo(middle);
                assertThat(loss(family, high, batch)).isGreaterThanOrEqualTo(middle);
                differ += low.equals(high) ? 0 : 1;
            }
            assertThat(differ).isGreaterThan(10);
            family.weights().tensors().values().forEach(weight -> assertThat(
                            weight.grad().defined())
                    .isFalse());
        }
    }

    private static Member only(AttentiveSampling sampling, Batch batch, long seed) {
        List<TrainingMember> draws = sampling.draw(0, batch, new SplittableRandom(seed));
        assertThat(draws).hasSize(1);
        return draws.get(0).member();
    }

    @Test
    void levelsAreDrawnByTheirPrior() {
        try (PointerScope scope = new PointerScope();
                Family family = Family.of(TinyTraining.boundModel(), 1);
                CountedCosts costs = new CountedCosts(family.definition())) {
            Batch batch = TinyTraining.batch(2, 1);
            CostLevels levels = CostLevels.between(
                    costs.of(family.space().smallest()).macs(),
                    costs.of(family.space().largest()).macs(),
                    LEVELS);
            Map<Prior, double[]> shares = new HashMap<>();
            for (Prior prior : Prior.values()) {
                double[] counts = new double[LEVELS];
                try (AttentiveSampling sampling = start(sampler(prior, Pick.BEST_UP, 1, false), family)) {
                    for (int i = 0; i < 600; i++) {
                        Member member = only(sampling, batch, i);
                        counts[levels.of(costs.of(member).macs())] += 1 / 600.0;
                    }
                    assertThat(sampling.measures().get("hits")).isGreaterThan(0.95);
                }
                shares.put(prior, counts);
            }
            double[] measured = new double[LEVELS];
            SplittableRandom random = new SplittableRandom(5);
            for (int i = 0; i < 2000; i++) {
                measured[levels.of(costs.of(family.space().sample(random)).macs())] += 1 / 2000.0;
            }
            assertThat(shares.get(Prior.UNIFORM))
                    .containsExactly(new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0}, within(0.08));
            assertThat(shares.get(Prior.MEASURED)).containsExactly(measured, within(0.08));
            assertThat(measured[0]).isGreaterThan(measured[2] + 0.15);
        }
    }

    @Test
    void sandwichAddsTheExtremesTheLargestFirst() {
        try (PointerScope scope = new PointerScope();
                Family family = Family.of(TinyTraining.boundModel(), 1);
                AttentiveSampling sampling = start(sampler(Prior.UNIFORM, Pick.WORST_UP, 2, true), family)) {
            assertThat(sampling.draw(0, TinyTraining.batch(4, 1), new SplittableRandom(1)))
                    .extracting(TrainingMember::role)
                    .containsExactly(Role.LARGEST, Role.SMALLEST, Role.RANDOM);
            assertThat(sampler(Prior.UNIFORM, Pick.WORST_UP, 2, true).drawsLargest())
                    .isTrue();
        }
    }

    @Test
    void readsBackAndRefusesWhatIsNotCounted() {
        AttentiveSampler sampler = sampler(Prior.MEASURED, Pick.WORST_UP, 3, true);
        assertThat(Json.parse(Json.writeLine(sampler), "sampler", Sampler.class))
                .isEqualTo(sampler);
        try (Family family = Family.ofShapes(TinyTraining.boundModel())) {
            AttentiveSampler other = new AttentiveSampler(
                    "mac", new CostLevelSampler.Levels(3, null), Prior.UNIFORM, Pick.BEST_UP, 3, 10, 10, 1, false);
            assertThatThrownBy(() -> start(other, family))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("macs");
        }
    }
}
