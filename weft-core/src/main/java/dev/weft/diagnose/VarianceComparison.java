package dev.weft.diagnose;

import dev.weft.model.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Two samplings measured at the same weights with the same seeds: what they draw alike, they draw from the same random numbers, so the
 * difference of a pair is less noisy than either.
 *
 * @param seeds in the order of the measurements
 */
public record VarianceComparison(List<Long> seeds, List<GradientVariance> first, List<GradientVariance> second) {
    public VarianceComparison {
        seeds = List.copyOf(seeds);
        first = List.copyOf(first);
        second = List.copyOf(second);
    }

    /**
     * Measures both with every seed.
     *
     * @param draws of each measurement
     */
    public static VarianceComparison of(
            Family family,
            GradientDraws first,
            GradientDraws second,
            int draws,
            List<Long> seeds,
            GradientVariance.Applied applied) {
        List<GradientVariance> ofFirst = new ArrayList<>();
        List<GradientVariance> ofSecond = new ArrayList<>();
        for (long seed : seeds) {
            ofFirst.add(GradientVariance.of(family, first, draws, seed, applied, done -> {}));
            ofSecond.add(GradientVariance.of(family, second, draws, seed, applied, done -> {}));
        }
        return new VarianceComparison(seeds, ofFirst, ofSecond);
    }

    /**
     * {@code first − second}, seed by seed.
     *
     * @param number of a measurement, for instance {@code v -> v.whole().relative()}
     */
    public List<Double> differences(ToDoubleFunction<GradientVariance> number) {
        List<Double> differences = new ArrayList<>();
        for (int i = 0; i < seeds.size(); i++) {
            differences.add(number.applyAsDouble(first.get(i)) - number.applyAsDouble(second.get(i)));
        }
        return differences;
    }
}
