package dev.weft.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatisticsTest {
    @ParameterizedTest
    @CsvSource({
        "1, 0.95, 12.7062", "2, 0.95, 4.30265", "3, 0.95, 3.18245", "4, 0.95, 2.77645", "9, 0.95, 2.26216",
        "30, 0.95, 2.04227", "2, 0.90, 2.91999", "5, 0.99, 4.03214", "1, 0.5, 1.0", "1000, 0.95, 1.96234"
    })
    void quantilesAreThoseOfPublishedTables(int degreesOfFreedom, double confidence, double expected) {
        assertThat(Statistics.studentQuantile(degreesOfFreedom, confidence))
                .isCloseTo(expected, within(2e-5 * expected));
    }

    @Test
    void intervalOfThreeValuesIsWorkedOutByHand() {
        List<Double> values = List.of(1.0, 2.0, 6.0);
        assertThat(Statistics.mean(values)).isEqualTo(3);
        assertThat(Statistics.standardDeviation(values)).isCloseTo(Math.sqrt(7), within(1e-12));
        Statistics.Interval interval = Statistics.interval(values, 0.95);
        double half = 4.30265 * Math.sqrt(7) / Math.sqrt(3);
        assertThat(interval.low()).isCloseTo(3 - half, within(1e-4));
        assertThat(interval.high()).isCloseTo(3 + half, within(1e-4));
    }

    @Test
    void oneValueHasNoSpread() {
        assertThatThrownBy(() -> Statistics.standardDeviation(List.of(1.0)))
                .hasMessage("2 or more values expected, but got 1");
    }

    /** Tables of chi-square: 5 % and 1 % points. */
    @Test
    void chiSquareTailAgreesWithTables() {
        assertThat(Statistics.chiSquareTail(3.841, 1)).isCloseTo(0.05, within(1e-4));
        assertThat(Statistics.chiSquareTail(9.210, 2)).isCloseTo(0.01, within(1e-4));
        assertThat(Statistics.chiSquareTail(11.070, 5)).isCloseTo(0.05, within(1e-4));
        assertThat(Statistics.chiSquareTail(0, 5)).isEqualTo(1);
        assertThat(Statistics.chiSquareTail(500, 5)).isBetween(0.0, 1e-12);
    }
}
