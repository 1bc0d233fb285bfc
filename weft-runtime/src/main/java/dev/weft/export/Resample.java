package dev.weft.export;

/**
 * Resizes along one axis with a triangle filter that widens when shrinking (so that every pixel counts) and is linear
 * interpolation when enlarging. Equal lengths change nothing. Plain Java arithmetic: the same bytes on every machine.
 */
final class Resample {
    private final int[] first;
    private final double[][] weights;

    Resample(int from, int to) {
        first = new int[to];
        weights = new double[to][];
        double ratio = (double) from / to;
        double reach = Math.max(1, ratio);
        for (int i = 0; i < to; i++) {
            double centre = (i + 0.5) * ratio;
            int left = Math.max(0, (int) Math.floor(centre - reach + 0.5));
            int right = Math.min(from, (int) Math.floor(centre + reach + 0.5));
            double[] w = new double[right - left];
            double sum = 0;
            for (int j = left; j < right; j++) {
                w[j - left] = Math.max(0, 1 - Math.abs(j + 0.5 - centre) / reach);
                sum += w[j - left];
            }
            for (int j = 0; j < w.length; j++) {
                w[j] /= sum;
            }
            first[i] = left;
            weights[i] = w;
        }
    }

    /** One value of the result, from values {@code stride} apart. */
    double at(int i, double[] values, int offset, int stride) {
        double sum = 0;
        double[] w = weights[i];
        for (int j = 0; j < w.length; j++) {
            sum += w[j] * values[offset + (first[i] + j) * stride];
        }
        return sum;
    }
}
