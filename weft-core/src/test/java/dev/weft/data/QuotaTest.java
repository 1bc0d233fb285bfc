package dev.weft.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class QuotaTest {
    @Test
    void givesTheRestToTheLargestRemainders() {
        assertThat(Quota.proportional(new int[] {50, 30, 20}, 5)).containsExactly(3, 1, 1); // 2.5 1.5 1.0
        assertThat(Quota.proportional(new int[] {1, 1, 1}, 2)).containsExactly(1, 1, 0);
        assertThat(Quota.proportional(new int[] {0, 7}, 7)).containsExactly(0, 7);
    }

    @Property
    void sumsToTheDrawsAndNeverExceedsAClass(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(max = 100_000) Integer> classes,
            @ForAll @IntRange(max = 100) int percent) {
        int[] counts = classes.stream().mapToInt(Integer::intValue).toArray();
        int draws = (int) ((long) IntStream.of(counts).sum() * percent / 100);
        int[] quota = Quota.proportional(counts, draws);
        assertThat(IntStream.of(quota).sum()).isEqualTo(draws);
        for (int i = 0; i < counts.length; i++) {
            assertThat(quota[i]).isBetween(0, counts[i]);
        }
    }
}
