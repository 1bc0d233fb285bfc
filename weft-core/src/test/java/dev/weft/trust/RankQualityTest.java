package dev.weft.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RankQualityTest {
    private static final List<Double> SCORES = List.of(5.0, 4.0, 3.0, 2.0, 1.0, 0.0);
    private static final List<Double> TRUTHS = List.of(90.0, 91.5, 94.0, 89.0, 93.0, 80.0);

    @Test
    void regretIsWhatTheBestOfTheTopKFallsShortOfTheBest() {
        RankQuality quality = RankQuality.of(SCORES, TRUTHS, new RankSettings(List.of(1, 2, 3, 9), Bootstrap.of(1)));
        assertThat(quality.regrets()).extracting(RankQuality.Regret::k).containsExactly(1, 2, 3); // 9 are all of 6
        assertThat(quality.regrets())
                .extracting(regret -> regret.loss().value())
                .containsExactly(4.0, 2.5, 0.0);
    }

    /** Every choice of the tied members, counted out. */
    @Test
    void membersThatTieForTheLastPlacesAreTakenByChance() {
        List<Double> scores = List.of(9.0, 5.0, 5.0, 5.0, 5.0, 1.0);
        List<Double> truths = List.of(70.0, 60.0, 75.0, 80.0, 65.0, 99.0);
        List<Double> losses = new ArrayList<>();
        for (int a = 1; a <= 4; a++) {
            for (int b = a + 1; b <= 4; b++) {
                losses.add(99 - Math.max(70, Math.max(truths.get(a), truths.get(b))));
            }
        }
        double mean = losses.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        assertThat(TopByScore.of(scores, truths).regret(3)).isCloseTo(mean, within(1e-12));
        assertThat(TopByScore.of(scores, truths).regret(5)).isEqualTo(19);
        assertThat(TopByScore.of(List.of(1.0, 1.0), List.of(3.0, 5.0)).regret(1))
                .isEqualTo(1);
    }

    @Test
    void regretIsItsDefinitionWithoutTies() {
        SplittableRandom random = new SplittableRandom(8);
        for (int round = 0; round < 100; round++) {
            int n = 2 + random.nextInt(30);
            List<Double> scores = random.doubles(n).boxed().toList();
            List<Double> truths = random.doubles(n).boxed().toList();
            int k = 1 + random.nextInt(n - 1);
            double picked = IntStream.range(0, n)
                    .boxed()
                    .sorted(Comparator.comparing(scores::get, Comparator.reverseOrder()))
                    .limit(k)
                    .mapToDouble(truths::get)
                    .max()
                    .orElseThrow();
            double best = truths.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
            assertThat(TopByScore.of(scores, truths).regret(k)).isEqualTo(best - picked);
        }
    }

    @Test
    void sameSeedGivesTheSameIntervalsAndAnotherSeedOthers() {
        assertThat(RankQuality.of(SCORES, TRUTHS, 7)).isEqualTo(RankQuality.of(SCORES, TRUTHS, 7));
        List<Double> scores = new SplittableRandom(1).doubles(40).boxed().toList();
        List<Double> truths = new SplittableRandom(2).doubles(40).boxed().toList();
        assertThat(RankQuality.of(scores, truths, 7).tau())
                .isNotEqualTo(RankQuality.of(scores, truths, 8).tau());
    }

    @Test
    void fewerThanFiveMembersHaveNoInterval() {
        RankQuality quality = RankQuality.of(SCORES.subList(0, 4), TRUTHS.subList(0, 4), 0);
        assertThat(quality.tau().value()).isCloseTo(0, within(1e-12));
        assertThat(quality.tau().isBounded()).isFalse();
        assertThat(RankQuality.of(SCORES, TRUTHS, 0).tau().isBounded()).isTrue();
    }

    /** Every resample of a perfect order is perfect, so a bootstrap alone would claim to know τ exactly. */
    @Test
    void aPerfectOrderOfFewMembersIsNotKnownExactly() {
        RankQuality quality = RankQuality.of(SCORES, SCORES, 0);
        assertThat(quality.tau().value()).isEqualTo(1);
        assertThat(quality.tau().high()).isEqualTo(1);
        assertThat(quality.tau().low()).isCloseTo(1 - 1.96 * Math.sqrt(2 * 17 / (9.0 * 30)), within(1e-12));
        assertThat(quality.spearman().low()).isCloseTo(1 - 1.96 / Math.sqrt(5), within(1e-12));
    }

    @Test
    void whereAllTieThereIsNoCorrelationAndRegretIsThatOfChance() {
        RankQuality quality = RankQuality.of(List.of(1.0, 1.0, 1.0, 1.0, 1.0), TRUTHS.subList(0, 5), 0);
        assertThat(quality.tau().value()).isNaN();
        assertThat(quality.tau().isBounded()).isFalse();
        assertThat(quality.spearman().value()).isNaN();
        assertThat(quality.regrets().get(0).loss().value())
                .isCloseTo(94 - (90 + 91.5 + 94 + 89 + 93) / 5, within(1e-12));
    }

    /** τ of normal pairs with correlation ρ is 2 asin(ρ) / π: 95 of 100 intervals must hold it, and nearly do. */
    @Test
    void intervalsHoldTheTruthAboutAsOftenAsTheySay() {
        SplittableRandom random = new SplittableRandom(11);
        double rho = 0.6;
        double tau = 2 * Math.asin(rho) / Math.PI;
        int held = 0;
        for (int round = 0; round < 300; round++) {
            List<Double> scores = new ArrayList<>();
            List<Double> truths = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                double score = random.nextGaussian();
                scores.add(score);
                truths.add(rho * score + Math.sqrt(1 - rho * rho) * random.nextGaussian());
            }
            Estimate found = RankQuality.of(
                            scores, truths, new RankSettings(List.of(1), new Bootstrap(200, 0.95, round)))
                    .tau();
            held += found.low() <= tau && tau <= found.high() ? 1 : 0;
        }
        assertThat(held / 300.0).isBetween(0.91, 0.99);
    }

    @Test
    void settingsThatMeanNothingAreRefused() {
        assertThatThrownBy(() -> new RankSettings(List.of(0), Bootstrap.of(0)))
                .isInstanceOf(InputException.class)
                .hasMessage("Regret must be of the top 1 or more, but got top [0].");
        assertThatThrownBy(() -> new Bootstrap(5, 0.95, 0)).hasMessageContaining("resamples >= 100");
        assertThatThrownBy(() -> new Bootstrap(100, 1, 0)).hasMessageContaining("confidence=1.0");
    }
}
