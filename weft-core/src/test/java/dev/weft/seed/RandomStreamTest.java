package dev.weft.seed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RandomStreamTest {
    private static final int LENGTH = 400;

    /** A copy at any shift would give equal neighbours somewhere: windows are looked up, so every shift is seen at once. */
    @Test
    void noTwoStreamsOfAnyOfAHundredSeedsShareTwoNumbersInARow() {
        Map<List<Long>, String> windows = new HashMap<>();
        for (RandomStream stream : RandomStream.values()) {
            for (long seed = 0; seed < 100; seed++) {
                String own = stream + " " + seed;
                SplittableRandom random = stream.random(seed);
                long previous = random.nextLong();
                for (int i = 1; i < LENGTH; i++) {
                    long next = random.nextLong();
                    assertThat(windows.put(List.of(previous, next), own))
                            .as(own)
                            .isNull();
                    previous = next;
                }
            }
        }
    }

    /** The check above must fail on the way seeds were mixed before. */
    @Test
    void theSeedTimesTheGeneratorsIncrementIsTheSameStreamShifted() {
        long[] one = new SplittableRandom(1 * 0x9E3779B97F4A7C15L).longs(LENGTH).toArray();
        long[] two = new SplittableRandom(2 * 0x9E3779B97F4A7C15L).longs(LENGTH).toArray();
        assertThat(Arrays.copyOf(two, LENGTH - 1)).isEqualTo(Arrays.copyOfRange(one, 1, LENGTH));
    }

    @Test
    void streamsOfOneSeedAreNotCorrelatedAtAnyOfFortyShifts() {
        List<double[]> streams = new ArrayList<>();
        for (RandomStream stream : RandomStream.values()) {
            streams.add(stream.random(7).doubles(LENGTH).toArray());
        }
        for (int a = 0; a < streams.size(); a++) {
            for (int b = a + 1; b < streams.size(); b++) {
                for (int shift = -20; shift <= 20; shift++) {
                    // 25 × 24 / 2 × 41 correlations of 380 pairs: six standard deviations.
                    assertThat(Math.abs(correlation(streams.get(a), streams.get(b), shift)))
                            .as(RandomStream.values()[a] + " and " + RandomStream.values()[b] + ", shift " + shift)
                            .isLessThan(6 / Math.sqrt(LENGTH - 20));
                }
            }
        }
    }

    @Test
    void codesAreUsedOnceAndNamesAndIndicesCount() {
        assertThat(Arrays.stream(RandomStream.values())
                        .mapToLong(s -> s.bits(0))
                        .distinct())
                .hasSize(RandomStream.values().length);
        assertThat(RandomStream.WEIGHTS.bits(1, "a")).isNotEqualTo(RandomStream.WEIGHTS.bits(1, "b"));
        assertThat(RandomStream.MEMBERS.bits(1, 2)).isNotEqualTo(RandomStream.MEMBERS.bits(2, 1));
        assertThat(RandomStream.MEMBERS.bits(1)).isNotEqualTo(RandomStream.MEMBERS.bits(1, 0));
    }

    @Test
    void aShuffleKeepsTheElementsAndFollowsTheSeed() {
        List<Integer> all = IntStream.range(0, 50).boxed().toList();
        List<Integer> shuffled = RandomStream.SEARCH.shuffled(all, 1);
        assertThat(shuffled).containsExactlyInAnyOrderElementsOf(all).isNotEqualTo(all);
        assertThat(RandomStream.SEARCH.shuffled(all, 1)).isEqualTo(shuffled);
        assertThat(RandomStream.SEARCH.shuffled(all, 2)).isNotEqualTo(shuffled);
    }

    private static double correlation(double[] a, double[] b, int shift) {
        int n = LENGTH - Math.abs(shift);
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += (a[i + Math.max(0, shift)] - 0.5) * (b[i + Math.max(0, -shift)] - 0.5);
        }
        return 12 * sum / n;
    }
}
