package dev.weft.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import org.junit.jupiter.api.Test;

/** Check 7 of the BigNAS specification: the learning rate. */
class LearningRateScheduleTest {
    private static final double EVERY = 2.4;
    private static final double WARMUP = 3;
    private static final double CROSSING = Math.log(0.05) / Math.log(0.97); // decays until the floor

    private static LearningRateSchedule.Exponential bigNas(boolean staircase) {
        return new LearningRateSchedule.Exponential(0.97, EVERY, 0.05, WARMUP, staircase);
    }

    @Test
    void warmUpIsLinearFromZero() {
        for (LearningRateSchedule schedule :
                new LearningRateSchedule[] {bigNas(false), bigNas(true), new LearningRateSchedule.Cosine(0, WARMUP)}) {
            assertThat(schedule.factor(0, 360)).isZero();
            assertThat(schedule.factor(1.5, 360)).isEqualTo(0.5);
            assertThat(schedule.factor(3, 360)).isEqualTo(1);
        }
    }

    @Test
    void afterWarmUpTheRateNeverRises() {
        for (boolean staircase : new boolean[] {false, true}) {
            double before = 1;
            for (double epoch = WARMUP; epoch < 500; epoch += 0.01) {
                double factor = bigNas(staircase).factor(epoch, 360);
                assertThat(factor).isLessThanOrEqualTo(before);
                before = factor;
            }
        }
    }

    @Test
    void beforeTheFloorItIsTheFormulaAndFromTheCrossingOnExactlyTheFloor() {
        assertThat(CROSSING).isCloseTo(98.35, within(0.005));
        double lr0 = 0.256;
        for (double decays = 0; decays < 200; decays += 0.25) {
            double epoch = WARMUP + decays * EVERY;
            double continuous = lr0 * bigNas(false).factor(epoch, 360);
            double stairs = lr0 * bigNas(true).factor(epoch, 360);
            if (decays < CROSSING) {
                assertThat(continuous).isCloseTo(lr0 * Math.pow(0.97, decays), within(1e-12));
            } else {
                assertThat(continuous).isEqualTo(lr0 * 0.05);
            }
            double whole = Math.floor(decays + 1e-9);
            if (Math.abs(decays - Math.rint(decays)) > 1e-9) { // a whole decay may round to either stair
                assertThat(stairs)
                        .isCloseTo(whole < CROSSING ? lr0 * Math.pow(0.97, whole) : lr0 * 0.05, within(1e-12));
            }
        }
        assertThat(bigNas(false).factor(WARMUP + (CROSSING - 0.01) * EVERY, 360))
                .isGreaterThan(0.05);
        assertThat(bigNas(false).factor(WARMUP + (CROSSING + 0.01) * EVERY, 360))
                .isEqualTo(0.05);
    }

    @Test
    void withoutAFloorItFallsTowardsZero() {
        var schedule = new LearningRateSchedule.Exponential(0.97, EVERY, 0, 0, false);
        assertThat(schedule.factor(10_000 * EVERY, 360)).isLessThan(1e-100);
    }

    @Test
    void cosineGoesFromOneThroughTheMiddleToItsFloor() {
        var cosine = new LearningRateSchedule.Cosine(0.1, 5);
        assertThat(cosine.factor(5, 105)).isEqualTo(1);
        assertThat(cosine.factor(55, 105)).isCloseTo(0.55, within(1e-12));
        assertThat(cosine.factor(105, 105)).isCloseTo(0.1, within(1e-12));
        assertThat(cosine.factor(120, 105)).isCloseTo(0.1, within(1e-12));
        assertThat(new LearningRateSchedule.Cosine(0.1, 5).factor(6, 5)).isBetween(0.1, 1.0);
    }

    @Test
    void constantIsConstant() {
        assertThat(new LearningRateSchedule.Constant().factor(0, 1)).isEqualTo(1);
        assertThat(new LearningRateSchedule.Constant().factor(9, 1)).isEqualTo(1);
    }

    @Test
    void impossibleSchedulesAreRefused() {
        assertThatThrownBy(() -> new LearningRateSchedule.Exponential(1.1, 1, 0, 0, false))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("0 < factor <= 1")
                .hasMessageContaining("factor=1.1");
        assertThatThrownBy(() -> new LearningRateSchedule.Exponential(0.9, Double.NaN, 0, 0, false))
                .isInstanceOf(InputException.class);
        assertThatThrownBy(() -> new LearningRateSchedule.Cosine(-0.1, 0)).isInstanceOf(InputException.class);
    }
}
