package dev.weft.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RankCorrelationTest {
    /** Exact check 14 of PA&DA: (C - D) / √((n0 - nx)(n0 - ny)) = 4 / 5. */
    @Test
    void kendallOfTiesInBothIsTauB() {
        assertThat(RankCorrelation.kendall(List.of(1.0, 2.0, 2.0, 3.0), List.of(1.0, 2.0, 3.0, 3.0)))
                .isEqualTo(0.8);
    }

    @Test
    void kendallCountsPairsThatAgree() {
        List<Double> up = List.of(1.0, 2.0, 3.0, 4.0);
        assertThat(RankCorrelation.kendall(up, List.of(10.0, 20.0, 25.0, 90.0))).isEqualTo(1);
        assertThat(RankCorrelation.kendall(up, List.of(4.0, 3.0, 2.0, 1.0))).isEqualTo(-1);
        // One of six pairs is the other way round: (5 - 1) / 6.
        assertThat(RankCorrelation.kendall(up, List.of(1.0, 3.0, 2.0, 4.0))).isCloseTo(4 / 6.0, within(1e-12));
    }

    @Test
    void negativeZeroTiesWithZero() {
        assertThat(RankCorrelation.kendall(List.of(0.0, -0.0, 1.0), List.of(1.0, 2.0, 3.0)))
                .isCloseTo(2 / Math.sqrt(2 * 3), within(1e-12));
    }

    @Test
    void whereAllTieNothingIsDefined() {
        List<Double> tied = List.of(1.0, 1.0, 1.0);
        List<Double> up = List.of(1.0, 2.0, 3.0);
        assertThat(RankCorrelation.kendall(tied, up)).isNaN();
        assertThat(RankCorrelation.kendall(up, tied)).isNaN();
        assertThat(RankCorrelation.spearman(tied, up)).isNaN();
        assertThat(RankCorrelation.spearman(up, tied)).isNaN();
    }

    @Test
    void kendallIsItsDefinitionOnRandomValuesWithTies() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 300; round++) {
            int n = 2 + random.nextInt(40);
            int distinct = 1 + random.nextInt(12);
            List<Double> first = values(random, n, distinct);
            List<Double> second = values(random, n, 1 + random.nextInt(12));
            double expected = kendallByDefinition(first, second);
            assertThat(RankCorrelation.kendall(first, second)).isEqualTo(Double.valueOf(expected));
        }
    }

    @Test
    void spearmanIsItsDefinitionOnRandomValuesWithTies() {
        SplittableRandom random = new SplittableRandom(4);
        for (int round = 0; round < 300; round++) {
            int n = 2 + random.nextInt(40);
            List<Double> first = values(random, n, 1 + random.nextInt(12));
            List<Double> second = values(random, n, 1 + random.nextInt(40));
            double expected = pearson(midRanks(first), midRanks(second));
            if (Double.isNaN(expected)) {
                assertThat(RankCorrelation.spearman(first, second)).isNaN();
            } else {
                assertThat(RankCorrelation.spearman(first, second)).isCloseTo(expected, within(1e-12));
            }
        }
    }

    /** Without ties it is 1 - 6 Σd² / n(n² - 1): ranks (1,2,3,4,5) and (2,1,4,3,5) differ by 1 four times. */
    @Test
    void spearmanWithoutTiesIsTheTextbookFormula() {
        assertThat(RankCorrelation.spearman(List.of(10.0, 20.0, 30.0, 40.0, 50.0), List.of(0.2, 0.1, 0.4, 0.3, 0.9)))
                .isCloseTo(1 - 6 * 4 / (5.0 * 24), within(1e-12));
    }

    @Test
    void aResampleCountsLikeTheListWrittenOut() {
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 100; round++) {
            int n = 2 + random.nextInt(20);
            List<Double> first = values(random, n, 6);
            List<Double> second = values(random, n, 9);
            int[] drawn = random.ints(n, 0, 4).toArray();
            List<Integer> members = IntStream.range(0, n)
                    .boxed()
                    .flatMap(m -> IntStream.range(0, drawn[m]).mapToObj(i -> m))
                    .toList();
            if (members.size() < 2) {
                continue;
            }
            List<Double> firstDrawn = members.stream().map(first::get).toList();
            List<Double> secondDrawn = members.stream().map(second::get).toList();
            RankedPairs pairs = RankedPairs.of(first, second);
            assertThat(pairs.kendall(drawn)).isEqualTo(Double.valueOf(kendallByDefinition(firstDrawn, secondDrawn)));
            double spearman = pearson(midRanks(firstDrawn), midRanks(secondDrawn));
            if (!Double.isNaN(spearman)) {
                assertThat(pairs.spearman(drawn)).isCloseTo(spearman, within(1e-12));
            }
        }
    }

    @Test
    void unequallyManyAndValuesThatAreNotFiniteAreRefused() {
        assertThatThrownBy(() -> RankCorrelation.kendall(List.of(1.0, 2.0), List.of(1.0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rank correlation needs two or more pairs, but got 2 and 1 values");
        assertThatThrownBy(() -> RankCorrelation.kendall(List.of(1.0, Double.NaN), List.of(1.0, 2.0)))
                .hasMessage("ranked values must be finite, but one is NaN");
    }

    private static List<Double> values(SplittableRandom random, int n, int distinct) {
        return random.ints(n, -distinct, distinct).mapToObj(i -> i / 8.0).toList();
    }

    private static double kendallByDefinition(List<Double> first, List<Double> second) {
        long agreement = 0;
        long orderedByFirst = 0;
        long orderedBySecond = 0;
        for (int i = 0; i < first.size(); i++) {
            for (int j = 0; j < i; j++) {
                int a = Double.compare(first.get(i), first.get(j));
                int b = Double.compare(second.get(i), second.get(j));
                agreement += Integer.signum(a) * Integer.signum(b);
                orderedByFirst += a == 0 ? 0 : 1;
                orderedBySecond += b == 0 ? 0 : 1;
            }
        }
        return agreement / Math.sqrt((double) orderedByFirst * orderedBySecond);
    }

    /** The mean place among equal values: one more than those below, and half of the others that tie. */
    private static double[] midRanks(List<Double> values) {
        return values.stream()
                .mapToDouble(v -> values.stream().filter(o -> o < v).count()
                        + (values.stream().filter(o -> o.equals(v)).count() + 1) / 2.0)
                .toArray();
    }

    private static double pearson(double[] x, double[] y) {
        double meanX = DoubleStream.of(x).average().orElseThrow();
        double meanY = DoubleStream.of(y).average().orElseThrow();
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - meanX) * (y[i] - meanY);
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
        }
        return xy / Math.sqrt(xx * yy);
    }
}
