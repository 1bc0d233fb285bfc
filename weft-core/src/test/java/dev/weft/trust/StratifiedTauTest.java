package dev.weft.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class StratifiedTauTest {
    private static final Bootstrap BOOTSTRAP = new Bootstrap(200, 0.95, 0);

    private static Ranking ranking(List<Double> scores, List<Double> truths, List<Double> params) {
        return Ranking.of(scores, truths).with(List.of(new Baseline(Baseline.PARAMS, params)));
    }

    private static List<Double> list(double... values) {
        return DoubleStream.of(values).boxed().toList();
    }

    /** Two groups of five, counted out: 7 - 3 of ten pairs, and 5 - 5; two members tie in score and leave one pair of them out. */
    @Test
    void countsPairsOfOneGroupOnly() {
        Ranking ranking = ranking(
                list(1, 3, 2, 5, 4, 1, 5, 2, 4, 4),
                list(1, 2, 3, 4, 5, 9, 8, 7, 6, 5),
                list(10, 11, 12, 13, 14, 100, 110, 120, 130, 140));
        StratifiedTau found = StratifiedTau.of(ranking, BOOTSTRAP).orElseThrow();
        double balance = 0;
        double byScore = 0;
        double byTruth = 0;
        for (int group = 0; group < 2; group++) {
            for (int i = 5 * group; i < 5 * group + 5; i++) {
                for (int j = 5 * group; j < i; j++) {
                    double score = Math.signum(
                            ranking.scores().get(i) - ranking.scores().get(j));
                    double truth = Math.signum(
                            ranking.truths().get(i) - ranking.truths().get(j));
                    balance += score * truth;
                    byScore += Math.abs(score);
                    byTruth += Math.abs(truth);
                }
            }
        }
        assertThat(byScore).isEqualTo(19);
        assertThat(found.groups()).isEqualTo(2);
        assertThat(found.tau().value()).isCloseTo(balance / Math.sqrt(byScore * byTruth), within(1e-12));
        assertThat(found.spread()).isCloseTo(0.4, within(1e-12));
    }

    @Test
    void ofScoresThatKnowOnlyTheSizeItIsNothing() {
        SplittableRandom random = new SplittableRandom(4);
        double over = 0;
        double within = 0;
        int holdsZero = 0;
        int worlds = 200;
        for (int world = 0; world < worlds; world++) {
            List<Double> scores = new ArrayList<>();
            List<Double> truths = new ArrayList<>();
            List<Double> params = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                double size = i / 5; // twelve sizes, five members of each
                params.add(100 + 10 * size);
                scores.add(size + 0.5 * random.nextGaussian());
                truths.add(size + random.nextGaussian());
            }
            Estimate found = StratifiedTau.of(ranking(scores, truths, params), BOOTSTRAP)
                    .orElseThrow()
                    .tau();
            over += RankCorrelation.kendall(scores, truths) / worlds;
            within += found.value() / worlds;
            holdsZero += found.low() <= 0 && found.high() >= 0 ? 1 : 0;
        }
        assertThat(over).isGreaterThan(0.7);
        assertThat(within).isCloseTo(0, within(0.03));
        assertThat(holdsZero / (double) worlds).isBetween(0.9, 1.0);
    }

    /** Within each size τ is 2 asin(ρ) / π: the interval holds it about as often as it says. */
    @Test
    void intervalsHoldWhatScoresKnowBeyondSize() {
        SplittableRandom random = new SplittableRandom(5);
        double rho = 0.6;
        double truth = 2 * Math.asin(rho) / Math.PI;
        int held = 0;
        double mean = 0;
        int worlds = 200;
        for (int world = 0; world < worlds; world++) {
            List<Double> scores = new ArrayList<>();
            List<Double> truths = new ArrayList<>();
            List<Double> params = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                double size = i / 5;
                double own = random.nextGaussian();
                params.add(100 + 10 * size);
                scores.add(3 * size + own);
                truths.add(3 * size + rho * own + Math.sqrt(1 - rho * rho) * random.nextGaussian());
            }
            Estimate found = StratifiedTau.of(ranking(scores, truths, params), BOOTSTRAP)
                    .orElseThrow()
                    .tau();
            mean += found.value() / worlds;
            held += found.low() <= truth && truth <= found.high() ? 1 : 0;
        }
        assertThat(mean).isCloseTo(truth, within(0.03));
        assertThat(held / (double) worlds).isBetween(0.9, 1.0);
    }

    @Test
    void isNothingWhereParametersSayNothing() {
        List<Double> values = list(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        List<Double> same = list(5, 5, 5, 5, 5, 5, 5, 5, 5, 5);
        assertThat(StratifiedTau.of(Ranking.of(values, values), BOOTSTRAP)).isEmpty();
        assertThat(StratifiedTau.of(ranking(values, values, same), BOOTSTRAP)).isEmpty();
        assertThat(StratifiedTau.of(ranking(values, values, values), BOOTSTRAP)).isPresent();
        List<Double> nine = values.subList(0, 9);
        assertThat(StratifiedTau.of(ranking(nine, nine, nine), BOOTSTRAP)).isEmpty();
    }
}
