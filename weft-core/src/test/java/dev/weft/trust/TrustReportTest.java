package dev.weft.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrustReportTest {
    /** Scores that see {@code truth} through noise; trainings likewise. */
    private static Ranking ranking(int members, double scoreNoise, double trainingNoise, int trainings, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> names = new ArrayList<>();
        List<Double> scores = new ArrayList<>();
        List<List<Double>> truths = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            double quality = random.nextGaussian();
            names.add("m" + i);
            scores.add(quality + scoreNoise * random.nextGaussian());
            truths.add(IntStream.range(0, trainings)
                    .mapToObj(t -> 80 + quality + trainingNoise * random.nextGaussian())
                    .toList());
        }
        return new Ranking(names, scores, truths);
    }

    private static TrustReport.Part all(Ranking ranking) {
        return TrustReport.of(ranking, RankSettings.of(0)).parts().get(0);
    }

    @Test
    void bestAreByTruthAndThoseThatTieWithTheLastAreAmongThem() {
        Ranking ranking = Ranking.of(List.of(9.0, 1.0, 8.0, 2.0, 7.0, 3.0), List.of(5.0, 4.0, 4.0, 4.0, 2.0, 1.0));
        assertThat(ranking.best(0.5).members()).containsExactly("#1", "#2", "#3", "#4");
        assertThat(ranking.best(0.1).members()).containsExactly("#1");
        assertThat(ranking.best(1).size()).isEqualTo(6);
    }

    @Test
    void aPartHasTheNumbersOfItsMembersAlone() {
        Ranking ranking = ranking(60, 1, 0, 1, 3);
        TrustReport report = TrustReport.of(ranking, RankSettings.of(0));
        Ranking half = ranking.best(0.5);
        assertThat(report.parts()).extracting(TrustReport.Part::name).containsExactly("all", "best half", "best tenth");
        assertThat(report.parts().get(1).quality())
                .isEqualTo(RankQuality.of(half.scores(), half.truths(), RankSettings.of(0)));
        assertThat(report.parts().get(2).quality().members()).isEqualTo(6);
        assertThat(report.curve().get(0).tau())
                .isEqualTo(report.parts().get(0).quality().tau());
    }

    @Test
    void theFloorIsTauBetweenTrainingsAndScoresAreComparedWithSingleOnes() {
        Ranking ranking = ranking(30, 0.5, 0.5, 3, 4);
        NoiseFloor floor = all(ranking).floor();
        double between = 0;
        double withScores = 0;
        for (int i = 0; i < 3; i++) {
            withScores += RankCorrelation.kendall(ranking.scores(), ranking.training(i)) / 3;
            for (int j = 0; j < i; j++) {
                between += RankCorrelation.kendall(ranking.training(i), ranking.training(j)) / 3;
            }
        }
        assertThat(floor.tau().value()).isCloseTo(between, within(1e-12));
        assertThat(floor.scoreTau().value()).isCloseTo(withScores, within(1e-12));
        assertThat(floor.difference().value()).isCloseTo(withScores - between, within(1e-12));
    }

    /** Each pair of trainings is compared on the half that the third has cut, counted out. */
    @Test
    void theFloorAmongTheBestIsCutByTheOtherTrainings() {
        Ranking ranking = ranking(40, 0.5, 0.7, 3, 4);
        double between = 0;
        double withScores = 0;
        for (int cuts = 0; cuts < 3; cuts++) {
            List<Double> cutting = ranking.training(cuts);
            double least = cutting.stream().sorted().toList().get(20);
            int[] kept =
                    IntStream.range(0, 40).filter(i -> cutting.get(i) >= least).toArray();
            assertThat(kept).hasSize(20);
            Ranking best = ranking.only(kept);
            int one = (cuts + 1) % 3;
            int two = (cuts + 2) % 3;
            between += RankCorrelation.kendall(best.training(one), best.training(two)) / 3;
            withScores += RankCorrelation.kendall(best.scores(), best.training(one)) / 6;
            withScores += RankCorrelation.kendall(best.scores(), best.training(two)) / 6;
        }
        NoiseFloor floor =
                TrustReport.of(ranking, RankSettings.of(0)).parts().get(1).floor();
        assertThat(floor.tau().value()).isCloseTo(between, within(1e-12));
        assertThat(floor.scoreTau().value()).isCloseTo(withScores, within(1e-12));
    }

    @Test
    void twoTrainingsGiveNoFloorAmongTheBestAndItIsSaidWhy() {
        TrustReport twice = TrustReport.of(ranking(60, 0.5, 0.5, 2, 1), RankSettings.of(0));
        assertThat(twice.parts().get(0).floor()).isNotNull();
        assertThat(twice.parts().get(0).noFloor()).isNull();
        for (TrustReport.Part part : twice.parts().subList(1, 3)) {
            assertThat(part.floor()).isNull();
            assertThat(part.noFloor()).contains("that takes three trainings");
        }
        assertThat(twice.conclusions()).contains(twice.parts().get(1).noFloor());
        TrustReport thrice = TrustReport.of(ranking(60, 0.5, 0.5, 3, 1), RankSettings.of(0));
        assertThat(thrice.parts()).allMatch(part -> part.floor() != null && part.noFloor() == null);
        assertThat(thrice.conclusions()).noneMatch(sentence -> sentence.contains("takes three trainings"));
    }

    /** Members with trainings (1, 3) and (10, 10): variances 2 and 0. */
    @Test
    void noiseOfTrainingIsPooledOverMembers() {
        Ranking ranking =
                new Ranking(List.of("a", "b"), List.of(1.0, 2.0), List.of(List.of(1.0, 3.0), List.of(10.0, 10.0)));
        assertThat(NoiseFloor.of(ranking, 1, Bootstrap.of(0)).orElseThrow().standardDeviation())
                .isCloseTo(1, within(1e-12));
    }

    /** 0.817 + 0.8035 + 0.808 and the same in another order differ by their rounding, which would decide who is better. */
    @Test
    void meansOfEqualSumsTie() {
        List<Double> parts = List.of(0.817, 0.8035, 0.808);
        List<Double> reversed = List.of(0.808, 0.8035, 0.817);
        List<Double> others = List.of(0.8095, 0.8095, 0.8095);
        List<Double> truths =
                new Ranking(List.of("a", "b", "c"), List.of(1.0, 2.0, 3.0), List.of(parts, reversed, others)).truths();
        assertThat(Set.copyOf(truths)).containsExactly(0.8095);
        assertThat(Ranking.mean(List.of(3e-10)))
                .as("small numbers keep their digits")
                .isEqualTo(3e-10);
        assertThat(Ranking.mean(List.of(1e300))).isEqualTo(1e300);
    }

    @Test
    void everyVerdictHasItsCase() {
        assertThat(all(ranking(40, 0.3, 0, 1, 1)).verdict()).isEqualTo(Verdict.BETTER_THAN_CHANCE);
        assertThat(all(ranking(40, 1e6, 0, 1, 1)).verdict()).isEqualTo(Verdict.CHANCE);
        Ranking good = ranking(40, 0.3, 0, 1, 1);
        assertThat(all(Ranking.of(good.scores().stream().map(s -> -s).toList(), good.truths()))
                        .verdict())
                .isEqualTo(Verdict.REVERSED);
        assertThat(all(ranking(60, 1.5, 0.1, 2, 1)).verdict()).isEqualTo(Verdict.BELOW_FLOOR);
        assertThat(all(ranking(60, 0.5, 0.5, 2, 1)).verdict()).isEqualTo(Verdict.NOT_DISTINGUISHABLE);
        assertThat(all(ranking(1000, 0.5, 0.5, 2, 1)).verdict()).isEqualTo(Verdict.AT_FLOOR);
        assertThat(all(ranking(300, 0.02, 1, 2, 1)).verdict()).isEqualTo(Verdict.ABOVE_FLOOR);
        assertThat(all(ranking(4, 0.1, 0, 1, 1)).verdict()).isEqualTo(Verdict.TOO_FEW);
        assertThat(all(Ranking.of(List.of(1.0, 1.0, 1.0), List.of(1.0, 2.0, 3.0)))
                        .verdict())
                .isEqualTo(Verdict.ALL_TIE);
        assertThat(all(Ranking.of(List.of(1.0, 2.0, 3.0), List.of(1.0, 1.0, 1.0)))
                        .verdict())
                .isEqualTo(Verdict.ALL_TIE);
    }

    /** Scores that fit the mean of two trainings, which themselves have nothing in common. */
    @Test
    void whereTrainingsDoNotAgreeNoRankingIsClaimed() {
        SplittableRandom random = new SplittableRandom(2);
        List<String> names = new ArrayList<>();
        List<Double> scores = new ArrayList<>();
        List<List<Double>> truths = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            double first = random.nextDouble();
            double second = random.nextDouble();
            names.add("m" + i);
            truths.add(List.of(first, second));
            scores.add(first + second);
        }
        TrustReport report = TrustReport.of(new Ranking(names, scores, truths), RankSettings.of(0));
        assertThat(report.parts().get(0).quality().tau().value()).isEqualTo(1);
        assertThat(report.parts().get(0).verdict()).isEqualTo(Verdict.NOISE);
        assertThat(report.parts().get(0).sentence()).contains("no ranking is claimed");
        assertThat(report.conclusions().get(0)).contains("training itself does not tell these members apart");
    }

    @Test
    void sentencesSayWhatTheyRestOn() {
        TrustReport report = TrustReport.of(List.of(1.0, 2.0, 3.0, 4.0), List.of(1.0, 3.0, 2.0, 4.0), 0);
        assertThat(report.conclusions().get(0))
                .isEqualTo(
                        "There are too few members to conclude anything. Give five or more; thirty say a good deal.");
        assertThat(report.parts().get(0).sentence())
                .isEqualTo(
                        "Among all 4 members there are too few to say anything about their order: even a perfect order"
                                + " of four happens by chance once in 24 times.");
        assertThat(report.parts().get(2).quality().members()).isEqualTo(1);
        assertThat(report.parts().get(2).verdict()).isEqualTo(Verdict.TOO_FEW);
    }

    @Test
    void oneTruthAMemberSaysThatNoFloorIsKnown() {
        assertThat(TrustReport.of(ranking(20, 0.3, 0, 1, 1), RankSettings.of(0)).conclusions())
                .anyMatch(sentence -> sentence.startsWith("No noise floor is known"));
        assertThat(TrustReport.of(ranking(20, 0.3, 0.3, 2, 1), RankSettings.of(0))
                        .conclusions())
                .noneMatch(sentence -> sentence.startsWith("No noise floor is known"));
    }

    @Test
    void partsOfOneAreShownInHundredths() {
        Ranking parts = Ranking.of(List.of(1.0, 2.0, 3.0), List.of(0.5, 0.75, 1.0));
        assertThat(parts.inPoints().truths()).containsExactly(50.0, 75.0, 100.0);
        Ranking percent = Ranking.of(List.of(1.0, 2.0, 3.0), List.of(0.5, 75.0, 1.0));
        assertThat(percent.inPoints()).isEqualTo(percent);
        assertThat(parts.ofLosses().truths()).containsExactly(-0.5, -0.75, -1.0);
    }

    @Test
    void theSameMembersAndSeedGiveTheSameReport() {
        assertThat(TrustReport.of(ranking(50, 1, 0.5, 2, 9), RankSettings.of(5)))
                .isEqualTo(TrustReport.of(ranking(50, 1, 0.5, 2, 9), RankSettings.of(5)));
    }
}
