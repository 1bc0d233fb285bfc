package dev.weft.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What the report says, against worlds of which the truth is known: members of normal quality, seen through normal noise by scores and by
 * trainings. Numbers are means over many worlds, so a wrong formula is seen and a lucky draw is not.
 */
class TrustSimulationTest {
    /** Members, with what nobody sees in practice. */
    private record World(List<Double> quality, Ranking ranking) {
        static World of(int members, double scoreNoise, double trainingNoise, int trainings, SplittableRandom random) {
            List<Double> quality = new ArrayList<>();
            List<String> names = new ArrayList<>();
            List<Double> scores = new ArrayList<>();
            List<List<Double>> truths = new ArrayList<>();
            for (int i = 0; i < members; i++) {
                double own = random.nextGaussian();
                quality.add(own);
                names.add("m" + i);
                scores.add(own + scoreNoise * random.nextGaussian());
                truths.add(IntStream.range(0, trainings)
                        .mapToObj(t -> own + trainingNoise * random.nextGaussian())
                        .toList());
            }
            return new World(quality, new Ranking(names, scores, truths));
        }
    }

    /** τ of normal values with noises a and b around the same quality: 2 asin(ρ) / π with ρ = 1 / √((1 + a²)(1 + b²)). */
    private static double tau(double a, double b) {
        return 2 * Math.asin(1 / Math.sqrt((1 + a * a) * (1 + b * b))) / Math.PI;
    }

    private static double mean(int worlds, Function<SplittableRandom, Double> number) {
        SplittableRandom random = new SplittableRandom(17);
        double sum = 0;
        for (int i = 0; i < worlds; i++) {
            sum += number.apply(new SplittableRandom(random.nextLong()));
        }
        return sum / worlds;
    }

    private static Bootstrap few(SplittableRandom random) {
        return new Bootstrap(200, 0.95, random.nextLong());
    }

    private static double tauOfTwo(World world, int[] kept) {
        Ranking best = world.ranking().only(kept);
        return RankCorrelation.kendall(best.training(0), best.training(1));
    }

    /** The best half as a third training sees it, τ between two others: known from one world of very many members. */
    @Test
    void theFloorOfTheBestHalfIsNotBiased() {
        World large = World.of(100_000, 1, 0.8, 3, new SplittableRandom(1));
        double truth = tauOfTwo(large, large.ranking().best(0.5, large.ranking().training(2)));
        double cutByItself =
                tauOfTwo(large, large.ranking().best(0.5, large.ranking().truths(t -> t < 2)));
        double found = mean(400, random -> NoiseFloor.of(
                        World.of(40, 1, 0.8, 3, random).ranking(),
                        0.5,
                        few(random).withResamples(100))
                .orElseThrow()
                .tau()
                .value());
        assertThat(found).isCloseTo(truth, within(0.02));
        assertThat(cutByItself).as("what cutting by the same trainings gives").isLessThan(truth - 0.1);
    }

    @Test
    void intervalsOfTheFloorAndOfTheDifferenceHoldTheTruthAboutAsOftenAsTheySay() {
        World large = World.of(100_000, 0.6, 0.8, 3, new SplittableRandom(2));
        int[] kept = large.ranking().best(0.5, large.ranking().training(2));
        double floorOfHalf = tauOfTwo(large, kept);
        double scoreOfHalf = RankCorrelation.kendall(
                large.ranking().only(kept).scores(), large.ranking().only(kept).training(0));
        int worlds = 300;
        int[] held = new int[4];
        mean(worlds, random -> {
            Ranking ranking = World.of(40, 0.6, 0.8, 3, random).ranking();
            NoiseFloor all = NoiseFloor.of(ranking, 1, few(random)).orElseThrow();
            NoiseFloor half = NoiseFloor.of(ranking, 0.5, few(random)).orElseThrow();
            held[0] += holds(all.tau(), tau(0.8, 0.8));
            held[1] += holds(all.difference(), tau(0.6, 0.8) - tau(0.8, 0.8));
            held[2] += holds(half.tau(), floorOfHalf);
            held[3] += holds(half.difference(), scoreOfHalf - floorOfHalf);
            return 0.0;
        });
        for (int count : held) {
            assertThat(count / (double) worlds).isBetween(0.90, 0.99);
        }
    }

    private static int holds(Estimate estimate, double truth) {
        return estimate.low() <= truth && truth <= estimate.high() ? 1 : 0;
    }

