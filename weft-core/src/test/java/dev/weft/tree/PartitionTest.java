package dev.weft.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.io.InputException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks 4 and 11 of gradient matching (Hu et al. 2022): planted groups, counts of candidates, and that none is better. */
class PartitionTest {
    @Test
    void plantedGroupsAreFound() {
        double[][] distances = new double[5][5];
        List<List<Integer>> planted = List.of(List.of(0, 1, 4), List.of(2, 3));
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 5; j++) {
                boolean together = (i == 2 || i == 3) == (j == 2 || j == 3);
                distances[i][j] = i == j ? 0 : together ? 0.1 : 1;
            }
        }
        Partition found = Partition.closest(distances, 2, 2, false);
        assertThat(found.groups()).isEqualTo(planted);
        assertThat(found.within()).isCloseTo(0.4, within(1e-12));
        assertThat(found.cut()).isCloseTo(6.0, within(1e-12));
        assertThat(found.candidates()).isEqualTo(10);
    }

    /** 7 into 2 and 5 or 3 and 4: 21 + 35. 4 into 2 and 2: 3, not 6. The last are Stirling numbers. */
    @ParameterizedTest
    @CsvSource({"5,2,2,10", "7,2,2,56", "4,2,2,3", "3,2,1,3", "6,3,1,90", "6,3,2,15", "10,3,1,9330"})
    void everyPartitionIsMetOnce(int options, int groups, int minimumSize, int count) {
        List<List<List<Integer>>> all = Partition.all(options, groups, minimumSize);
        assertThat(all).hasSize(count).doesNotHaveDuplicates();
    }

    @Test
    void noRandomPartitionOfTheSameSizesIsCloser() {
        SplittableRandom random = new SplittableRandom(3);
        for (int trial = 0; trial < 5; trial++) {
            double[][] distances = symmetric(8, random);
            for (int groups : List.of(2, 3)) {
                Partition best = Partition.closest(distances, groups, 2, false);
                int compared = 0;
                for (int i = 0; i < 1000; i++) {
                    Partition other = Partition.random(distances, groups, 2, random);
                    assertThat(best.within()).isLessThanOrEqualTo(other.within());
                    compared += best.groups().equals(other.groups()) ? 0 : 1;
                }
                assertThat(compared).isGreaterThan(900);
            }
        }
    }

    /** One far option: alone it leaves 3 close pairs; the sum prefers two pairs, of which one is far. */
    @Test
    void meanOverPairsDoesNotFavourEqualGroups() {
        double[][] distances = new double[4][4];
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                distances[i][j] = i == j ? 0 : i == 3 || j == 3 ? 1.5 : 1;
            }
        }
        assertThat(Partition.closest(distances, 2, 1, false).groups().get(0)).hasSize(2);
        assertThat(Partition.closest(distances, 2, 1, true).groups()).isEqualTo(List.of(List.of(0, 1, 2), List.of(3)));
    }

    @Test
    void exhaustiveHasAGroupForEachOption() {
        Partition each = Partition.ofEach(symmetric(5, new SplittableRandom(1)));
        assertThat(each.groups()).hasSize(5).allMatch(group -> group.size() == 1);
        assertThat(each.within()).isZero();
    }

    @Test
    void impossibleAndEndlessOnesAreRefused() {
        assertThatThrownBy(() -> Partition.all(3, 2, 2))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("2 groups of 2 or more of 3 options");
        assertThatThrownBy(() -> Partition.all(11, 2, 2))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("at most 10 options")
                .hasMessageContaining("exhaustive");
    }

    static double[][] symmetric(int size, SplittableRandom random) {
        double[][] distances = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < i; j++) {
                distances[i][j] = distances[j][i] = 2 * random.nextDouble();
            }
        }
        return distances;
    }
}
