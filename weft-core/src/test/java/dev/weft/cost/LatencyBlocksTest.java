package dev.weft.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LatencyBlocksTest {
    /** Blocks of a model that takes {@code millis}, on a machine that is as slow as {@code slowdown} says, with rare long runs. */
    private static List<long[]> blocks(double millis, double[] slowdown, SplittableRandom random) {
        List<long[]> blocks = new ArrayList<>();
        for (double slow : slowdown) {
            long[] runs = new long[50];
            double own = 1 + 0.02 * random.nextGaussian();
            for (int i = 0; i < runs.length; i++) {
                double longRun = random.nextInt(20) == 0 ? 3 : 1;
                runs[i] =
                        Math.round(1e6 * millis * slow * own * longRun * (1 + 0.05 * Math.abs(random.nextGaussian())));
            }
            Arrays.sort(runs);
            blocks.add(runs);
        }
        return blocks;
    }

    @Test
    void aDriftThatTheReferenceSharesIsDividedOut() {
        double[] drift = new double[12];
        for (int i = 0; i < drift.length; i++) {
            drift[i] = 1 + i / 6.0; // at the end three times as slow
        }
        LatencyBlocks quiet = LatencyBlocks.of(blocks(0.5, ones(12), new SplittableRandom(1)), ones(12), 3);
        LatencyBlocks drifting = LatencyBlocks.of(blocks(0.5, drift, new SplittableRandom(1)), drift, 3);
        assertThat(drifting.p50Millis()).isCloseTo(quiet.p50Millis(), within(0.01));
        assertThat(drifting.p99Millis()).isCloseTo(quiet.p99Millis(), within(0.3));
        assertThat(quiet.runs()).isEqualTo(600);
    }

    /** The interval is to hold the median of all blocks in 95 of 100 measurements. */
    @Test
    void theIntervalHoldsAsOftenAsItSays() {
        SplittableRandom random = new SplittableRandom(2);
        double truth =
                LatencyBlocks.of(blocks(1, ones(4000), random), ones(4000), 1).p50Millis();
        int held = 0;
        for (int i = 0; i < 400; i++) {
            LatencyBlocks found = LatencyBlocks.of(blocks(1, ones(12), random), ones(12), 3);
            held += Math.abs(found.p50Millis() - truth) <= found.halfWidthMillis() ? 1 : 0;
        }
        assertThat(held).isBetween(360, 400);
    }

    @Test
    void loadsThatDifferWidenTheInterval() {
        List<long[]> blocks = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            blocks.add(new long[] {i < 4 ? 1_000_000 : 1_200_000});
        }
        assertThat(LatencyBlocks.of(blocks, ones(12), 3).halfWidthMillis()).isEqualTo(0.2, within(1e-9));
        assertThat(LatencyBlocks.of(blocks, ones(12), 3).p50Millis()).isEqualTo(1.2);
    }

    @Test
    void cutsAsTheBinomialDistributionSays() {
        assertThat(LatencyBlocks.cut(1)).isEqualTo(1);
        assertThat(LatencyBlocks.cut(4)).isEqualTo(1);
        assertThat(LatencyBlocks.cut(6)).isEqualTo(1); // 2 / 64 is beyond 0.025 with one more
        assertThat(LatencyBlocks.cut(9)).isEqualTo(2); // 10 / 512
        assertThat(LatencyBlocks.cut(12)).isEqualTo(3); // 79 / 4096
        assertThat(LatencyBlocks.cut(20)).isEqualTo(6); // 0.0207
    }

    @Test
    void anUnsteadyMeasurementIsAsDoubtfulAsOneOfABusyMachine() {
        assertThat(PairedLatency.doubt(measured(2, 0.5, 1))).isEqualTo(0.25, within(1e-9));
        assertThat(PairedLatency.doubt(measured(2, 0.5, 1.4))).isEqualTo(0.4, within(1e-9));
        assertThat(PairedLatency.doubt(measured(2, 0.02, 0.9))).isEqualTo(0.01, within(1e-9));
    }

    private static LatencyMeasurement measured(double p50, double halfWidth, double slowdown) {
        return new LatencyMeasurement(p50, p50, halfWidth, slowdown, 50, 10, 1, 1, "here");
    }

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }
}