    private static double rate(Verdict verdict, int worlds, int members, double scoreNoise, double trainingNoise) {
        return mean(worlds, random -> {
            Ranking ranking =
                    World.of(members, scoreNoise, trainingNoise, 2, random).ranking();
            RankSettings settings = new RankSettings(List.of(1), few(random));
            NoiseFloor floor = NoiseFloor.of(ranking, 1, settings.bootstrap()).orElseThrow();
            RankQuality quality = RankQuality.of(ranking.scores(), ranking.truths(), settings);
            return Verdict.of(ranking, quality, floor, settings.margin()) == verdict ? 1.0 : 0;
        });
    }

    /** Scores whose τ is just the margin of 0.1 below that of a training: whoever says that they are as good is wrong. */
    @Test
    void scoresWorseByTheMarginAreSeldomCalledAsGoodAsTraining() {
        double training = 0.5;
        double score = 0.806;
        assertThat(tau(training, training) - tau(score, training)).isCloseTo(0.1, within(0.005));
        for (int members : List.of(30, 100, 300)) {
            assertThat(rate(Verdict.AT_FLOOR, 150, members, score, training))
                    .as(members + " members")
                    .isLessThanOrEqualTo(0.05);
        }
    }

    /** Scores that are a training: thirty members do not show it, a thousand do. */
    @Test
    void scoresAsGoodAsTrainingAreCalledSoOnlyWhereMembersShowIt() {
        assertThat(rate(Verdict.AT_FLOOR, 100, 30, 0.5, 0.5)).isLessThan(0.05);
        assertThat(rate(Verdict.NOT_DISTINGUISHABLE, 100, 30, 0.5, 0.5)).isGreaterThan(0.8);
        assertThat(rate(Verdict.AT_FLOOR, 20, 1000, 0.5, 0.5)).isGreaterThan(0.7);
    }

    private static double naive(World world) {
        return TopByScore.of(world.ranking().scores(), world.ranking().truths()).regret(1);
    }

    private static double crossFitted(World world) {
        return CrossFit.regrets(world.ranking(), new RankSettings(List.of(1), new Bootstrap(100, 0.95, 0)))
                .get(0)
                .loss()
                .value();
    }

    private static double trueRegret(World world) {
        return TopByScore.of(world.ranking().scores(), world.quality()).regret(1);
    }

    /** A perfect scorer has regret 0. Judged by what also chose, it is charged 0.85 standard deviations of a training. */
    @Test
    void aPerfectScorerIsNotChargedWithTheNoiseOfTraining() {
        double once = mean(2000, random -> naive(World.of(30, 0, 1, 1, random)));
        double crossed = mean(2000, random -> crossFitted(World.of(30, 0, 1, 2, random)));
        assertThat(once).isGreaterThan(0.8);
        assertThat(crossed).isLessThan(0);
    }

    /** The expectation of 4,000 worlds is what other members of the same kind would have given. */
    @Test
    void intervalsOfCrossFittedRegretHoldItsExpectationAboutAsOftenAsTheySay() {
        double expected = mean(4000, random -> crossFitted(World.of(30, 1, 1, 2, random)));
        double held = mean(300, random -> {
            Ranking ranking = World.of(30, 1, 1, 2, random).ranking();
            Estimate found = CrossFit.regrets(ranking, new RankSettings(List.of(1), few(random)))
                    .get(0)
                    .loss();
            return (double) holds(found, expected);
        });
        assertThat(held).isBetween(0.90, 1.0);
    }

    /** What one training would choose, judged by quality, against what scores choose: that is what is estimated, without bias. */
    @Test
    void crossFittedRegretIsThatAgainstChoosingByATrainingAndBracketsTheTruth() {
        for (double scoreNoise : List.of(0.3, 1.0, 3.0)) {
            double target = mean(4000, random -> {
                World world = World.of(30, scoreNoise, 1, 2, random);
                return TopByScore.of(world.ranking().scores(), world.ranking().training(0), world.quality())
                        .regret(1);
            });
            double found = mean(4000, random -> crossFitted(World.of(30, scoreNoise, 1, 2, random)));
            double charged = mean(4000, random -> naive(World.of(30, scoreNoise, 1, 2, random)));
            double truth = mean(4000, random -> trueRegret(World.of(30, scoreNoise, 1, 2, random)));
            assertThat(found).isCloseTo(target, within(0.06));
            assertThat(truth).isBetween(found, charged);
        }
    }
}
