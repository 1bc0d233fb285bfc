package dev.weft.bench;

import java.util.Arrays;
import java.util.Collection;

/** How repeated measurements of one thing lie. */
public record Spread(double min, double median, double max, int samples) {
    public static Spread of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("a spread needs a value");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new Spread(sorted[0], median, sorted[sorted.length - 1], sorted.length);
    }

    public static Spread of(Collection<Double> values) {
        return of(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** The median without building the rest. */
    public static double median(Collection<Double> values) {
        return of(values).median;
    }
}
